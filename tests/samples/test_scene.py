"""Pictures are determined by their recipe, and their labels are true of them."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from samples import card as cards
from samples import labels
from samples.arrays import project
from samples.camera import disc_kernel, kernel_variance, motion_kernel
from samples.generate import jpeg, recipe_of, write_set
from samples.light import GRID
from samples.recipe import CLASSES, DECOYS, sample_recipe
from samples.scene import render

pytestmark = pytest.mark.needs("fonts")

CORNERS_MM = np.array([(0, 0), (85.6, 0), (85.6, 54), (0, 54)], float)
MARKERS_MM = np.array([(5, 5), (80.6, 5), (80.6, 49), (5, 49)], float)


def plain(recipe, **changes):
    """The recipe with nothing in the way of its card's markers, upright and sharp."""
    held = replace(recipe.held, card=replace(recipe.held.card, markers=True))
    light = replace(recipe.light, lamps=(), haze=0.0, shadows=0)
    optics = replace(recipe.optics, card_coc_mm=0.0, motion_mm=0.0, ev=-0.3, shot=0.0, read=0.0, chroma=0.0)
    return replace(recipe, held=held, light=light, optics=optics, grips=(), blockers=(), **changes)


def card_plane(scene):
    """The map from card millimetres to the picture that the labelled corners give."""
    corners = np.array(scene.label["card_corners"], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(CORNERS_MM.astype(np.float32), corners), np.float64)


def found_markers(scene):
    """Centres (4, 2) of the four black dots, and where the labelled corners say that they are."""
    plane = card_plane(scene)
    gray = cv2.cvtColor(scene.bgr, cv2.COLOR_BGR2GRAY).astype(float)
    found = []
    for x, y in project(plane, MARKERS_MM):
        r = round(2.6 * scene.label["card_px_per_mm"])
        x0, y0 = round(x) - r, round(y) - r
        patch = gray[y0 : y0 + 2 * r, x0 : x0 + 2 * r]
        dark = np.clip(np.percentile(patch, 80) - patch, 0, None)
        rows, columns = np.mgrid[: 2 * r, : 2 * r] + 0.5
        found.append(((dark * columns).sum() / dark.sum() + x0, (dark * rows).sum() / dark.sum() + y0))
    return np.array(found), project(plane, MARKERS_MM)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("mirrored", [False, True])
def test_labelled_corners_are_where_the_card_is_at_any_size(seed, mirrored):
    recipe = plain(sample_recipe(np.random.default_rng(seed), "clear"), mirrored=mirrored)
    small, large = render(recipe, 720), render(recipe, 1440)
    for scene in (small, large):
        found, expected = found_markers(scene)
        assert np.abs(found - expected).max() < 0.5
    assert np.array(large.label["card_corners"]) == pytest.approx(
        2 * np.array(small.label["card_corners"]), abs=0.02
    )


def test_a_mirrored_photo_keeps_the_order_of_the_cards_own_corners():
    recipe = sample_recipe(np.random.default_rng(1), "clear")
    straight, turned = (render(replace(recipe, mirrored=m), 320) for m in (False, True))
    assert np.array_equal(turned.bgr, straight.bgr[:, ::-1])
    assert turned.label["mirrored"] is True
    expected = np.array(straight.label["card_corners"])
    expected[:, 0] = straight.bgr.shape[1] - expected[:, 0]
    assert np.array(turned.label["card_corners"]) == pytest.approx(expected, abs=0.011)
    assert np.array_equal(turned.card_mask, straight.card_mask)


@pytest.mark.parametrize("cls", CLASSES)
def test_the_same_recipe_gives_the_same_picture(cls):
    first, second = (render(sample_recipe(np.random.default_rng(7), cls), 240) for _ in range(2))
    assert np.array_equal(first.bgr, second.bgr)
    assert first.label == second.label
    assert first.bgr.std() > 2


@pytest.mark.parametrize("cls", DECOYS)
def test_decoys_have_no_card_corners(cls):
    label = render(sample_recipe(np.random.default_rng(2), cls), 240).label
    assert label["card_corners"] is None
    assert "name" not in label


def test_covered_and_outside_are_what_the_mask_shows():
    for seed in range(6):
        for cls in ("card_occluded", "cutoff"):
            scene = render(sample_recipe(np.random.default_rng(seed), cls), 400)
            label, mask = scene.label, scene.card_mask
            assert label["card_covered"] == pytest.approx((mask == labels.COVERED).mean(), abs=1e-3)
            assert label["card_outside"] == pytest.approx((mask == labels.OUTSIDE).mean(), abs=1e-3)


