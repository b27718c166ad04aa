"""What is read comes out right: every format, variant and orientation, against Pillow or known samples."""

from __future__ import annotations

import io
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from idcheck.errors import PhotoTruncatedError
from idcheck.photo import decode
from idcheck.photo import exif as exif_reader
from tests.photo.pictures import (
    ANY_SIZE,
    VARIANTS,
    Pixels,
    as_bgr,
    encode,
    exif,
    heic,
    jpeg,
    noisy_alpha,
    pillow_bgr,
    png,
    png_chunk,
    scene,
)

# What was stored, by orientation, for the scene to come out upright.
_UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(orientation: int) -> Image.Image:
    undo = _UNDO[orientation]
    return scene() if undo is None else scene().transpose(undo)


def difference(actual: Pixels, expected: Pixels) -> int:
    assert actual.shape == expected.shape
    return int(np.abs(actual.astype(int) - expected).max())


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(
        ("format_", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("JPEG", {"subsampling": 0})]
    )
    def test_every_orientation_comes_out_upright(
        self, format_: str, options: dict[str, object], orientation: int
    ) -> None:
        data = encode(stored(orientation), format_, exif=exif(orientation).tobytes(), **options)
        photo = decode(data, ANY_SIZE)
        assert (photo.orientation, photo.width, photo.height) == (orientation, *scene().size)
        lossless = format_ != "JPEG"
        assert difference(photo.bgr, as_bgr(scene())) <= (0 if lossless else 60)
        assert np.abs(photo.bgr.astype(int) - as_bgr(scene())).mean() < 4

    def test_a_photo_without_exif_is_upright(self) -> None:
        assert decode(jpeg(), ANY_SIZE).orientation == 1

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_an_impossible_orientation_counts_as_upright(self, orientation: int) -> None:
        assert decode(jpeg(exif=exif(orientation)), ANY_SIZE).orientation == 1

    def test_the_first_of_two_exif_blocks_counts(self) -> None:
        first, second = (encode(stored(6), "JPEG", exif=exif(orientation)) for orientation in (6, 3))
        start = second.index(b"\xff\xe1")
        block = second[start : start + 2 + int.from_bytes(second[start + 2 : start + 4])]
        start = first.index(b"\xff\xe1")
        end = start + 2 + int.from_bytes(first[start + 2 : start + 4])
        assert decode(first[:end] + block + first[end:], ANY_SIZE).orientation == 6
        assert decode(first[:start] + block + first[start:], ANY_SIZE).orientation == 3

    def test_an_orientation_cut_in_half_is_ignored(self) -> None:
        block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
        assert exif_reader.orientation(block) == 6
        assert exif_reader.orientation(block[:-3]) == 1

    @pytest.mark.parametrize("keep", [0, 3, 9, 15])
    def test_a_broken_exif_block_is_ignored(self, keep: int) -> None:
        whole = exif(6).tobytes()
        broken = whole[: 6 + keep]
        data = jpeg(exif=broken)
        assert broken in data
        photo = decode(data, ANY_SIZE)
        assert (photo.orientation, photo.width, photo.height) == (1, *scene().size)

    @pytest.mark.needs("heif")
    def test_heic_turns_once_by_its_container(self) -> None:
        data = heic(stored(6), quality=95, exif=exif(6).tobytes())
        assert b"irot" in data
        assert b"Exif" in data
        photo = decode(data, ANY_SIZE)
        assert (photo.orientation, photo.width, photo.height) == (1, *scene().size)
        assert np.abs(photo.bgr.astype(int) - as_bgr(scene())).mean() < 8


