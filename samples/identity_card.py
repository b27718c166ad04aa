"""The two sides of the fictional identity card, laid out as on real ones."""

import numpy as np

from samples import fonts, person
from samples.arrays import F32, U8
from samples.printing import HEIGHT_MM, WIDTH_MM, Box, FlatCard, Page, Type, pale_ground

_SPECIMEN_PLACES = ((0.625, 0.775), (0.30, 0.975), (0.56, 0.075), (0.09, 0.795), (0.085, 0.095))
_SECOND_SCRIPT_PLACES = (
    (0.08, 0.150), (0.187, 0.150), (0.08, 0.275), (0.305, 0.275), (0.08, 0.388), (0.08, 0.507),
    (0.187, 0.507), (0.08, 0.800),
)  # fmt: skip


def portrait_side(page: Page) -> FlatCard:
    """The side with the holder's portrait, name and number."""
    rng, who = page.rng, page.card.identity
    ground = pale_ground(rng, page.shape)
    _paste_portrait(ground, rng)
    page.start(ground)
    page.label((0.082, 0.219), "姓名", pitch_mm=3.5)
    page.label((0.080, 0.337), "性别", pitch_mm=3.5)
    page.label((0.306, 0.337), "民族", pitch_mm=3.5)
    page.label((0.082, 0.450), "出生", pitch_mm=3.5)
    page.label((0.080, 0.568), "住址", pitch_mm=3.5)
    page.label((0.082, 0.877), "公民身份号码", pitch_mm=3.06)

    size = float(rng.uniform(2.75, 3.25))
    name_box = _print_name(page, float(rng.uniform(3.55, 3.95)))
    page.value((0.188, 0.339), who.sex, size)
    page.value((0.402, 0.339), who.ethnicity, size)
    for x, number, unit in (
        (0.186, who.birth.year, "年"),
        (0.342, who.birth.month, "月"),
        (0.432, who.birth.day, "日"),
    ):
        page.value((x, 0.451), str(number), size)
        page.label((x + (0.100 if unit == "年" else 0.045), 0.451), unit)
    per_line, line = int(rng.integers(10, 13)), float(rng.uniform(0.082, 0.094))
    for i, start in enumerate(range(0, min(len(who.address), 3 * per_line), per_line)):
        page.value((0.187, 0.570 + i * line), who.address[start : start + per_line], size)
    number_box = _print_number(page)
    if who.minority_layout:
        _print_second_script(page)
    ink = (int(rng.integers(150, 225)), int(rng.integers(20, 110)), int(rng.integers(20, 110)))
    page.specimen(
        _SPECIMEN_PLACES[int(rng.integers(len(_SPECIMEN_PLACES)))], float(rng.uniform(2.6, 3.1)), ink
    )
    return FlatCard(page.bgr(), name_box, number_box)


def emblem_side(page: Page) -> FlatCard:
    """The side with the validity period; a plain circle stands where real cards have the emblem."""
    rng, who = page.rng, page.card.identity
    page.start(pale_ground(rng, page.shape, 1.6))
    h, w = page.shape
    r, cx, cy = rng.uniform(0.14, 0.19) * h, rng.uniform(0.13, 0.17) * w, rng.uniform(0.24, 0.30) * h
    fill = (int(rng.integers(170, 230)), int(rng.integers(40, 120)), int(rng.integers(40, 100)))
    box = (cx - r, cy - r, cx + r, cy + r)
    page.draw.ellipse(box, fill=fill, outline=(200, 160, 60), width=max(1, round(r / 12)))
    face, ink = page.style.value_face, page.style.ink
    page.text((0.31, 0.22), "中华人民共和国", Type(face, 5.4, ink, pitch_mm=6.6))
    page.text((0.29, 0.44), "居民身份证", Type(face, 8.0, ink, pitch_mm=10.2))
    page.label((0.21, 0.797), "签发机关", 2.7, pitch_mm=3.0)
    page.value((0.41, 0.797), who.authority, 2.9)
    page.label((0.21, 0.907), "有效期限", 2.7, pitch_mm=3.0)
    until = f"{who.valid_until:%Y.%m.%d}" if who.valid_until else "长期"
    page.value((0.41, 0.907), f"{who.valid_from:%Y.%m.%d}-{until}", 2.9)
    page.specimen((0.60, 0.62) if rng.random() < 0.5 else (0.05, 0.62), 3.2, fill)
    return FlatCard(page.bgr(), None, None)


def _print_name(page: Page, size: float) -> Box:
    """The name on one line, narrowed when long, on two lines when still too long."""
    name = page.card.identity.name
    room = 0.415 * WIDTH_MM
    size = min(size, max(room / (len(name) * 1.02), 2.7))
    per_line = int(room / (size * 1.02))
    lines = [name[start : start + per_line] for start in range(0, len(name), per_line)]
    b = np.array([page.value((0.187, 0.228 + 0.058 * i), text, size) for i, text in enumerate(lines)])
    return float(b[:, 0].min()), float(b[:, 1].min()), float(b[:, 2].max()), float(b[:, 3].max())


def _print_number(page: Page) -> Box:
    """Eighteen characters from x .334 to .862 and 2.72 mm high, whatever the font's own measures."""
    face = page.style.digit_face
    height_per_em = -page.font(face, 20).getbbox("0", anchor="ls")[1] / (20 * page.scale)
    kind = Type(face, 2.72 / height_per_em, page.style.ink, pitch_mm=(0.862 - 0.334) * WIDTH_MM / 18)
    return page.text((0.336, 0.877), page.card.identity.number, kind)


def _paste_portrait(ground: U8, rng: np.random.Generator) -> None:
    """The portrait, cut out against the card's ground or before a backdrop of its own."""
    h, w = ground.shape[:2]
    x0, x1 = round(rng.uniform(0.612, 0.636) * w), round(rng.uniform(0.915, 0.938) * w)
    y0, y1 = round(rng.uniform(0.09, 0.13) * h), round(rng.uniform(0.68, 0.71) * h)
    photo, alpha = person.portrait(int(rng.integers(2**31)), (y1 - y0, x1 - x0))
    behind: F32 | U8 = ground[y0:y1, x0:x1]
    if rng.random() < 0.3:
        behind = np.broadcast_to(rng.uniform(185, 250, 3).astype(np.float32), photo.shape)
    blended = alpha[..., None] * photo + (1 - alpha[..., None]) * behind
    ground[y0:y1, x0:x1] = np.clip(blended, 0, 255).astype(np.uint8)


def _print_second_script(page: Page) -> None:
    """A second script above each line: Arabic letters, or drawn strokes where no font is at hand."""
    rng = page.rng
    drawn = rng.random() < 0.5
    kind = Type(fonts.available(fonts.LATIN)[0], 1.7, page.style.label_ink)
    for x, y in _SECOND_SCRIPT_PLACES:
        count = int(rng.integers(3, 9))
        if not drawn:
            page.text((x, y), "".join(chr(int(c)) for c in rng.integers(0x0628, 0x063A, count)), kind)
            continue
        unit = 0.42 * page.scale
        for i in range(count):
            left = x * WIDTH_MM * page.scale + 3.1 * i * unit
            across = left + unit * np.sort(rng.uniform(0, 3, 5))
            up = y * HEIGHT_MM * page.scale - unit * rng.uniform(0, 4, 5)
            points = [(float(px), float(py)) for px, py in zip(across, up, strict=True)]
            page.draw.line(
                points, fill=page.style.label_ink, width=max(1, round(0.16 * page.scale)), joint="curve"
            )
