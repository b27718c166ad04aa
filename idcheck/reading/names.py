"""The name by up to three readers: ours, in doubt a larger one of ours, and last PP-OCRv6.

Where the first reader is sure of every character, asking on would bring nothing but its milliseconds. Where
it is not, the larger one looks, and a second time from slightly aside, which shows what was an accident of
the pixels. Networks of different making err in different places, so PP-OCRv6 is asked about what is left in
doubt. All evidence of a place is combined as a product of the probabilities, each raised to its weight
(Hinton, Products of experts, 1999). What names are made of (:mod:`idcheck.reading.expected`) is weighed last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.errors import EngineError
from idcheck.reading import dot as middle_dot
from idcheck.reading import room
from idcheck.reading.engine import FieldName
from idcheck.reading.expected import Expectation
from idcheck.reading.name import PX_PER_MM, STANDS, NameReader, Places, line, resolution
from idcheck.reading.ppocr import PPOCR
from idcheck.reading.strip import ends, extent
from idcheck.types import Gray, Transcript

_SURE: Final = 0.8
"""Where even the least certain character has this much, nobody else is asked."""
_HOPELESS: Final = 0.15
"""Nor where the characters have less than this in the geometric mean: 271 of 588 drawn photos with a doubtful
name were so poor, and in none did another reader change what became of a true name."""
_SURE_TOGETHER: Final = 0.6
"""Where the first reader and the larger one have this much together, no second look is taken."""
_DOUBTFUL: Final = 0.5
"""Where the least certain character still has less than this, PP-OCRv6 is asked: at 5 % of legible names."""
_FIRST_WEIGHT: Final = 0.4
"""Of the first reader's opinion; the larger one's has the rest."""
_DOT: Final = "\N{MIDDLE DOT}"
_WIDE_MM: Final = 4.2
"""Between the middles of neighbours: with 3.8 mm a character there is room for a dot. A name of two
characters, which may be spread out, has none."""
_WIDER_MM: Final = 4.6
"""And from here on the room alone is a reason to ask the larger reader, which sees dots better. So is, in a
name of five characters or more, as Chinese ones hardly ever are, room for a dot that its other gaps lack."""
_GAPS_OF_FIVE: Final = 4
_PITCH_MM: Final = 3.8
"""Of characters of the usual size. Long names are set smaller: by their median gap, should it be less."""
_LONG: Final = 6
"""From how many characters on the median gap is one without a dot."""
_LEAST_WITH_DOT: Final = 3
_DOT_ODDS: Final = 60.0
"""How much likelier a faint dot in such a room is to be one than the first reader thinks. On 963 photos it
saw one in six names that have a dot, and in three that have none, all of them beyond reading."""
_ALONE_ODDS: Final = 1 / 30
"""And how much less likely than the readers think is one that parts a single character from the others, as 60
of 78 did that were seen in names without any, and none of 320 that were there. Such names are rare."""
_CLOSE_ODDS: Final = 1 / _DOT_ODDS
"""Or one between characters that leave no room for it."""
_OTHER_WEIGHT: Final = 0.25
"""Of PP-OCRv6's opinion; ours have the rest."""
_ASIDE_MM: Final = (0.3, 0.2)
"""How far aside the second look is."""
_SAME_MM: Final = 1.2
"""Within which two looks mean the same place."""
_REACH_MM: Final = 3.0
"""How far a column of PP-OCRv6 may be from the place that it speaks of."""
_WIDER_BY_MM: Final = 0.4
"""By how much a gap is wider than most of a name's, where a dot may stand that no network saw."""
_SEEN: Final = np.float32(0.95)
"""Probability of a dot that its shape tells: of 2,800 gaps without one, four show such a shape."""
_LEAST: Final = np.float32(1e-4)
"""Of the chance that a character stands, or does not stand, in a place."""
_UNSEEN: Final = np.float32(1e-7)
"""What PP-OCRv6 is taken to give a character that it gives nothing, or does not know."""