class TestJPEG:
    @pytest.mark.parametrize("name", [name for name in VARIANTS if name.startswith("JPEG")])
    def test_variants_agree_with_pillow(self, name: str) -> None:
        data = VARIANTS[name]()
        photo = decode(data, ANY_SIZE)
        expected = pillow_bgr(data)
        if photo.orientation == 6:
            expected = np.rot90(expected, -1)
        assert photo.format == "jpeg"
        # Pillow smooths chroma where we repeat it, hence a difference at the edges of colour only.
        assert np.abs(photo.bgr.astype(int) - expected).mean() < 3

    def test_luma_is_the_files_own(self) -> None:
        data = jpeg()
        own = Image.open(io.BytesIO(data))
        own.draft("L", own.size)
        clipped = (decode(data, ANY_SIZE).bgr.min(axis=2) == 0) | (
            decode(data, ANY_SIZE).bgr.max(axis=2) == 255
        )
        error = np.abs(decode(data, ANY_SIZE).luma.astype(int) - np.asarray(own))
        assert error[~clipped].max() <= 1

    def test_gray_is_gray(self) -> None:
        data = encode(scene().convert("L"), "JPEG")
        photo = decode(data, ANY_SIZE)
        accurate = np.asarray(Image.open(io.BytesIO(data)), int)  # Pillow's DCT is slow and exact
        assert np.abs(photo.luma - accurate).mean() < 1
        assert all(np.array_equal(photo.bgr[:, :, channel], photo.luma) for channel in range(3))

    def test_cmyk_without_an_adobe_marker_is_inverted_too(self) -> None:
        data = encode(scene().convert("CMYK"), "JPEG", quality=95)
        start = data.index(b"\xff\xee")
        bare = data[:start] + data[start + 2 + int.from_bytes(data[start + 2 : start + 4], "big") :]
        assert b"Adobe" in data
        assert b"Adobe" not in bare
        assert np.abs(decode(bare, ANY_SIZE).bgr.astype(int) - pillow_bgr(bare)).mean() < 1

    def test_ycck(self) -> None:
        negative = Image.eval(scene(), lambda value: 255 - value)
        luma_chroma = Image.eval(negative.convert("YCbCr"), lambda value: 255 - value)  # Pillow inverts again
        black = Image.new("L", scene().size, 0)
        data = bytearray(
            encode(Image.merge("CMYK", (*luma_chroma.split(), black)), "JPEG", quality=97, subsampling=0)
        )
        transform = data.index(b"Adobe") + 11
        assert data[transform] == 0
        data[transform] = 2
        photo = decode(bytes(data), ANY_SIZE)
        assert np.abs(photo.bgr.astype(int) - as_bgr(scene())).mean() < 3

    def test_what_follows_the_picture_is_not_looked_at(self) -> None:
        data = jpeg()
        motion_photo = data + b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8
        assert np.array_equal(decode(motion_photo, ANY_SIZE).bgr, decode(data, ANY_SIZE).bgr)

    def test_of_an_mpo_the_first_picture_is_taken(self) -> None:
        data = encode(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 44), "red")])
        assert b"MPF\0" in data
        assert np.abs(decode(data, ANY_SIZE).bgr.astype(int) - as_bgr(scene())).mean() < 8

    def test_a_missing_end_marker_is_forgiven_when_the_picture_is_complete(self) -> None:
        data = jpeg()
        assert data.endswith(b"\xff\xd9")
        for cut in (data[:-1], data[:-2]):
            assert np.array_equal(decode(cut, ANY_SIZE).bgr, decode(data, ANY_SIZE).bgr)

    @pytest.mark.parametrize("zeros", [1, 2, 16, 400])
    def test_zeros_before_the_end_marker_are_forgiven(self, zeros: int) -> None:
        data = jpeg()
        padded = data[:-2] + bytes(zeros) + b"\xff\xd9"
        assert np.array_equal(decode(padded, ANY_SIZE).bgr, decode(data, ANY_SIZE).bgr)
        assert np.array_equal(decode(padded[:-2], ANY_SIZE).bgr, decode(data, ANY_SIZE).bgr)

    def test_a_stuffed_zero_at_the_end_is_no_padding(self) -> None:
        grain = np.random.default_rng(1).integers(0, 256, (4000, 16, 16), dtype=np.uint8)
        files = (encode(Image.fromarray(picture), "JPEG", quality=100) for picture in grain)
        data = next(data for data in files if data.endswith(b"\xff\x00\xff\xd9"))
        for changed in (data[:-2], data[:-2] + bytes(9) + b"\xff\xd9"):
            assert np.array_equal(decode(changed, ANY_SIZE).bgr, decode(data, ANY_SIZE).bgr)


