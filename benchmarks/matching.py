"""How well typed names and numbers are told apart from what is printed, on strips drawn for the purpose.

    python -m benchmarks.matching --strips 2000 --field id_number

Reads drawn strips with the pipeline's readers, weighs for each the genuine claim and one impostor of every
kind, and prints the distributions of the log-likelihood ratio and, over a range of thresholds, what becomes
of genuine claims and of impostors. Beside it stands the plain comparison of transcript and typed text.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.strips import FieldName, common_characters, strips
from idcheck.claim import idnumber, match
from idcheck.pipeline import embedded
from idcheck.reading import Engine
from idcheck.types import MatchEvidence
from samples import fonts
from samples.identity import RARE, SURNAMES

GENUINE = "genuine"
ACCEPT = {"name": (1.5, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 3.0), "id_number": (0.5, 1.0, 2.0, 3.0, 4.0, 6.0)}
REJECT = (-1.0, -2.0, -2.5, -3.0, -4.0, -6.0, -8.0, -10.0, -12.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """One claim weighed against one strip.

    Attributes:
        kind: ``genuine``, or the impostor's.
        legible: whether the strip is, by what was done to it.
        evidence: of the matcher.
        exact: whether the transcript is the typed text, character by character.
    """

    kind: str
    legible: bool
    evidence: MatchEvidence
    exact: bool

    def matches(self, accept: float) -> bool:
        """Whether it would be accepted."""
        ratio = self.evidence.log_likelihood_ratio
        return ratio is not None and self.evidence.cause is None and ratio >= accept

    def contradicts(self, reject: float) -> bool:
        """Whether it would be called a mismatch."""
        ratio = self.evidence.log_likelihood_ratio
        return self.evidence.cause == "claim_invalid" or (ratio is not None and ratio <= reject)


def trials(engine: Engine, field: FieldName, count: int, seed: int) -> Iterator[Trial]:
    """Weigh the genuine claim and one impostor of every kind for each of `count` drawn strips."""
    weigh = match.name if field == "name" else match.id_number
    for i, strip in enumerate(strips(seed, count, field)):
        transcript = engine.read(strip.picture, field)
        others = impostors(np.random.default_rng((seed, i, 1)), field, strip.text)
        for kind, typed in ((GENUINE, strip.text), *others):
            yield Trial(kind, strip.legible, weigh(transcript, typed), transcript.text == typed)


def impostors(rng: np.random.Generator, field: FieldName, text: str) -> Iterator[tuple[str, str]]:
    """Near misses of a printed text, each with its kind; numbers are valid by their check character."""
    return _other_names(rng, text) if field == "name" else _other_numbers(rng, text)


def _other_names(rng: np.random.Generator, text: str) -> Iterator[tuple[str, str]]:
    places = [i for i, c in enumerate(text) if c != "·"]
    place = int(rng.choice(places))
    before, after = text[:place], text[place + 1 :]
    yield "lookalike", before + str(rng.choice(lookalikes(text[place])[:3])) + after
    yield "different", before + str(rng.choice([c for c in common_characters() if c != text[place]])) + after
    if len(places) > 1:
        yield "dropped", before + after
    yield "added", before + text[place] + str(rng.choice(list(common_characters()))) + after


def _other_numbers(rng: np.random.Generator, text: str) -> Iterator[tuple[str, str]]:
    first = text[:17]
    place = int(rng.integers(17))
    yield "digit_and_check", _checked(_changed(rng, first, place))
    while True:  # two other digits may leave the check character as it is
        one, other = sorted(rng.choice(17, 2, replace=False).tolist())
        changed = _changed(rng, _changed(rng, first, one), other)
        if idnumber.check_character(changed) == text[17]:
            yield "two_digits", changed + text[17]
            break
    pairs = [i for i in range(16) if first[i] != first[i + 1]]
    i = int(rng.choice(pairs))
    yield "transposed_and_check", _checked(first[:i] + first[i + 1] + first[i] + first[i + 2 :])


def _changed(rng: np.random.Generator, digits: str, place: int) -> str:
    other = (int(digits[place]) + int(rng.integers(1, 10))) % 10
    return f"{digits[:place]}{other}{digits[place + 1 :]}"


def _checked(first17: str) -> str:
    return first17 + idnumber.check_character(first17)


@lru_cache(maxsize=1)
def _glyphs() -> tuple[str, NDArray[np.float32]]:
    characters = "".join(dict.fromkeys(common_characters() + SURNAMES + RARE))
    font = fonts.load(fonts.CHINESE[0], 40)
    rows = []
    for character in characters:
        glyph = Image.new("L", (48, 56))
        ImageDraw.Draw(glyph).text((4, 0), character, 255, font)
        small = cv2.GaussianBlur(np.asarray(glyph, np.float32), (0, 0), 1.5)[::2, ::2].ravel()
        rows.append(small / np.linalg.norm(small))
    return characters, np.array(rows, np.float32)


def lookalikes(character: str) -> list[str]:
    """The characters whose glyphs are most like this one's, likest first; any for a rare one."""
    characters, glyphs = _glyphs()
    if character not in characters:
        return list(characters[:10])
    order = np.argsort(-(glyphs @ glyphs[characters.index(character)]))
    return [characters[i] for i in order[1:11]]


def _report(field: FieldName, done: Sequence[Trial]) -> None:
    """Print the figures of one field."""
    groups: dict[str, list[Trial]] = {"genuine, legible": [], GENUINE: []}
    for trial in done:
        groups.setdefault(trial.kind, []).append(trial)
    groups["genuine, legible"] = [t for t in groups[GENUINE] if t.legible]

    def row(head: str, share: Callable[[Trial], bool]) -> None:
        shares = (100 * np.mean([share(t) for t in group]) for group in groups.values())
        print(f"{head:24s}" + "".join(f"{v:22.2f}" for v in shares))

    print(f"\n{field}: log-likelihood ratio\n{'quantile':24s}" + "".join(f"{kind:>22s}" for kind in groups))
    ratios = [
        [r for t in group if (r := t.evidence.log_likelihood_ratio) is not None] for group in groups.values()
    ]
    for level in (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999):
        print(f"{level:<24}" + "".join(f"{np.quantile(r, level):22.2f}" for r in ratios))
    print(f"{'strips':24s}" + "".join(f"{len(group):22d}" for group in groups.values()))
    print("accepted, %")
    for accept in ACCEPT[field]:
        row(f"  from {accept}", partial(Trial.matches, accept=accept))
    row("  transcript is equal", lambda t: t.exact)
    print("called a mismatch, %")
    for reject in REJECT:
        row(f"  up to {reject}", partial(Trial.contradicts, reject=reject))
    row("  transcript differs", lambda t: not t.exact)


def main() -> None:
    """Draw, read, weigh and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strips", type=int, default=2000, help="of each field")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--field", choices=["name", "id_number"], help="only this one")
    chosen = parser.parse_args()
    engine = embedded()
    fields: tuple[FieldName, ...] = ("name", "id_number")
    for field in (f for f in fields if chosen.field in (None, f)):
        _report(field, list(trials(engine, field, chosen.strips, chosen.seed)))


if __name__ == "__main__":
    main()
