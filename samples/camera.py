"""The camera: where the card falls in the photo, and how light becomes 8-bit pixels."""

from dataclasses import dataclass

import cv2
import numpy as np

from samples.arrays import F32, F64, U8, f32, gaussian, project, smooth_noise
from samples.card import HEIGHT_MM, WIDTH_MM


@dataclass(frozen=True, slots=True)
class Pose:
    """A card before a pinhole camera.

    `x`, `y`: the card's centre, fractions of the photo's width and height; `width_fraction`: the card's
    width (along its own long side, at its centre) over the photo's width; `roll`, `yaw`, `pitch` in
    degrees, roll clockwise in the picture; `focal`: focal length over the photo's long side.
    """

    x: float
    y: float
    width_fraction: float
    roll: float
    yaw: float
    pitch: float
    focal: float


@dataclass(frozen=True, slots=True)
class Optics:
    """Blur, light and processing of one exposure. Lengths are fractions of the photo's long side.

    `lens_sigma`: Gaussian of lens and sensor; `card_coc_mm`: diameter of the disc of confusion on the card;
    `scene_coc`: of the person and the background; `motion_mm`, `motion_angle`, `motion_curve`: path of the
    shake, measured on the card; `hand_only`: the hand shook, not the camera; `ev`: exposure after the
    camera's own gain; `shot`, `read`: noise variance for light 1 and noise deviation in the dark, in linear
    light at a long side of 1600; `chroma`: deviation of coloured blotches; `gains`: what the white balance
    left over (3,) BGR; `contrast`: strength of the S-curve; `sharpen`: amount; `beauty`: strength of the
    skin filter, 0 for none; `vignette`: light lost in corners.
    """

    lens_sigma: float
    card_coc_mm: float
    scene_coc: float
    motion_mm: float
    motion_angle: float
    motion_curve: float
    hand_only: bool
    ev: float
    shot: float
    read: float
    chroma: float
    gains: tuple[float, float, float]
    contrast: float
    sharpen: float
    beauty: float
    vignette: float
    seed: int


def card_homography(
    pose: Pose, size: tuple[int, int], width_mm: float = WIDTH_MM, height_mm: float = HEIGHT_MM
) -> F64:
    """The 3×3 map from card millimetres (origin top left) to continuous px of a photo of `size` (W, H)."""
    width, height = size
    focal = pose.focal * max(size)
    roll, yaw, pitch = np.deg2rad([pose.roll, pose.yaw, pose.pitch])
    rz = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    ry = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    rx = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    rotation = rz @ ry @ rx
    distance = focal * WIDTH_MM / (pose.width_fraction * width)
    centre = distance * np.array([(pose.x - 0.5) * width / focal, (pose.y - 0.5) * height / focal, 1])
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    plane = np.column_stack(
        [
            rotation[:, 0],
            rotation[:, 1],
            centre - rotation[:, 0] * width_mm / 2 - rotation[:, 1] * height_mm / 2,
        ]
    )
    return np.asarray(camera @ plane)


def card_corners(homography: F64, width_mm: float = WIDTH_MM, height_mm: float = HEIGHT_MM) -> F64:
    """Corners TL, TR, BR, BL (4, 2) of the card in px, in its own reading orientation."""
    return project(homography, [(0, 0), (width_mm, 0), (width_mm, height_mm), (0, height_mm)])


def disc_kernel(diameter: float) -> F32:
    """A disc of confusion of `diameter` px that sums to 1; odd-sided."""
    n = int(np.ceil(diameter / 2)) * 2 + 1
    c = (n - 1) / 2
    y, x = np.mgrid[:n, :n]
    coverage = np.clip(diameter / 2 + 0.5 - np.hypot(x - c, y - c), 0, 1)
    return f32(coverage / coverage.sum())


def motion_kernel(length: float, angle: float, curve: float) -> F32:
    """The path of a shake of `length` px at `angle` degrees, bent by `curve`; sums to 1."""
    t = np.linspace(-0.5, 0.5, max(8, int(length * 4)))
    path = np.column_stack([t, curve * (t * t - 1 / 12)]) * length
    turn = np.deg2rad(angle)
    path = path @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    half = int(np.ceil(np.abs(path).max() + 1))
    kernel = np.zeros((2 * half + 1, 2 * half + 1))
    x, y = (path + half).T
    ix, iy = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - ix, y - iy
    for dx, dy, weight in (
        (0, 0, (1 - fx) * (1 - fy)),
        (1, 0, fx * (1 - fy)),
        (0, 1, (1 - fx) * fy),
        (1, 1, fx * fy),
    ):
        np.add.at(kernel, (iy + dy, ix + dx), weight)
    return f32(kernel / kernel.sum())