class TestCoarserJPEG:
    """Where fewer pixels suffice than the file has."""

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("level", [1, 2, 3])
    def test_it_shows_what_the_whole_shows_halved(self, orientation: int, level: int) -> None:
        picture = scene(640, 416)
        undo = _UNDO[orientation]
        turned = picture if undo is None else picture.transpose(undo)
        data = encode(turned, "JPEG", quality=95, exif=exif(orientation))
        whole, coarse = decode(data, ANY_SIZE), decode(data, ANY_SIZE, 640 >> level)
        assert (coarse.finest, coarse.width, coarse.height) == (level, 640, 416)
        for there in range(level, coarse.levels):
            size = 640 >> there, 416 >> there
            halved = cv2.resize(whole.bgr, size, interpolation=cv2.INTER_AREA)
            assert coarse.colour(there).shape == halved.shape
            assert np.abs(coarse.colour(there).astype(int) - halved).mean() < 2
        crop = coarse.gray_crop(8, 4, 40, 30, level)
        assert np.array_equal(crop, coarse.gray(level)[4:30, 8:40])
        with pytest.raises(IndexError):
            coarse.gray(level - 1)

    @pytest.mark.parametrize("name", [name for name in VARIANTS if name.startswith("JPEG")])
    def test_every_variant_can_be_halved(self, name: str) -> None:
        data = VARIANTS[name]()
        coarse, whole = decode(data, ANY_SIZE, 30), decode(data, ANY_SIZE)
        assert (coarse.finest, coarse.width, coarse.height) == (1, whole.width, whole.height)
        size = coarse.width // 2, coarse.height // 2
        halved = cv2.resize(whole.bgr, size, interpolation=cv2.INTER_AREA)
        assert np.abs(coarse.colour(1).astype(int) - halved).mean() < 4

    @pytest.mark.parametrize(
        ("long_side", "finest"),
        [(1300, 0), (1281, 0), (1280, 0), (641, 0), (640, 1), (321, 1), (320, 2), (1, 3)],
    )
    def test_no_more_is_left_out_than_may_be(self, long_side: int, finest: int) -> None:
        assert decode(encode(scene(1280, 832), "JPEG"), ANY_SIZE, long_side).finest == finest

    @pytest.mark.parametrize(("size", "finest"), [((642, 416), 1), ((641, 416), 0), ((640, 415), 0)])
    def test_pixels_without_a_neighbour_are_not_halved(self, size: tuple[int, int], finest: int) -> None:
        photo = decode(encode(scene(*size), "JPEG"), ANY_SIZE, 100)
        assert (photo.finest, photo.width, photo.height) == (finest, *size)

    @pytest.mark.parametrize("format_", ["PNG", "WEBP"])
    def test_other_formats_are_decoded_in_full(self, format_: str) -> None:
        assert decode(encode(scene(), format_), ANY_SIZE, 10).finest == 0

    @pytest.mark.parametrize("kept", [0.3, 0.7, 0.95])
    def test_damage_is_found_all_the_same(self, kept: float) -> None:
        data = encode(scene(640, 416), "JPEG", quality=90)
        with pytest.raises(PhotoTruncatedError):
            decode(data[: int(kept * len(data))], ANY_SIZE, 300)
        assert decode(data[:-2], ANY_SIZE, 300).finest == 1


