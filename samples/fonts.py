"""The fonts that cards are printed with, found among the fonts that Debian packages install."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from samples.errors import MissingFontError

FONT_DIRECTORIES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, the face within it, and the Debian package that installs it."""

    file: str
    package: str
    index: int = 0


# Each covers GB 18030 well beyond the names used here.
# Index 2 of the Noto CJK collections is the Simplified Chinese face.
CHINESE = (
    Face("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("NotoSansCJK-Bold.ttc", "fonts-noto-cjk", 2),
    Face("NotoSerifCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("NotoSerifCJK-Bold.ttc", "fonts-noto-cjk", 2),
    Face("NotoSansCJK-Light.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSansCJK-DemiLight.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSansCJK-Medium.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSerifCJK-Light.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSerifCJK-Medium.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSerifCJK-SemiBold.ttc", "fonts-noto-cjk-extra", 2),
    Face("wqy-zenhei.ttc", "fonts-wqy-zenhei"),
    Face("wqy-microhei.ttc", "fonts-wqy-microhei"),
    Face("uming.ttc", "fonts-arphic-uming"),
    Face("ukai.ttc", "fonts-arphic-ukai"),
    Face("LXGWWenKai-Regular.ttf", "fonts-lxgw-wenkai"),
    Face("LXGWWenKai-Bold.ttf", "fonts-lxgw-wenkai"),
)
# No card's zero has a dot or a slash, which faces of this width often have.
DIGITS = (
    Face("OCRB.otf", "fonts-ocr-b"),
    Face("OCRBS.otf", "fonts-ocr-b"),
    Face("NotoMono-Regular.ttf", "fonts-noto-mono"),
    Face("NotoSansCJK-Medium.ttc", "fonts-noto-cjk-extra", 2),
)
LATIN = (Face("DejaVuSans.ttf", "fonts-dejavu-core"), Face("DejaVuSans-Bold.ttf", "fonts-dejavu-core"))


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    return {p.name: p for d in FONT_DIRECTORIES if d.is_dir() for p in sorted(d.rglob("*.[ot]t[fc]"))}


def available(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Those of `faces` that are installed.

    Raises:
        MissingFontError: none of them is.
    """
    found = tuple(face for face in faces if face.file in _installed())
    if not found:
        packages = " ".join(dict.fromkeys(face.package for face in faces))
        raise MissingFontError(
            f"no font to print the cards with; install one of the Debian packages: {packages}"
        )
    return found


@lru_cache(maxsize=512)
def load(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """`face` at an em size of `size_px` pixels.

    Raises:
        MissingFontError: it is not installed.
    """
    path = _installed().get(face.file)
    if path is None:
        raise MissingFontError(f"font {face.file} is missing; install the Debian package {face.package}")
    # The basic layout engine gives the same pixels with and without libraqm.
    return ImageFont.truetype(str(path), size_px, index=face.index, layout_engine=ImageFont.Layout.BASIC)
