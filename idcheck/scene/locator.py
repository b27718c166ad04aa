"""`Locator`: a photo → its `Scene`. The card comes first: it tells printed faces from people's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, PORTRAIT, WIDTH_MM
from idcheck.scene.card import TURNS, Candidate, CardNetworks, Kind, Seen, same_place
from idcheck.scene.face import FaceDetector
from idcheck.scene.geometry import (
    CORNERS_MM,
    Points,
    as_quad,
    card_to_photo,
    project,
    px_per_mm,
    signed_area,
    tilt_deg,
    width_px,
)
from idcheck.scene.picture import Picture
from idcheck.scene.placing import placed, plausible
from idcheck.scene.registration import Registration
from idcheck.types import Box, Card, Face, Instead, PhotoInfo, Quad, Scene, Side, Thing

_LEAST_CONFIDENCE: Final = 0.25
"""Less sure than this is no identity card."""
_TRUST: Final = np.array([0.93, -1.59, -0.55, -1.28])
_DISBELIEF: Final = 11.79
"""Weights of `clues`, and what they have to outweigh: fitted by `models.locator.confidence`."""
_SURELY_BACKGROUND: Final = 0.95
"""At first sight: no second look."""
_LEAST_LOOKS: Final = 2
_PLAIN: Final = 0.98
_PLAIN_OFF: Final = 0.025
"""A first look that is so sure of kind and turn, and expects no corner to be further off, of the card's
width, is the last one, as at 58 % of cards. Another look at those, in 1,010 photos, moves as many corners
away from the truth as nearer to it, and discards no card.
"""
_MOST_LOOKS: Final = 4
"""At what may be the card that is held. Once there is one, others get no more than the fewest: what is
nothing moves on from look to look, and may end up as a large card beyond the frame."""
_HOPE: Final = 0.01
"""Nor a second look, if the first one leaves less confidence than this: so it is with 1,763 of 1,993 that the
first look does not settle, and with none of 13 second cards. The same holds for close looks."""
_SEEMS: Final = 0.9
"""But what seems an identity card with this probability, and is merely out of place, gets all looks: of two
cards the one that was held was such, and the other's number was read."""
_STAYS: Final = 0.12
"""Corners that moved less than this share of the card's size need no further look."""
_VIEWS: Final = ((False, False), (True, False), (False, True), (True, True))
"""In which the finder is shown the photo, mirrored across and down, until there surely is a card.

Of 596 whole cards on drawn and rendered photos 583 are found in the first view, 589 in two, 591 in four; of
304 small ones 253 and 278. None of 125 photos without a card shows one in any view.
"""
_SURELY_FOUND: Final = 0.95
"""From this confidence a card need not be sought in other views, nor by the larger network: 98 % of those
that are found have it."""
_FOUND: Final = 0.65
"""From this one a card counts of which the larger network sees nothing."""
_SURELY_NEARER: Final = 0.85
"""And from this one a card that shows only where the photo is looked at part by part: of 111 cards, most of
them small or burnt out, that were not found in 4,000 drawn photos 54 are so, two of them a tenth of their
width off, and none in 438 photos without one. It costs those some 20 ms."""
_SECOND_HEAT: Final = 0.3
"""Once there is a card, a candidate less hot than this is not worth a look,"""
_SECOND_SIZE: Final = (0.6, 1.5)
"""unless it is of so many times the card's size. One of 15 second cards was so cool, and the one on the wall
was read for the one that was held. One photo in four has such a candidate, which costs it 1 ms."""
_SECOND_CARD: Final = 0.4
"""A further card counts from this share of the first one's width: smaller ones are pictures on a wall."""
_SECOND_FACE: Final = 0.4
"""A further face counts from this share of the holder's, by width: smaller ones are passers-by and
posters."""
_SURE_FACE: Final = 0.6
"""And from this confidence: one face too many costs the holder a new photo."""
_PRINTED_FACE: Final = 0.33
"""A face within a card is printed on it if it is no wider than this share of the card's width. The
portrait's own is some 0.2; that of a person who looks over the card, or is covered by it, is wider."""