def kernel_variance(kernel: F32) -> float:
    """Variance in px² of a kernel along the direction in which it is widest."""
    n = (np.array(kernel.shape) - 1) / 2
    y, x = np.mgrid[: kernel.shape[0], : kernel.shape[1]]
    x, y = x - n[1], y - n[0]
    k = kernel.astype(np.float64)
    mx, my = (k * x).sum(), (k * y).sum()
    xx, yy, xy = (k * (x - mx) ** 2).sum(), (k * (y - my) ** 2).sum(), (k * (x - mx) * (y - my)).sum()
    return float((xx + yy) / 2 + np.hypot((xx - yy) / 2, xy))


def disc_blur(image: F32, diameter: float) -> F32:
    """`image` out of focus by a disc of `diameter` px; unchanged below 0.7."""
    if diameter < 0.7:
        return image
    if diameter > 24:
        small = f32(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        return f32(
            cv2.resize(
                disc_blur(small, diameter / 2),
                (image.shape[1], image.shape[0]),
                interpolation=cv2.INTER_LINEAR,
            )
        )
    return f32(cv2.filter2D(image, -1, disc_kernel(diameter), borderType=cv2.BORDER_REPLICATE))


def develop(light: F32, optics: Optics) -> U8:
    """Linear light (H, W, 3), white paper about 0.8, to the camera's 8-bit picture (H, W, 3)."""
    height, width = light.shape[:2]
    side = max(height, width)
    rng = np.random.default_rng(optics.seed)
    image = gaussian(light, optics.lens_sigma * side)
    if optics.vignette > 0:
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
        image = image * (1 - optics.vignette * 0.5 * (x + y))[..., None]
    image = image * f32(np.asarray(optics.gains) * 2.0**optics.ev)
    # scaling a photo down averages its noise, though less than if the noise were white
    finer = min(1.0, (side / 1600) ** 0.5)
    deviation = np.sqrt(
        np.maximum(image, 0) * np.float32(optics.shot) + np.float32(optics.read**2)
    ) * np.float32(finer)
    image = image + deviation * _grain(rng, height, width)
    if optics.chroma > 0:
        blotches = np.stack([smooth_noise(rng, (height, width), 90) for _ in range(3)], -1)
        image = image + np.float32(optics.chroma) * (blotches - blotches.mean(-1, keepdims=True))
    encoded = _tone(np.clip(image, 0, 1), optics.contrast)
    if optics.sharpen > 0:
        radius = max(0.6, 1.2 * side / 1600)
        encoded = encoded + np.float32(optics.sharpen) * (encoded - gaussian(encoded, radius))
    picture = np.clip(encoded * 255 + 0.5, 0, 255).astype(np.uint8)
    if optics.beauty > 0:
        smoothed = cv2.bilateralFilter(picture, 5, 12 + 40 * optics.beauty, 2.5)
        picture = cv2.addWeighted(smoothed, 0.4 + 0.6 * optics.beauty, picture, 0.6 - 0.6 * optics.beauty, 0)
    return np.asarray(picture, np.uint8)


def _grain(rng: np.random.Generator, height: int, width: int) -> F32:
    """Unit noise (H, W, 3) as cameras leave it: fine in luma, coarser in colour."""
    luma = rng.standard_normal((height, width, 1), dtype=np.float32)
    colour = rng.standard_normal((max(1, height // 2), max(1, width // 2), 3), dtype=np.float32)
    return np.float32(0.8) * luma + np.float32(0.8) * f32(
        cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR)
    )


def _tone(image: F32, contrast: float) -> F32:
    """Applies sRGB gamma and an S-curve, by a table."""
    x = np.arange(4096) / 4095
    gamma = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(np.maximum(x, 1e-9), 1 / 2.4) - 0.055)
    curve = gamma + contrast * gamma * (1 - gamma) * (2 * gamma - 1)
    return f32(curve)[(image * 4095 + 0.5).astype(np.uint16)]


def encode_jpeg(picture: U8, quality: int) -> bytes:
    """A baseline JPEG with 4:2:0 chroma."""
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError("the picture could not be encoded as JPEG")
    return data.tobytes()