class NameReaders:
    """Reads names. Threads may share one."""

    def __init__(
        self, first: NameReader, larger: Callable[[], NameReader], other: Callable[[], PPOCR]
    ) -> None:
        """Take the readers.

        Args:
            first: asked always.
            larger: called for the reader that is asked where the first is in doubt, and not before;
            other: and for the one where both are. Both networks of ours know the same characters.
        """
        self._first = first
        self._larger = larger
        self._other = other

    @property
    def name(self) -> str:
        """What the report calls this engine; a transcript names the readers that it comes from."""
        return self._first.name

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip of the name; see :class:`idcheck.reading.Engine`.

        Raises:
            EngineError: a network failed, or the field is not the name.
        """
        if field != "name":
            msg = "these engines read names only"
            raise EngineError(msg)
        places = self._dotted(self._first.places(strip))
        asked = self._first.name
        certain = _certain(places)
        doubtful = (certain < _SURE).any() or _may_lack_a_dot(places)
        if doubtful and np.log(certain).mean() >= np.log(_HOPELESS):
            places = self._seen_larger(strip, places)
            asked = f"{asked}+{self._larger().name}"
            if (_certain(places) < _DOUBTFUL).any():
                places = _combined(places, self._opinion(places, strip), _OTHER_WEIGHT)
                asked = f"{asked}+{self._other().name}"
        places = self._expectation.weighed(self._believed_dots(self._whole(self._seen_dots(strip, places))))
        middles = places.middles_mm[places.present > STANDS]
        left = room.left(strip, middles, resolution(strip))
        return replace(self._first.transcript(places, asked), room=left)

    def _seen_larger(self, strip: Gray, first: Places) -> Places:
        """What the larger reader says together with the first one, by a second look where one does not do."""
        larger = self._larger()
        seen = _agreed(self._dotted(larger.places(strip)), first)
        firsts = _aligned(first, seen)
        both = _combined(seen, firsts, _FIRST_WEIGHT)
        if (_certain(both) >= _SURE_TOGETHER).all():
            return both
        again = _aligned(larger.places(strip, _ASIDE_MM), seen)
        return _combined(_combined(seen, again, 0.5), firsts, _FIRST_WEIGHT)

    def _seen_dots(self, strip: Gray, places: Places) -> Places:
        """The places and, in gaps that are wider than others, the dots that only their shape tells."""
        stands = np.flatnonzero(places.present > STANDS)
        middles, is_dot = places.middles_mm[stands], places.log_probs[stands].argmax(axis=1) == self._dot
        gaps = np.diff(middles)
        wider = (gaps >= np.median(gaps) + _WIDER_BY_MM) if stands.size >= _LEAST_WITH_DOT else gaps > np.inf
        picture = line(strip) if wider.any() else None
        if picture is None:
            return places
        for before in np.flatnonzero(wider & ~is_dot[:-1] & ~is_dot[1:]):
            at = middle_dot.between(picture, PX_PER_MM, *middles[before : before + 2])
            places = places if at is None else _inserted(places, at, self._dot)
        return places

    def _whole(self, places: Places) -> Places:
        """The places without dots before the first character and after the last: no name has any."""
        is_dot = places.log_probs.argmax(axis=1) == self._dot
        letters = np.flatnonzero((places.present > STANDS) & ~is_dot)
        if letters.size == 0:
            return places
        outside = np.ones(len(places.present), np.bool_)
        outside[letters[0] : letters[-1] + 1] = False
        kept = ~(outside & is_dot)
        return places.only(kept)

    def _believed_dots(self, places: Places) -> Places:
        """The places, dots where names hardly have any less likely to stand."""
        stands = places.present > STANDS
        if stands.sum() < _LEAST_WITH_DOT:
            return places
        is_dot = places.log_probs.argmax(axis=1) == self._dot
        letters, gaps = np.flatnonzero(stands & ~is_dot), _gaps(places.only(stands & ~is_dot))
        present = places.present.copy()
        for dot in np.flatnonzero(stands & is_dot):
            before = int((letters < dot).sum())
            odds = float(_odds(present[dot]))
            if min(before, letters.size - before) == 1:
                odds *= _ALONE_ODDS
            if 0 < before < letters.size and gaps[before - 1] < _WIDE_MM:
                odds *= _CLOSE_ODDS
            present[dot] = odds / (1 + odds)
        return replace(places, present=present)

    def _dotted(self, places: Places) -> Places:
        """The places, faint dots where there is room for one likelier to stand."""
        stands = np.flatnonzero(places.present > STANDS)
        if stands.size < _LEAST_WITH_DOT:
            return places
        before, after = stands[:-1], stands[1:]
        is_dot = places.log_probs[stands].argmax(axis=1) == self._dot
        wide = (_gaps(places) >= _WIDE_MM) & ~is_dot[:-1] & ~is_dot[1:]
        faint = [k for a, b, w in zip(before, after, wide, strict=True) if w for k in range(a + 1, b)]
        faint = [k for k in faint if places.log_probs[k, self._dot] > np.log(0.5)]
        present = places.present.copy()
        odds = _DOT_ODDS * present[faint] / (1 - present[faint])
        present[faint] = odds / (1 + odds)
        return replace(places, present=present)

    @cached_property
    def _dot(self) -> int:
        """The middle dot among the classes of our own readers."""
        return self._first.alphabet[_DOT] - 1

    @cached_property
    def _expectation(self) -> Expectation:
        return Expectation(self._first.alphabet)

    @cached_property
    def _theirs(self) -> NDArray[np.intp]:
        """PP-OCRv6's class of each of ours, 0 where it has none."""
        theirs = self._other().alphabet("name")
        return np.array([theirs.get(c, 0) for c in self._first.alphabet], np.intp)

    def _opinion(self, places: Places, strip: Gray) -> NDArray[np.float32]:
        """What PP-OCRv6 gives each character at each place, shape (places, classes), as logarithms.

        Its columns belong to the nearest place; of several, the highest probability counts. Where it has no
        column, it has no opinion of its own and repeats ours.
        """
        seen = self._other().probabilities(strip, "name")
        width, px_per_mm = strip.shape[1], resolution(strip)
        found = extent(strip, px_per_mm)
        left, right = ends(strip, found, px_per_mm) if found else (0, width)
        columns = len(seen)
        at_mm = (left + (np.arange(columns) + 0.5) / columns * (right - left)) / px_per_mm
        apart = np.abs(at_mm[:, None] - places.middles_mm)
        nearest = np.where(apart.min(axis=1) < _REACH_MM, apart.argmin(axis=1), -1)
        opinion = places.log_probs.copy()
        for place in range(len(opinion)):
            own = seen[nearest == place]
            if len(own):
                highest = np.where(self._theirs > 0, own.max(axis=0)[self._theirs], 0)
                opinion[place] = np.log(highest + _UNSEEN)
        return opinion