def test_the_outside_share_is_that_of_the_labelled_corners():
    scene = render(sample_recipe(np.random.default_rng(4), "cutoff"), 800)
    x, y = np.meshgrid(np.linspace(0.25, 85.35, 200), np.linspace(0.25, 53.75, 120))
    points = project(card_plane(scene), np.column_stack([x.ravel(), y.ravel()]))
    outside = ~((points >= 0) & (points < scene.bgr.shape[1::-1])).all(1)
    assert outside.mean() == pytest.approx(scene.label["card_outside"], abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_each_class_has_the_defect_that_it_claims(seed):
    rng = np.random.default_rng
    label = {
        cls: render(sample_recipe(rng([5, seed]), cls), 1440).label for cls in ("clear", "cutoff", "small")
    }
    clear = label["clear"]
    assert clear["name_legible"]
    assert clear["number_legible"]
    assert clear["card_visible"] > 0.7
    assert clear["severity"] == {}
    assert clear.get("face_covered", 0) < 0.25
    assert 0.02 < label["cutoff"]["card_outside"] < 0.6
    assert label["small"]["card_frame_fraction"] < 0.14


@pytest.mark.parametrize("noise", [2.0, 10.0, 40.0])
def test_contrast_and_noise_of_print_are_those_it_was_given(noise):
    scale, paper, ink = 8, 160.0, 90.0  # so far from 0 and 255 that the noise stays what it is
    held = sample_recipe(np.random.default_rng(3), "clear").held
    assert held is not None
    flat = cards.draw(held.card, scale)
    box = flat.name_box
    assert box is not None
    blank = np.full(flat.bgr.shape[:2], paper)
    printed = np.where(cv2.cvtColor(flat.bgr, cv2.COLOR_BGR2GRAY) < 120, ink, paper)

    def quality(luma):
        noisy = luma + np.random.default_rng(5).normal(0, noise, luma.shape)
        picture = cv2.cvtColor(np.clip(noisy, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
        clear, dark = np.zeros(GRID, np.uint8), np.zeros(GRID, np.float32)
        plane = np.diag([scale, scale, 1.0])
        view = labels.CardView(picture, flat.bgr, plane, clear, dark, blur=1.0, px_per_mm=scale)
        return labels.field(view, box, is_name=True).quality

    found = quality(printed)
    shaded = printed * np.linspace(0.6, 1.4, flat.bgr.shape[1])  # 0.76 to 0.9 of the light where the name is
    assert quality(shaded)["contrast"] == pytest.approx((paper - ink) * 0.82, abs=4 + noise / 8)
    assert found["contrast"] == pytest.approx(paper - ink, abs=2 + noise / 8)
    assert found["noise"] == pytest.approx(noise, rel=0.1)
    assert found["cnr"] == pytest.approx(found["contrast"] / found["noise"], rel=0.02)
    assert abs(quality(blank)["cnr"]) < 0.3


def flat_number() -> tuple[cards.FlatCard, labels.CardView, cards.Box]:
    """A card before the lens, nothing between them, and where its number is."""
    scale = 8
    held = sample_recipe(np.random.default_rng(3), "clear").held
    assert held is not None
    flat = cards.draw(held.card, scale)
    assert flat.number_box is not None
    clear, dark = np.zeros(GRID, np.uint8), np.zeros(GRID, np.float32)
    plane = np.diag([scale, scale, 1.0])
    view = labels.CardView(flat.bgr, flat.bgr, plane, clear, dark, blur=1.0, px_per_mm=scale)
    return flat, view, flat.number_box


@pytest.mark.parametrize("place", [0, 8, 17])
def test_a_number_is_illegible_where_one_digit_is_gone(place):
    flat, view, box = flat_number()
    whole = labels.field(view, box, is_name=False)
    width = (box[2] - box[0]) / 18
    left, right = (box[0] + width * k for k in (place, place + 1))
    picture = flat.bgr.copy()
    columns = slice(*(round(x * picture.shape[1]) for x in (left, right)))
    picture[round(box[1] * len(picture)) : round(box[3] * len(picture)), columns] = 235
    gone = labels.field(replace(view, picture=picture), box, is_name=False)
    assert (whole.legible, gone.legible) == (True, False)
    assert gone.quality["faintest"] < 5 < whole.quality["faintest"]
    assert gone.quality["cnr"] == pytest.approx(whole.quality["cnr"], rel=0.2)


def test_a_number_is_illegible_under_a_narrow_reflection_that_clips_its_ink():
    _, view, box = flat_number()
    light = np.zeros(GRID, np.float32)
    light[:, 120:124] = 1.0
    lit = labels.field(replace(view, ink_light=light), box, is_name=False)
    assert lit.quality["washed"] > 0.3
    assert not lit.legible
    light[:, 120:124] = 0.8
    assert labels.field(replace(view, ink_light=light), box, is_name=False).legible


@pytest.mark.parametrize("seed", range(4))
def test_occlusion_hides_print_or_face(seed):
    card = render(sample_recipe(np.random.default_rng([6, seed]), "card_occluded"), 800).label
    assert min(card["name_visible"], card["number_visible"]) < 0.97
    face = render(sample_recipe(np.random.default_rng([6, seed]), "face_occluded"), 800).label
    assert face["face_covered"] > 0.1


def test_exposure_and_glare_grade_with_their_severity():
    recipe = sample_recipe(np.random.default_rng(11), "clear")
    levels = [render(replace(recipe, optics=replace(recipe.optics, ev=ev)), 320) for ev in (-4, -2, 0, 2)]
    assert np.all(np.diff([s.bgr.mean() for s in levels]) > 0)
    assert levels[-1].label["card_saturated"] > 0.5 > levels[1].label["card_saturated"]
    glare = sample_recipe(np.random.default_rng(11), "glare")
    lamp = replace(glare.light.lamps[0], x=0.5, y=0.3)
    shares = [
        (render(replace(glare, light=replace(glare.light, lamps=(replace(lamp, radiance=r, halo=0.0),))), 320)
         .card_mask == labels.GLARE).mean()
        for r in (0.0, 1.0, 20.0)
    ]  # fmt: skip
    assert shares[0] < shares[1] <= shares[2]


@pytest.mark.parametrize("seed", [8, 17, 26, 38])
def test_a_clear_photo_keeps_the_shades_of_its_cards_paper(seed):
    scene = render(sample_recipe(np.random.default_rng([777, seed]), "clear"), 500)
    assert scene.label["card_saturated"] < 0.03


def test_blur_is_four_standard_deviations_of_all_that_blurs():
    recipe = sample_recipe(np.random.default_rng(3), "clear")
    optics = replace(recipe.optics, lens_sigma=0.5 / 1000, card_coc_mm=2.0, motion_mm=3.0, motion_curve=0.0)
    got = labels.blur_px(optics, px_per_mm=5.0, long_side=1000)
    assert got == pytest.approx(4 * np.sqrt(0.5**2 + 1 / 12 + 10**2 / 16 + 15**2 / 12), rel=0.02)


def test_kernels_have_the_variance_of_their_shapes():
    assert disc_kernel(20).sum() == pytest.approx(1)
    assert kernel_variance(disc_kernel(20)) == pytest.approx(20**2 / 16, rel=0.03)
    assert kernel_variance(motion_kernel(30, 37, 0.0)) == pytest.approx(30**2 / 12, rel=0.03)


def test_a_set_is_the_same_bytes_for_the_same_seed(tmp_path):
    for folder in ("a", "b"):
        write_set(5, 3, tmp_path / folder, ("clear", "glare", "no_card"), 240)
    first, second = (sorted((tmp_path / f).iterdir()) for f in ("a", "b"))
    assert [p.name for p in first] == ["00000.jpg", "00001.jpg", "00002.jpg", "labels.jsonl"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_exif_orientation_restores_the_upright_picture():
    upright = np.zeros((40, 60, 3), np.uint8)
    upright[:20, :30] = 255  # the top left corner is white
    for orientation in range(1, 9):
        stored = Image.open(io.BytesIO(jpeg(upright, 95, orientation)))
        assert stored.getexif()[0x0112] == orientation
        seen = np.asarray(ImageOps.exif_transpose(stored))
        assert seen.shape == upright.shape
        assert np.abs(seen[5:15, 5:25].astype(int) - 255).max() < 12
        assert seen[25:35, 35:55].max() < 12


def test_recipes_of_a_set_take_turns_through_the_classes():
    assert [recipe_of(1, i, ("clear", "glare")).cls for i in range(4)] == ["clear", "glare"] * 2
    with pytest.raises(KeyError, match="unknown class 'nonsense'"):
        recipe_of(1, 0, ("nonsense",))
