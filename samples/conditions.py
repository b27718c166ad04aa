"""Light and camera settings, class by class."""

import numpy as np

from samples.arrays import F64
from samples.camera import Optics
from samples.card import HEIGHT_MM, WIDTH_MM, CardRecipe
from samples.covering import field_areas
from samples.light import Lamp, Light

_PAPER = 0.8  # light of white paper
_BRIGHTEST = 0.8  # of what clips: cameras spare the highlights of what they expose for


def sample_light(rng: np.random.Generator, cls: str, card: CardRecipe | None) -> Light:
    """Light, shadows and gloss; strong reflections on the card only where the class is about them."""
    d = np.array([rng.normal(0, 0.55), rng.normal(-0.5, 0.4), 0.9])
    d /= np.linalg.norm(d)
    lamps: list[Lamp] = []
    if cls == "glare":
        everywhere = np.array([0.1, 0.1, 0.9, 0.9])
        area = field_areas(card)[int(rng.integers(2))] if card and rng.random() < 0.7 else everywhere
        radiance = float(np.exp(rng.uniform(np.log(0.35), np.log(14))))
        lamps = [_sample_lamp(rng, area, radiance, 1.0) for _ in range(int(rng.integers(1, 3)))]
    elif rng.random() < 0.30:  # a faint one, or one off the fields
        lamps = [
            _sample_lamp(
                rng,
                np.array([0.0, 0.0, 1.0, 1.0]),
                float(rng.uniform(0.02, 0.18)),
                float(rng.uniform(0.5, 3)),
            )
        ]
    return Light(
        direction=(float(d[0]), float(d[1]), float(d[2])),
        falloff=float(abs(rng.normal(0, 0.45))),
        falloff_angle=float(rng.uniform(0, 360)),
        card=float(rng.uniform(0.72, 1.02)),
        haze=float(rng.choice([0.0, rng.uniform(0, 0.04), rng.uniform(0.02, 0.12)])),
        lamps=tuple(lamps),
        shadows=int(rng.choice([0, 1, 2, 3], p=[0.5, 0.28, 0.14, 0.08])),
        shadow_depth=float(rng.uniform(0.1, 0.65)),
        seed=int(rng.integers(2**31)),
    )


def _sample_lamp(rng: np.random.Generator, area: F64, radiance: float, size: float) -> Lamp:
    kind = str(rng.choice(["disc", "tube", "window"], p=[0.5, 0.25, 0.25]))
    half_w = float(rng.uniform(0.04, 0.20)) * size
    stretch = {
        "disc": rng.uniform(0.6, 1.0),
        "tube": rng.uniform(0.08, 0.25),
        "window": rng.uniform(0.6, 1.4),
    }[kind]
    return Lamp(
        kind=kind,
        x=float(rng.uniform(area[0], area[2])),
        y=float(rng.uniform(area[1], area[3])) * HEIGHT_MM / WIDTH_MM,
        half_w=half_w * (1.8 if kind == "tube" else 1.0),
        half_h=half_w * float(stretch),
        angle=float(rng.uniform(0, 180)),
        radiance=radiance,
        soft=float(rng.uniform(0.06, 0.6)),
        halo=radiance * float(rng.uniform(0.01, 0.12)),
    )


def _headroom(light: Light, gain: float) -> float:
    """The exposure at which the card's paper just keeps its shades, in the channel of the highest `gain`."""
    reflected = light.haze + max((lamp.radiance + lamp.halo for lamp in light.lamps), default=0.0)
    return float(np.log2(_BRIGHTEST / (gain * (_PAPER * light.card + reflected))))


def sample_optics(rng: np.random.Generator, cls: str, light: Light) -> Optics:
    """Blur, exposure, noise and processing; strong only where the class is about them."""
    warm = rng.normal(0, 0.10)
    gains = np.exp([-warm + rng.normal(0, 0.03), rng.normal(0, 0.02), warm + rng.normal(0, 0.03)])
    noisy = float(np.exp(rng.uniform(np.log(0.5), np.log(4))))
    ev = {"lowlight": rng.uniform(-4.8, -1.5), "overexposed": rng.uniform(0.9, 3.3)}.get(
        cls, float(np.clip(rng.normal(-0.12, 0.22), -0.8, 0.12))
    )
    if cls == "lowlight":
        noisy *= rng.uniform(1.0, 3.0)
    shaken = rng.random() < 0.25
    motion = rng.uniform(0.05, 0.35) if shaken else 0.0
    if cls not in ("overexposed", "glare"):
        ev = min(ev, _headroom(light, float(gains.max())))
    return Optics(
        lens_sigma=float(rng.uniform(0.00022, 0.00060)),
        card_coc_mm=float(np.exp(rng.uniform(np.log(0.4), np.log(4.5))))
        if cls == "defocus"
        else float(rng.uniform(0, 0.12)),
        scene_coc=float(rng.choice([0.0, rng.uniform(0, 0.004), rng.uniform(0.002, 0.014)])),
        motion_mm=float(np.exp(rng.uniform(np.log(0.5), np.log(7)))) if cls == "motion" else float(motion),
        motion_angle=float(rng.uniform(0, 180)),
        motion_curve=float(rng.normal(0, 0.3)),
        hand_only=bool(rng.random() < 0.3),
        ev=float(ev),
        shot=2e-4 * noisy,
        read=float(rng.uniform(0.001, 0.005)) * noisy**0.5,
        chroma=float(rng.choice([0.0, rng.uniform(0.0, 0.006)])),
        gains=(float(gains[0]), float(gains[1]), float(gains[2])),
        contrast=float(rng.uniform(-0.1, 0.55)),
        sharpen=float(rng.choice([0.0, rng.uniform(0, 0.9)])),
        beauty=float(rng.choice([0.0, 0.0, 0.0, rng.uniform(0.1, 1)])),
        vignette=float(rng.choice([0.0, rng.uniform(0, 0.45)])),
        seed=int(rng.integers(2**31)),
    )