def _may_lack_a_dot(places: Places) -> bool:
    """Whether two characters stand so far apart that a dot may be between them, and none was seen."""
    gaps = _gaps(places)
    if gaps.size < _LEAST_WITH_DOT - 1:
        return False
    widest, usual = gaps.max(), np.median(gaps)
    stands_out = gaps.size >= _GAPS_OF_FIVE and widest >= max(_WIDE_MM, usual + _WIDER_BY_MM)
    return bool(widest >= _WIDER_MM or stands_out)


def _gaps(places: Places) -> NDArray[np.float64]:
    """Between the middles of the characters that stand, in mm, as if they were of the usual size."""
    gaps = np.diff(places.middles_mm[places.present > STANDS])
    if gaps.size < _LONG - 1:
        return gaps
    return np.asarray(gaps * max(1.0, _PITCH_MM / float(np.median(gaps))))


def _certain(places: Places) -> NDArray[np.float32]:
    """Probability of the likeliest character of each place where one stands; none where nothing was found."""
    stands = places.present > STANDS
    best = places.log_probs[stands].max(axis=1, initial=-np.inf)
    return np.asarray(places.present[stands] * np.exp(best), np.float32)


def _same(places: Places, others: Places) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which places another look saw too, and as which of its own."""
    if not len(others.middles_mm):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    apart = np.abs(others.middles_mm - places.middles_mm[:, None])
    here = np.flatnonzero(apart.min(axis=1) < _SAME_MM)
    return here, apart.argmin(axis=1)[here]


def _aligned(others: Places, places: Places) -> NDArray[np.float32]:
    """Another look's logarithms at each place, shape (places, classes); its own where that look saw none."""
    aligned = places.log_probs.copy()
    here, there = _same(places, others)
    aligned[here] = others.log_probs[there]
    return aligned


def _inserted(places: Places, at_mm: float, character: int) -> Places:
    """The places with one more, where hardly anything but this character can stand."""
    log_probs = np.full((1, places.log_probs.shape[1]), np.log(_LEAST), np.float32)
    log_probs[0, character] = 0.0
    middles = np.append(places.middles_mm, at_mm)
    order = np.argsort(middles, kind="stable")
    present = np.append(places.present, _SEEN)
    return Places(middles[order], present[order], np.concatenate([places.log_probs, log_probs])[order])


def _agreed(places: Places, others: Places) -> Places:
    """The places, each as likely to hold a character as two looks say in the geometric mean of their odds."""
    present = places.present.copy()
    here, there = _same(places, others)
    odds = np.sqrt(_odds(present[here]) * _odds(others.present[there]))
    present[here] = odds / (1 + odds)
    return replace(places, present=present)


def _odds(p: NDArray[np.float32]) -> NDArray[np.float32]:
    p = np.clip(p, _LEAST, 1 - _LEAST)
    return np.asarray(p / (1 - p), np.float32)


def _combined(places: Places, opinion: NDArray[np.float32], weight: float) -> Places:
    """The places with a further opinion of which characters stand there; see the module."""
    return places.saying((1 - weight) * places.log_probs + weight * opinion)
