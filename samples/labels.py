"""Labels: what is true of a picture, in the labelled-set format, measured on the drawing rather than guessed.

Definitions (the README repeats them):

- Coordinates are continuous px of the upright picture: (0, 0) is the outer corner of the first pixel, so
  they scale with the picture. Subtract 0.5 for OpenCV's convention of integer pixel centres.
- `blur_px` is the width of the edge spread on the card, 4 σ, where σ² is the sum of the variances (px²,
  along the direction in which it is largest) of all that blurs: lens and sensor σ², the pixel's own 1/12, a
  disc of confusion of diameter d: d²/16, the shake's path (length²/12 when straight). `blur_mm` is
  `blur_px` over `card_px_per_mm`.
- `card_covered`: share of the card behind fingers or other things; `card_outside`: share outside the photo;
  `card_saturated`: share, of what is neither, where at least two of three channels are 250 or more;
  `card_visible` = 1 − covered − outside.
- `name_visible`, `number_visible`: share of the printed field's box that is neither covered nor outside.
- `name_legible`, `number_legible`: visible share ≥ 0.97; height of 9 px or more (number) or 12 px (name);
  blur_px at most 0.50 (number) or 0.30 (name) of that height; from the 5th to the 95th percentile of luma at
  least 20 levels; `cnr`, as follows, at least 3 (the percentiles are 3.3 times the noise where there is
  nothing else); and every character there: `faintest` at least 5 levels, and `washed` at most 0.25.
- `name_quality`, `number_quality`: what a patient reader has to go by. `height_px` as above; `contrast`,
  how much darker than the bare paper near to them the printed strokes are, which the drawing knows, in the
  median; `noise`, how far bare paper deviates from its surroundings (1.48 times the median); `cnr`, one over
  the other; `faintest`, the least contrast of a piece of the line as wide as a character; `washed`, the
  largest share of such a piece's strokes under glare that clips the ink itself.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.arrays import F32, F64, U8, f32
from samples.camera import Optics, kernel_variance, motion_kernel
from samples.card import HEIGHT_MM, WIDTH_MM, Box
from samples.light import GRID, GRID_PX_PER_MM

CLEAR, COVERED, GLARE, OUTSIDE = 0, 1, 2, 3
NUMBER_HEIGHT_MM, NAME_HEIGHT_MM = 2.72, 3.8
GLARE_RADIANCE = 0.5  # of added light: more than half of what white paper sends
WASHED = 0.85  # light of the ink, glare included, at which the ink is as white as the paper
BARE_MM = 0.15  # from the nearest stroke, and half of what it is blurred by, paper is bare
AROUND_MM = 2.0  # what of paper's luma changes over more than this is shade and not noise
PAPER_MM = 6.0  # around a stroke: so wide that there is bare paper beside dense characters, too
LEAST_NOISE = 0.5  # levels: that of rounding
LEAST_RANGE = 20  # levels, between the percentiles
LEAST_CNR = 3.0
LEAST_CONTRAST = 5.0  # levels, of any character: what rounding and JPEG leave of less is no print
MOST_WASHED = 0.25  # of any character's strokes
NUMBER_CHARACTERS, NAME_PITCH_MM = 18, 3.8


@dataclass(frozen=True, slots=True)
class Field:
    """How one printed field came out."""

    visible: float
    legible: bool
    quality: dict[str, float]  # see the module's definitions


def card_mask(picture: U8, cover: F32, glare: F32, homography: F64) -> tuple[U8, F32]:
    """The card's mask, and which of its cells are clipped (0 or 1), both (135, 214) in the card's own frame.

    The mask holds 0 clear, 1 covered, 2 glare or clipped, 3 outside the photo.
    """
    h, w = GRID
    matrix = _to_picture(homography, (0.0, 0.0), (1 / GRID_PX_PER_MM,) * 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    covered = cv2.warpPerspective(
        cover, matrix, (w, h), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=9.0
    )
    seen = cv2.warpPerspective(picture, matrix, (w, h), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    clipped = (seen >= 250).sum(-1) >= 2
    mask = np.zeros(GRID, np.uint8)
    mask[clipped | (glare > GLARE_RADIANCE)] = GLARE
    mask[covered > 0.5] = COVERED
    mask[covered > 4.5] = OUTSIDE
    return mask, f32(clipped)


def _to_picture(homography: F64, start_mm: tuple[float, float], step_mm: tuple[float, float]) -> F64:
    """From the cells of a grid on the card to the picture's pixels, both with integer centres.

    The grid begins at `start_mm` from the card's top left; its cells are `step_mm` wide and high.
    """
    (x, y), (right, down) = start_mm, step_mm
    to_mm = np.array([[right, 0, x + right / 2], [0, down, y + down / 2], [0, 0, 1]])
    to_cv = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    return np.asarray(to_cv @ homography @ to_mm)


def blur_px(optics: Optics, px_per_mm: float, long_side: int) -> float:
    """Width of the edge spread on the card, see the module's definitions."""
    variance = (optics.lens_sigma * long_side) ** 2 + 1 / 12 + (optics.card_coc_mm * px_per_mm) ** 2 / 16
    length = optics.motion_mm * px_per_mm
    if length >= 0.3:
        variance += kernel_variance(motion_kernel(length, optics.motion_angle, optics.motion_curve))
    return 4 * float(np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class CardView:
    """What the labels of printed fields are measured on.

    `ink_light` (135, 214) is the light that black ink sends the camera, 1 being where it clips; `blur` in px;
    `drawn` is the card as it was drawn, flat, at any resolution.
    """

    picture: U8
    drawn: U8
    homography: F64
    mask: U8
    ink_light: F32
    blur: float
    px_per_mm: float


def field(view: CardView, box: Box, *, is_name: bool) -> Field:
    """Whether the field printed in `box` can be seen and read."""
    h, w = GRID
    x0, y0, x1, y1 = (int(v) for v in (box[0] * w, box[1] * h, np.ceil(box[2] * w), np.ceil(box[3] * h)))
    visible = float(np.isin(view.mask[y0:y1, x0:x1], (CLEAR, GLARE)).mean())
    height = (NAME_HEIGHT_MM if is_name else NUMBER_HEIGHT_MM) * view.px_per_mm
    sharp = view.blur <= (0.30 if is_name else 0.50) * height
    tall = height >= (12 if is_name else 9)
    width_mm = (box[2] - box[0]) * WIDTH_MM
    print_ = _print(view, box, max(1, round(width_mm / NAME_PITCH_MM)) if is_name else NUMBER_CHARACTERS)
    contrast, noise = print_.contrast, print_.noise
    clear = contrast >= LEAST_CNR * noise and _range(view.picture, view.homography, box) >= LEAST_RANGE
    whole = print_.faintest >= LEAST_CONTRAST and print_.washed <= MOST_WASHED
    quality = {"height_px": height, "contrast": contrast, "noise": noise, "cnr": contrast / noise}
    quality |= {"faintest": print_.faintest, "washed": print_.washed}
    quality = {key: round(value, 2) for key, value in quality.items()}
    return Field(visible, bool(visible >= 0.97 and sharp and tall and clear and whole), quality)


@dataclass(frozen=True, slots=True)
class _Print:
    """What a field's strokes look like; see the module's definitions."""

    contrast: float
    noise: float
    faintest: float
    washed: float


def _print(view: CardView, box: Box, characters: int) -> _Print:
    """How much darker strokes are than the bare paper around them, of all and of the worst character."""
    across, down = AROUND_MM / WIDTH_MM, AROUND_MM / HEIGHT_MM
    wide = (
        max(box[0] - across, 0.0),
        max(box[1] - down, 0.0),
        min(box[2] + across, 1.0),
        min(box[3] + down, 1.0),
    )
    luma = _pixels(view, wide)
    ink = _ink(view.drawn, wide, luma.shape)
    reach = 2 * round(view.blur / 2 + BARE_MM * view.px_per_mm) + 1
    bare = cv2.dilate(ink.astype(np.uint8), np.ones((reach, reach), np.uint8)) == 0
    if not ink.any() or not bare.any():
        return _Print(0.0, LEAST_NOISE, 0.0, 0.0)
    near, _ = _mean(luma, bare, AROUND_MM * view.px_per_mm)
    noise = max(1.48 * float(np.median(np.abs(luma - near)[bare])), LEAST_NOISE)
    paper, known = _mean(luma, bare, PAPER_MM * view.px_per_mm)
    rows, columns = np.nonzero(ink & known)
    if not rows.size:
        return _Print(0.0, noise, 0.0, 0.0)
    darker = (paper - luma)[rows, columns]
    x = wide[0] + (wide[2] - wide[0]) * (columns + 0.5) / luma.shape[1]
    y = wide[1] + (wide[3] - wide[1]) * (rows + 0.5) / luma.shape[0]
    washed = view.ink_light[(y * GRID[0]).astype(int), (x * GRID[1]).astype(int)] > WASHED
    place = ((x - box[0]) / (box[2] - box[0]) * characters).astype(int).clip(0, characters - 1)
    pieces = [place == k for k in np.unique(place)]
    faintest = min(float(np.median(darker[piece])) for piece in pieces)
    return _Print(
        float(np.median(darker)), noise, faintest, max(float(washed[piece].mean()) for piece in pieces)
    )


def _mean(luma: F32, of: NDArray[np.bool_], side_px: float) -> tuple[F32, NDArray[np.bool_]]:
    """The mean of some pixels in a square around each pixel, and where there are any."""
    size = (round(side_px) | 1,) * 2
    total, share = cv2.blur(luma * of, size), cv2.blur(f32(of), size)
    known = np.asarray(share > 0.5 / (size[0] * size[1]))
    return f32(total / np.where(known, share, 1)), known


def _pixels(view: CardView, box: Box) -> F32:
    """Luma of a field, flat, in about the picture's own resolution."""
    width, height = (box[2] - box[0]) * WIDTH_MM, (box[3] - box[1]) * HEIGHT_MM
    columns, rows = (max(4, round(mm * view.px_per_mm)) for mm in (width, height))
    start = box[0] * WIDTH_MM, box[1] * HEIGHT_MM
    matrix = _to_picture(view.homography, start, (width / columns, height / rows))
    # Each the nearest pixel: a mean of four would have less noise.
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(
        view.picture, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return f32(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY))


def _ink(drawn: U8, box: Box, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where a field is printed on, in a grid of a shape."""
    rows, columns = drawn.shape[:2]
    x0, x1 = round(box[0] * columns), round(box[2] * columns)
    y0, y1 = round(box[1] * rows), round(box[3] * rows)
    luma = cv2.cvtColor(drawn[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
    luma = cv2.resize(luma, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(luma < (float(luma.min()) + float(np.percentile(luma, 90))) / 2)


def _range(picture: U8, homography: F64, box: Box) -> float:
    """Levels of luma from the 5th to the 95th percentile of a field."""
    size = (180, 32)
    scale = np.array([
        [(box[2] - box[0]) * WIDTH_MM / size[0], 0, box[0] * WIDTH_MM],
        [0, (box[3] - box[1]) * HEIGHT_MM / size[1], box[1] * HEIGHT_MM],
        [0, 0, 1],
    ])  # fmt: skip
    patch = cv2.warpPerspective(
        picture, homography @ scale, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    dark, lit = np.percentile(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), [5, 95])
    return float(lit - dark)


def face_covered(front: F32, accessory: F32 | None, box: tuple[float, float, float, float]) -> float:
    """The share of the ellipse in the face's box that the hand, an accessory or the photo's edge hides."""
    height, width = front.shape
    x0, y0, x1, y1 = box
    n = 40
    v, u = np.mgrid[:n, :n]
    u, v = (u + 0.5) / n, (v + 0.5) / n
    inside = (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25
    px = np.floor(x0 + u[inside] * (x1 - x0)).astype(int)
    py = np.floor(y0 + v[inside] * (y1 - y0)).astype(int)
    in_photo = (px >= 0) & (py >= 0) & (px < width) & (py < height)
    px, py = np.clip(px, 0, width - 1), np.clip(py, 0, height - 1)
    hidden = front[py, px] > 0.5
    if accessory is not None:
        hidden |= accessory[py, px] > 0.5
    return float((hidden | ~in_photo).mean())