_AS_SURE: Final = 0.8
"""Of the surest card's confidence, what another has at least: on 1,610 drawn photos second cards had 0.9 of
it, a wall or a sleeve beside a card 0.78 at most."""
_INSTEAD: Final = MappingProxyType(
    {
        Kind.BANK_CARD: Thing.BANK_CARD,
        Kind.OBJECT: Thing.CARD,
        Kind.PAPER: Thing.PAPER,
        Kind.PHONE: Thing.PHONE,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A card or another thing, before refinement; see `Candidate` and `Seen`."""

    heat: float
    corners: Points
    kind: Kind
    confidence: float
    off: NDArray[np.float64]


class Locator:
    """Finds card and faces. Safe to share between threads."""

    def __init__(
        self, face_model: bytes, card_model: bytes, print_model: bytes, corners_model: bytes
    ) -> None:
        """Load the models.

        Args:
            face_model: content of the face detector's ONNX file.
            card_model: ``models/locator.onnx``.
            print_model: ``models/registration.onnx``.
            corners_model: ``models/corners_larger.onnx``.
        """
        self._faces = FaceDetector(face_model)
        self._networks = CardNetworks(card_model, corners_model)
        self._print = Registration(print_model)

    def locate(self, photo: Picture) -> Scene:
        """Where card and faces are. The same photo always gives the same scene."""
        found, others = self._held(photo)
        card = self._card(photo, found[0]) if found else None
        people = [face for face in self._faces.detect(photo) if not any(_printed(face, one) for one in found)]
        return Scene(
            photo=_info(photo, card),
            card=card,
            face=people[0] if people else None,
            portrait=_portrait(card) if card is not None and card.side is Side.PORTRAIT else None,
            faces=_count(people),
            cards=sum(width_px(as_quad(one.corners)) >= _SECOND_CARD * card.width_px for one in found)
            if card is not None
            else 0,
            instead=_instead(others[0]) if others and card is None else None,
        )

    def locate_card(self, photo: Picture) -> tuple[PhotoInfo, Card | None]:
        """The card as `locate` finds it, where nobody's face matters; a third faster."""
        found, _ = self._held(photo)
        card = self._card(photo, found[0]) if found else None
        return _info(photo, card), card

    def looks(self, photo: Picture) -> Iterator[tuple[Seen, NDArray[np.float64]]]:
        """What the last look at each candidate shows, and its `clues`: what confidence is fitted to."""
        for candidate in self._networks.candidates(photo):
            told = self._looked_at(photo, candidate, _MOST_LOOKS)
            if told is not None:
                yield told

    def _held(self, photo: Picture) -> tuple[list[_Found], list[_Found]]:
        """Identity cards and other things, of each the one that is held first: the larger and surer."""
        candidates: list[Candidate] = []
        doubtful: list[_Found] = []
        for across, down in _VIEWS:
            hot = self._networks.candidates(photo, across=across, down=down)
            cards, others = self._seen(photo, hot)
            if _surest(cards) >= _SURELY_FOUND:
                break
            candidates += hot
            doubtful = max(doubtful, cards, key=_surest)
        else:
            cards, others = self._in_doubt(photo, candidates, doubtful)
        return self._confirmed(photo, _foremost(cards)), _foremost(others)

    def _in_doubt(
        self, photo: Picture, candidates: list[Candidate], doubtful: list[_Found]
    ) -> tuple[list[_Found], list[_Found]]:
        """What the larger network sees; where that is no card, the surest first look, or a part of the photo.

        Args:
            photo: in no view of which a card shows for sure.
            candidates: of all views.
            doubtful: the cards of the view that showed one most surely.
        """
        cards, others = self._seen_closely(photo, candidates)
        if not cards and _surest(doubtful) >= _FOUND:
            cards = doubtful
        if not cards:
            nearer, _ = self._seen(photo, self._networks.nearer(photo))
            cards = [one for one in nearer if one.confidence >= _SURELY_NEARER]
        return [self._righted(photo, one) for one in cards], others

    def _confirmed(self, photo: Picture, cards: list[_Found]) -> list[_Found]:
        """The cards; of several, those that the larger network sees too, if it sees any.

        Somebody's face beside a sheet of paper had been a card, and larger than the one that was held.
        """
        if len(cards) < 2:
            return cards
        there = [Candidate(one.heat, one.corners) for one in cards]
        again = [self._found_at(photo, one, _MOST_LOOKS, closely=True) for one in there]
        seen = [
            card
            for card, one in zip(cards, again, strict=True)
            if one is not None and one.kind not in _INSTEAD
        ]
        return seen or cards

    def _righted(self, photo: Picture, found: _Found) -> _Found:
        """The card, or the one on the other side of its portrait, if that is surer.

        On a pale wall the portrait may be all that is plain, and the wall be taken for a card in a mirror.
        Of 13 doubtful mirrored cards on drawn and rendered photos, eight of them there, four are found so.
        """
        if found.kind is not Kind.PORTRAIT or signed_area(found.corners) > 0:
            return found
        beside = Candidate(_SECOND_HEAT, _beside_portrait(found.corners))
        one = self._found_at(photo, beside, _MOST_LOOKS, closely=True)
        if one is None or one.kind is not Kind.PORTRAIT or signed_area(one.corners) < 0:
            return found
        return one if one.confidence > found.confidence else found

    def _card(self, photo: Picture, found: _Found) -> Card:
        portrait = found.kind is Kind.PORTRAIT
        corners = as_quad(
            placed(photo, found.corners, found.off * WIDTH_MM, self._print if portrait else None)
        )
        return Card(
            corners=corners,
            confidence=found.confidence,
            side=Side.PORTRAIT if portrait else Side.EMBLEM,
            width_px=width_px(corners),
            px_per_mm=px_per_mm(corners),
            tilt_deg=tilt_deg(corners, photo.width, photo.height),
        )

    def _seen(self, photo: Picture, candidates: Iterable[Candidate]) -> tuple[list[_Found], list[_Found]]:
        """Identity cards and other things among candidates, each place once."""
        cards: list[_Found] = []
        others: list[_Found] = []
        for candidate in candidates:
            cool = candidate.heat < _SECOND_HEAT
            if cards and cool and not _of_a_size(candidate.corners, cards[0].corners):
                continue
            one = self._found_at(photo, candidate, _LEAST_LOOKS if cards else _MOST_LOOKS)
            if one is not None and not any(same_place(one.corners, old.corners) for old in (*cards, *others)):
                (others if one.kind in _INSTEAD else cards).append(one)
        return cards, others

    def _seen_closely(
        self, photo: Picture, candidates: Iterable[Candidate]
    ) -> tuple[list[_Found], list[_Found]]:
        """Likewise, by the larger network, until there surely is a card: of each place the surest look."""
        found: list[_Found] = []
        for candidate in candidates:
            one = self._found_at(photo, candidate, _MOST_LOOKS, closely=True)
            if one is None:
                continue
            there = [old for old in found if same_place(one.corners, old.corners)]
            if all(one.confidence > old.confidence for old in there):
                found = [old for old in found if old not in there] + [one]
            if one.kind not in _INSTEAD and one.confidence >= _SURELY_FOUND:
                break
        cards = [one for one in found if one.kind not in _INSTEAD]
        return cards, [one for one in found if one.kind in _INSTEAD]

    def _found_at(
        self, photo: Picture, candidate: Candidate, most_looks: int, *, closely: bool = False
    ) -> _Found | None:
        """What is at a candidate, if it is an identity card or a thing that is known."""
        told = self._looked_at(photo, candidate, most_looks, closely=closely)
        return _judged(candidate.heat, *told) if told is not None else None

    def _looked_at(
        self, photo: Picture, candidate: Candidate, most_looks: int, *, closely: bool = False
    ) -> tuple[Seen, NDArray[np.float64]] | None:
        """What is at a candidate, looked at until its corners stay, and its `clues`; None for nothing."""
        corners = candidate.corners
        for looks in count(1):
            seen = self._networks.look(photo, corners, closely=closely)
            if seen.kinds[Kind.BACKGROUND] > _SURELY_BACKGROUND or not plausible(seen.corners):
                return None
            if looks == 1:
                told = clues(photo, seen, candidate.heat, float(seen.turns.max()))
                if _plain(seen):
                    return seen, told
                if _confidence(told) < _HOPE:
                    seems = seen.kinds[: Kind.OBJECT].sum() >= _SEEMS
                    if closely or (most_looks == _LEAST_LOOKS and not seems):
                        return None
                    most_looks = _MOST_LOOKS
            moved = _apart(seen.corners, corners)
            corners = seen.corners
            if looks >= most_looks or (looks >= _LEAST_LOOKS and moved < _STAYS):
                break
        return seen, clues(photo, seen, candidate.heat, float(seen.turns[0]))


def _of_a_size(one: Points, card: Points) -> bool:
    """Whether something may be a second card beside this one."""
    least, most = _SECOND_SIZE
    return bool(least <= np.sqrt(abs(signed_area(one) / signed_area(card))) <= most)


def _beside_portrait(corners: Points) -> Points:
    """Where the card would lie whose portrait is at the same place, and all else on its other side."""
    across = 2 * PORTRAIT.x + PORTRAIT.width
    places = [(across - x, y) for x, y in CORNERS_MM]
    return project(card_to_photo(as_quad(corners)), places)


def _surest(found: list[_Found]) -> float:
    return max((one.confidence for one in found), default=0.0)


def _foremost(found: list[_Found]) -> list[_Found]:
    """Those that are about as sure as the surest, the larger and surer first."""
    sure = [one for one in found if one.confidence >= _AS_SURE * _surest(found)]
    return sorted(sure, key=lambda one: -one.confidence * np.sqrt(abs(signed_area(one.corners))))


def _apart(one: Points, other: Points) -> float:
    """How far the middle of a card and its corners, in whichever order, moved: as a share of its size."""
    size = np.sqrt(abs(signed_area(one)))
    shifts = [np.linalg.norm(one - other[turn], axis=1).max() for turn in TURNS]
    return float(min(shifts) / size)


def _plain(seen: Seen) -> bool:
    """Whether another look would show nothing new."""
    surest = min(seen.kinds.max(), seen.turns.max())
    return bool(surest > _PLAIN and seen.off.max() < _PLAIN_OFF)


def _confidence(told: NDArray[np.float64]) -> float:
    """How likely there is something, by its `clues`."""
    return float(1 / (1 + np.exp(_DISBELIEF - _TRUST @ told)))


def _judged(heat: float, seen: Seen, told: NDArray[np.float64]) -> _Found | None:
    """What the networks saw of a candidate, if it is an identity card or a thing that is known.

    `told` are its `clues`, of which `heat` is one.
    """
    confidence = _confidence(told)
    if confidence < _LEAST_CONFIDENCE or not plausible(seen.corners):
        return None
    kind = Kind(int(np.argmax(seen.kinds)))
    if kind not in _INSTEAD:
        kind = Kind.PORTRAIT if seen.kinds[Kind.PORTRAIT] >= seen.kinds[Kind.EMBLEM] else Kind.EMBLEM
    return _Found(heat, seen.corners, kind, confidence, seen.off)


def clues(photo: Picture, seen: Seen, heat: float, upright: float) -> NDArray[np.float64]:
    """What tells whether there is what the corner network saw, each as a logarithm; shape (4,).

    How hot the finder was, as odds; how far off the surest corner is expected to be, for what is no card has
    no corner; the size, as a share of the photo's longer side, for walls and sleeves are large; and the
    chance that it is nothing of the kind, or an identity card that may be turned otherwise: `upright` is the
    probability that it is not.
    """
    kind = int(np.argmax(seen.kinds))
    identity = float(seen.kinds[Kind.PORTRAIT] + seen.kinds[Kind.EMBLEM]) * upright
    likely = float(seen.kinds[kind]) if kind in _INSTEAD else identity
    size = np.sqrt(abs(signed_area(seen.corners))) / max(photo.width, photo.height)
    return np.asarray(np.log([heat / (1 - heat + 1e-6), seen.off.min(), size, 1 - likely + 1e-3]))


def _info(photo: Picture, card: Card | None) -> PhotoInfo:
    mirrored = card is not None and signed_area(card.corners) < 0
    return PhotoInfo(photo.width, photo.height, photo.orientation, mirrored)


def _instead(found: _Found) -> Instead:
    return Instead(_INSTEAD[found.kind], found.confidence, as_quad(found.corners))


def _portrait(card: Card) -> Box:
    """Upright rectangle around the portrait's place on the card."""
    points = project(card_to_photo(card.corners), PORTRAIT.polygon)
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _count(people: list[Face]) -> int:
    """The holder, and who else is a subject of the photo rather than in its background."""
    return sum(
        face is people[0]
        or (face.box.width >= _SECOND_FACE * people[0].box.width and face.confidence >= _SURE_FACE)
        for face in people
    )


def _printed(face: Face, card: _Found) -> bool:
    """Whether a face is one printed on a card: its middle within the card, and small against it."""
    corners: Quad = as_quad(card.corners)
    middle = (face.box.x + face.box.width / 2, face.box.y + face.box.height / 2)
    x, y = project(np.asarray(np.linalg.inv(card_to_photo(corners)), np.float64), [middle])[0]
    within = 0 <= x <= WIDTH_MM and 0 <= y <= HEIGHT_MM
    return bool(within and face.box.width <= _PRINTED_FACE * width_px(corners))
