"""What is timed on a photo: idcheck, the decoder alone, and what people would use instead.

All get the file's bytes, and all run on one thread. A peer that is not installed is left out, with a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from benchmarks.speed.cases import Photo
from idcheck import Checker, Facts, Report

ON: Final = date(2026, 11, 22)
FACTS: Final = Facts(valid_until="2035-01-01", accounts_verified=0, severe_violation=False)

Run = Callable[[Photo], object]

_JPEG: Final = b"\xff\xd8"
_CARD_PX: Final = (1024, 646)
"""The flattened card as the peer that is given its corners gets it; 12 px/mm."""
_SHARP: Final = 100.0
"""The threshold for the variance of the Laplacian that tutorials give."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What somebody would use instead.

    Attributes:
        make: loads it.

    Raises:
        NotInstalledError: by `make`.
    """

    name: str
    title: str
    make: Callable[[], Run]


class NotInstalledError(Exception):
    """A peer cannot be loaded; the message says what is missing."""


class Floor:
    """The cheapest way to the photo's luma in full: no check can be faster that looks at all of it."""

    def __init__(self) -> None:
        self._buffer = np.empty(0, np.uint8)

    def __call__(self, photo: Photo) -> NDArray[np.uint8]:
        """Decode; of a JPEG with the fast DCT, into memory that is there already."""
        if not photo.data.startswith(_JPEG):
            return np.asarray(
                cv2.imdecode(np.frombuffer(photo.data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8
            )
        height, width, _, _ = simplejpeg.decode_jpeg_header(photo.data)
        if self._buffer.size < height * width:
            self._buffer = np.empty(height * width, np.uint8)
        luma: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            photo.data, "GRAY", fastdct=True, fastupsample=True, buffer=self._buffer
        )
        return luma


def check(checker: Checker, photo: Photo) -> Report:
    """Check a photo, bytes to report."""
    return checker.check(photo.data, photo.claim, facts=FACTS, on=ON)


def in_colour(photo: Photo) -> NDArray[np.uint8]:
    """The photo as scripts decode it: colour in full, B, G, R, upright."""
    picture = cv2.imdecode(np.frombuffer(photo.data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        msg = "OpenCV cannot decode this photo"
        raise ValueError(msg)
    return np.asarray(picture, np.uint8)


def _rapidocr() -> Callable[[NDArray[np.uint8]], str]:
    """RapidOCR with its default models, on one thread: all that it reads, run together."""
    try:
        from rapidocr import RapidOCR  # noqa: PLC0415
    except ImportError as error:
        msg = "pip install rapidocr"
        raise NotInstalledError(msg) from error
    one_thread = {
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "critical",
    }
    engine = RapidOCR(params=one_thread)

    def read(picture: NDArray[np.uint8]) -> str:
        found: Any = engine(picture)
        return "".join(found.txts or ())

    return read


def _rapidocr_on_photo() -> Run:
    read = _rapidocr()
    return lambda photo: read(in_colour(photo))


def _rapidocr_on_card() -> Run:
    read = _rapidocr()

    def run(photo: Photo) -> str:
        width, height = _CARD_PX
        flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        to_flat = cv2.getPerspectiveTransform(np.array(photo.corners, np.float32), flat)
        card = cv2.warpPerspective(in_colour(photo), to_flat, _CARD_PX, flags=cv2.INTER_LINEAR)
        return read(np.asarray(card, np.uint8))

    return run


def _script() -> Run:
    read = _rapidocr()

    def run(photo: Photo) -> bool:
        picture = in_colour(photo)
        gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        sharp = cv2.Laplacian(gray, cv2.CV_64F).var() > _SHARP
        text = read(picture)
        return bool(sharp and photo.claim.name in text and photo.claim.id_number in text)

    return run


def _pytesseract() -> Run:
    try:
        import pytesseract  # noqa: PLC0415

        languages = pytesseract.get_languages()
    except ImportError as error:
        msg = "pip install pytesseract"
        raise NotInstalledError(msg) from error
    except pytesseract.TesseractNotFoundError as error:
        msg = "the program tesseract (Debian: tesseract-ocr)"
        raise NotInstalledError(msg) from error
    if "chi_sim" not in languages:
        msg = "Tesseract's chi_sim (Debian: tesseract-ocr-chi-sim)"
        raise NotInstalledError(msg)

    def run(photo: Photo) -> str:
        picture = cv2.cvtColor(in_colour(photo), cv2.COLOR_BGR2RGB)
        return str(pytesseract.image_to_string(picture, lang="chi_sim"))

    return run


PEERS: Final = (
    Peer("rapidocr_card", "RapidOCR on the flattened card, its corners given", _rapidocr_on_card),
    Peer("rapidocr_photo", "RapidOCR on the whole photo", _rapidocr_on_photo),
    Peer("script", "a script: decode, Laplacian, RapidOCR, compare", _script),
    Peer("pytesseract_photo", "Tesseract on the whole photo", _pytesseract),
)


def load_peers() -> Iterator[tuple[Peer, Run | NotInstalledError]]:
    """Load each peer, or say what it lacks."""
    for peer in PEERS:
        try:
            yield peer, peer.make()
        except NotInstalledError as error:
            yield peer, error