class TestPNG:
    @pytest.mark.parametrize("depth", [1, 2, 4, 8])
    def test_gray_of_every_depth(self, depth: int) -> None:
        samples = np.arange(7 * 11).reshape(7, 11, 1) % 2**depth
        photo = decode(png(samples, depth, 0), ANY_SIZE)
        assert np.array_equal(photo.luma, samples[:, :, 0] * (255 // (2**depth - 1)))

    @pytest.mark.parametrize("depth", [1, 2, 4, 8])
    def test_palettes_of_every_depth(self, depth: int) -> None:
        palette = np.random.default_rng(depth).integers(0, 256, (2**depth, 3), dtype=np.uint8)
        samples = np.arange(7 * 11).reshape(7, 11, 1) % 2**depth
        photo = decode(png(samples, depth, 3, before=png_chunk(b"PLTE", palette.tobytes())), ANY_SIZE)
        assert np.array_equal(photo.bgr, palette[samples[:, :, 0]][:, :, ::-1])

    def test_colour_is_exact(self) -> None:
        assert np.array_equal(decode(encode(scene(), "PNG"), ANY_SIZE).bgr, as_bgr(scene()))

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
    def test_transparency_lies_on_white(self, mode: str) -> None:
        picture = noisy_alpha(scene())
        if mode == "PA":
            data = encode(scene().convert("P"), "PNG", transparency=bytes(range(256)))
            picture = Image.open(io.BytesIO(data)).convert("RGBA")
        else:
            picture = picture.convert(mode)
            data = encode(picture, "PNG")
        page = Image.new("RGBA", picture.size, "white")
        page.alpha_composite(picture.convert("RGBA"))
        assert difference(decode(data, ANY_SIZE).bgr, as_bgr(page)) <= 1

    def test_a_transparent_colour_lies_on_white(self) -> None:
        samples = np.array([[[10, 20, 30], [1, 2, 3]], [[1, 2, 3], [40, 50, 60]]])
        data = png(samples, 8, 2, before=png_chunk(b"tRNS", bytes([0, 1, 0, 2, 0, 3])))
        photo = decode(data, ANY_SIZE)
        assert photo.bgr.tolist() == [[[30, 20, 10], [255] * 3], [[255] * 3, [60, 50, 40]]]

    def test_one_frame_is_no_animation(self) -> None:
        samples = np.arange(60).reshape(4, 5, 3)
        plain = png(samples, 8, 2)
        animated = png(samples, 8, 2, before=png_chunk(b"acTL", bytes([0, 0, 0, 1, 0, 0, 0, 0])))
        assert np.array_equal(decode(animated, ANY_SIZE).bgr, decode(plain, ANY_SIZE).bgr)

    def test_damage_beside_the_picture_does_not_matter(self) -> None:
        samples = np.arange(60).reshape(4, 5, 3)
        comment = bytearray(png_chunk(b"tEXt", b"Comment\0hello"))
        comment[-1] ^= 1
        photo = decode(png(samples, 8, 2, before=bytes(comment)), ANY_SIZE)
        assert np.array_equal(photo.bgr, samples[:, :, ::-1])


class TestWebP:
    def test_lossless_is_exact(self) -> None:
        photo = decode(encode(scene(), "WEBP", lossless=True), ANY_SIZE)
        assert photo.format == "webp"
        assert np.array_equal(photo.bgr, as_bgr(scene()))

    def test_lossy_agrees_with_pillow(self) -> None:
        data = encode(scene(), "WEBP", quality=80)
        assert difference(decode(data, ANY_SIZE).bgr, pillow_bgr(data)) <= 2

    def test_transparency_lies_on_white(self) -> None:
        data = encode(noisy_alpha(scene()), "WEBP", lossless=True, exact=True)
        page = Image.new("RGBA", scene().size, "white")
        page.alpha_composite(noisy_alpha(scene()))
        assert difference(decode(data, ANY_SIZE).bgr, as_bgr(page)) <= 1

    def test_what_follows_the_container_is_not_looked_at(self) -> None:
        data = encode(scene(), "WEBP", lossless=True)
        assert np.array_equal(decode(data + b"more", ANY_SIZE).bgr, as_bgr(scene()))


@pytest.mark.needs("heif")
class TestHEIC:
    def test_colour(self) -> None:
        photo = decode(heic(scene(), quality=95), ANY_SIZE)
        assert photo.format == "heif"
        assert np.abs(photo.bgr.astype(int) - as_bgr(scene())).mean() < 6

    def test_gray(self) -> None:
        photo = decode(heic(scene().convert("L"), quality=95), ANY_SIZE)
        assert np.abs(photo.luma.astype(int) - np.asarray(scene().convert("L"))).mean() < 4

    def test_transparency_lies_on_white(self) -> None:
        clear = scene().convert("RGBA")
        clear.putalpha(0)
        assert decode(heic(clear, quality=95), ANY_SIZE).luma.min() > 250


def test_reading_a_jpeg_imports_neither_pillow_nor_the_heif_extra() -> None:
    program = "import sys, idcheck.photo; print(sorted({'PIL', 'pillow_heif'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
