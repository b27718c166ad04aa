"""Whether the card says what was typed: the typed text's likelihood against that of the best alternative.

The evidence is a log-likelihood ratio, log p(strip | typed) - log p(strip | best alternative). Both come
from the reader's lattice by :mod:`idcheck.claim.ctc`, under one model of the reader's errors, so that an
uncertain column, a look-alike and a hidden character each weigh what they are worth. The best alternative
is chosen when the strip has been seen, what was typed before that: a name's alternative weighs less by what
this is worth, and a number that is not the likeliest is spared what the printed one would be expected to
lack. What to make of a ratio is the policy's business.

Alternatives to a name: what the reader read, every character replaced by or with one more of the lattice's
other candidates, and every character left out. Print that is hidden can excuse a typed character, but never
invents an alternative. Alternatives to a number: all numbers of 18 characters whose check character is right;
by dynamic programming over the remainder the best of them is found, however many digits it changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from idcheck.claim import idnumber
from idcheck.claim import name as names
from idcheck.claim.ctc import Channel, Floats, Symbols, changes, log_likelihoods
from idcheck.claim.sheet import Sheet, sheet_of
from idcheck.types import MatchEvidence, Room, Transcript

NAME_CHANNEL: Final = Channel(wrong=1e-4, doubt=0.1, spurious=1e-4, missed=0.02, missed_next=0.3)
NUMBER_CHANNEL: Final = Channel(wrong=1e-4, doubt=0.3, spurious=1e-3, missed=0.005, missed_next=0.5)
"""The readers' errors, from drawn strips with every defect (``python -m benchmarks.matching``). PP-OCRv6, the
second opinion on names, errs two to three times as often as it says, mostly with the truth far down its
list; our own readers err as often as they say. With a third of the doubt that suited PP-OCRv6, half instead
of two fifths of the impostors are contradicted, and as many genuine names confirmed. To doubt the reader of
numbers less would confirm three more of 430 photographed numbers, and contradict four that are right."""
_WITHOUT_ROOM: Final = replace(NAME_CHANNEL, missed=0.002)
"""Where the line leaves no room for a character that was not read: none of 676 lacks one."""
_CHOSEN: Final = 2.5
"""By how much, in nats, the likeliest other name leads where true names and near misses are as frequent as
each other: of 4,198 photos' names, and claims of 47,000 others."""
_UNFAMILIAR: Final = 0.02
"""Added to `wrong` for typed characters beyond GB 2312: 5 to 14 % of them are surely read as another."""
_RARER: Final = 4.0
_LIKELY: Final = 0.1
"""Where the reader gives such a character this much, it counts so many times as likely. Readers expect
its everyday look-alikes up to thirty times as often, and that somebody typed the rare one makes up for some
of that. Of 19,000 claims of a nearest look-alike a dozen more match, of 1,360 drawn true names six."""
_GUESSED: Final = 0.2
"""Geometric mean of the characters' probabilities below which nothing is confirmed: of 3,500 photos six names
are not any more, none of them legible, and three names with another character."""
_DOT_LOST: Final = float(np.log(0.12))
"""Of the 52 dots of 43 photographed names of ten characters and more, readers lost six."""
_END_LOST: Final = float(np.log(0.26))
"""And of the 27 names among them that go on in a second line, the ends of seven."""
_ON_ONE_LINE: Final = 9
"""So many characters stand on a line of any card."""

_LABELS: Final = ("性别", "民族", "出生", "住址")
"""Of the lines below the name."""
_DIGITS: Final = idnumber.CHECK_CHARACTERS
_TRIED: Final = 4
_STEPS: Final = np.outer((*idnumber.WEIGHTS, 1), np.arange(11)) % 11
"""What each value adds to the remainder at each place."""
_BEFORE: Final = (np.arange(11)[None, :, None] - _STEPS[:, None, :]) % 11
"""The remainder before a place, from the one after it and the value there; shape (18, 11, 11)."""


def name(transcript: Transcript, claim_name: str) -> MatchEvidence:
    """Weigh a reading of the name against a typed name.

    A typed character that the reader does not know can be neither confirmed nor denied: it is free to be
    anything that was printed. The others may still contradict, so the ratio is then at most 0, with the cause
    ``unknown_character``. So it is for a typed name of one character, with ``weak_evidence``: such names
    hardly exist, and a second character that something hides is likelier; for a name that the reader can but
    guess at, where a typed one is as good as any; and with ``more_hidden`` where something covers a place
    beside the name in which one more character would stand. Where the line leaves no room for one,
    a typed character too many contradicts as another one does. Where a label was read, the strip
    shows another line of the card, and nothing of the name.
    """
    if names.problem(claim_name) is not None:
        return MatchEvidence(None, "claim_invalid")
    typed = names.normalize(claim_name)
    if not transcript.text or any(label in transcript.text for label in _LABELS):
        return MatchEvidence(None, "nothing_read")
    sheet = sheet_of(_dotted(transcript), typed)
    channel = _WITHOUT_ROOM if transcript.room is Room.NONE else NAME_CHANNEL
    emissions = channel.emissions(sheet.probabilities)
    symbols = sheet.symbols(typed)
    rare = [s for s, c in zip(symbols, typed, strict=True) if not _familiar(c)]
    lenient = emissions.copy()
    likely = np.where(emissions[:, rare] >= _LIKELY, _RARER * emissions[:, rare], emissions[:, rare])
    lenient[:, rare] = np.minimum(likely, 1.0) + _UNFAMILIAR
    own = float(log_likelihoods(lenient, [symbols], channel)[0])
    best = _likeliest_other(emissions, sheet, symbols, channel) - _CHOSEN
    ratio = own - best
    if ratio < 0 and (shortened := _shortened(typed)):
        short = log_likelihoods(lenient, [sheet.symbols(text) for text in shortened], channel)
        ratio = max(ratio, min(0.0, float((short + list(shortened.values())).max()) - best))
    if sheet.anything in symbols:
        return MatchEvidence(min(ratio, 0.0), "unknown_character")
    if len(typed) == 1 or transcript.confidence < _GUESSED:
        return MatchEvidence(min(ratio, 0.0), "weak_evidence")
    if transcript.room is Room.HIDDEN:
        return MatchEvidence(min(ratio, 0.0), "more_hidden")
    return MatchEvidence(ratio)


def _shortened(typed: str) -> dict[str, float]:
    """What readers are known to leave of a long name, and the logarithm of how likely they do.

    They lose dots, and ends that stand on a second line. What is left does not confirm what was typed, but
    neither does it contradict it as characters do that are missing elsewhere.
    """
    found = {typed: 0.0}
    for at in reversed([i for i, character in enumerate(typed) if character == names.MIDDLE_DOT]):
        found |= {text[:at] + text[at + 1 :]: p + _DOT_LOST for text, p in found.items()}
    if len(typed) > _ON_ONE_LINE:
        whole = list(found.items())
        found |= {text[:end]: p + _END_LOST for text, p in whole for end in range(_ON_ONE_LINE, len(text))}
    del found[typed]
    return found


def id_number(transcript: Transcript, claim_number: str) -> MatchEvidence:
    """Weigh a reading of the number against a typed number."""
    try:
        typed = idnumber.validate(claim_number)
    except idnumber.InvalidNumberError:
        return MatchEvidence(None, "claim_invalid")
    if not transcript.text:
        return MatchEvidence(None, "nothing_read")
    sheet = sheet_of(transcript, typed, _DIGITS)
    channel = NUMBER_CHANNEL
    emissions = channel.emissions(sheet.probabilities)
    symbols = sheet.symbols(typed)
    digits = list(sheet.symbols(_DIGITS))
    around = changes(emissions, _nearest(emissions, sheet.read, symbols), channel)[0]
    other = sheet.symbols(_best_valid(around[:, digits], typed))
    own, best = log_likelihoods(emissions, [symbols, other], channel)
    ratio = float(own - best)
    if ratio < 0:
        ratio = min(0.0, ratio + _expected_shortfall(emissions[:, digits], 1 - sheet.probabilities[:, 0]))
    return MatchEvidence(ratio)


def _expected_shortfall(digits: Floats, printed: Floats) -> float:
    """By how much the printed number itself is expected to fall behind the likeliest one, in nats, >= 0.

    Where the reader can but guess, its best guesses differ from what is printed: each place is then worth
    log max p, and the printed character p of itself, which is the negated entropy in expectation. What a
    typed number lacks no more than that speaks neither for nor against it.

    Args:
        digits: what each column says of each digit, up to a factor; shape (columns, 11).
        printed: probability that a column shows a character at all, shape (columns,).
    """
    p = digits / digits.sum(axis=1, keepdims=True)
    return float(printed @ (np.log(p.max(axis=1)) - (p * np.log(p)).sum(axis=1)))


def _dotted(transcript: Transcript) -> Transcript:
    """The same with every dot as the one that names have."""
    text = "".join(names.MIDDLE_DOT if c in names.DOT_LIKE else c for c in transcript.text)
    return replace(transcript, text=text)


def _familiar(character: str) -> bool:
    """Whether it is the dot or one of the 6,763 of GB 2312, with which readers are trained best."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return character == names.MIDDLE_DOT
    return True


# ---------------------------------------------------------------- alternatives


def _likeliest_other(emissions: Floats, sheet: Sheet, typed: Symbols, channel: Channel) -> float:
    """Log-likelihood of the likeliest text that the strip may show instead of the typed one."""
    replaced, put_in = changes(emissions, typed, channel)
    replaced[np.arange(len(typed)), list(typed)] = -np.inf
    for ratios in (replaced, put_in):
        ratios[:, [0, sheet.anything]] = -np.inf
    others = _other_names(replaced, put_in, sheet, typed)
    best = log_likelihoods(emissions, others, channel.attentive).max()
    rival = log_likelihoods(emissions, [_rival(replaced, typed)], channel)[0]
    return float(max(best, rival))


def _other_names(replaced: Floats, put_in: Floats, sheet: Sheet, typed: Symbols) -> list[Symbols]:
    """Texts near the typed one, and what was read; at least one, none of them the typed one."""
    found: dict[Symbols, None] = {}
    for place, symbol in _largest(replaced):
        found[*typed[:place], symbol, *typed[place + 1 :]] = None
    for place, symbol in _largest(put_in):
        found[*typed[:place], symbol, *typed[place:]] = None
    for place in range(len(typed)):
        found[*typed[:place], *typed[place + 1 :]] = None
    found[sheet.read] = None
    found.pop(typed, None)
    return list(found)


def _rival(replaced: Floats, typed: Symbols) -> Symbols:
    """The typed text with the likeliest other character in each place where that outdoes the typed one.

    Where none does, in the place where one comes nearest. Where the reader can but guess, many a text is as
    likely as what was read, and a typed one of the right length fits better than most; but so does its rival.
    """
    likeliest, gains = replaced.argmax(axis=1), replaced.max(axis=1)
    outdone = gains >= min(0.0, gains.max())
    return tuple(np.where(outdone, likeliest, typed).tolist())


def _largest(ratios: Floats) -> Iterable[tuple[int, int]]:
    """Where the largest few values are."""
    order = np.argsort(-ratios, axis=None, kind="stable")[:_TRIED]
    places, symbols = np.unravel_index(order, ratios.shape)
    usable = np.isfinite(ratios[places, symbols])
    return zip(places[usable].tolist(), symbols[usable].tolist(), strict=True)


def _nearest(emissions: Floats, read: Symbols, typed: Symbols) -> Symbols:
    """What was read, as long as what was typed: a gap filled from it, or a surplus left out, in one place.

    Around this text, which need not be valid, the lattice says best what each place may hold instead.
    """
    gap = len(typed) - len(read)
    if gap == 0:
        return read
    if gap > 0:
        options = [(*read[:at], *typed[at : at + gap], *read[at:]) for at in range(len(read) + 1)]
    else:
        options = [(*read[:at], *read[at - gap :]) for at in range(len(typed) + 1)]
    return options[int(log_likelihoods(emissions, options, NUMBER_CHANNEL).argmax())]


def _best_valid(scores: Floats, typed: str) -> str:
    """The valid number of the highest score that is not the typed one.

    Dynamic programming over the remainder by 11 of the weighted sum so far: ISO 7064 wants it to be 1 in the
    end.

    Args:
        scores: of each value at each place, shape (18, 11); value 10 is X.
        typed: a valid number.
    """
    places = np.arange(18)
    own = np.array([_DIGITS.index(c) for c in typed])
    values = scores.copy()
    values[:17, 10] = -np.inf
    kept = values[places, own]
    remainders = np.cumsum(_STEPS[places, own]) % 11
    # From the typed number, up to each place, with another value there: the score by the remainder then.
    partings = np.full((18, 11), -np.inf)
    rows = (np.append(0, remainders[:-1])[:, None] + _STEPS) % 11
    np.put_along_axis(partings, rows, np.append(0.0, np.cumsum(kept)[:-1])[:, None] + values, axis=1)
    partings[places, remainders] = -np.inf
    choices, best = np.zeros((18, 11), np.intp), np.full(11, -np.inf)
    for before, score, parting, choice in zip(_BEFORE, values, partings, choices, strict=True):
        ways = np.column_stack((best[before] + score, parting))
        ways.argmax(axis=1, out=choice)
        best = ways.max(axis=1)
    digits, remainder = own.tolist(), 1
    for place in range(17, -1, -1):
        value = int(choices[place, remainder])
        if value == 11:  # here the best path parts from the typed number
            digits[place] = int(np.flatnonzero(rows[place] == remainder)[0])
            break
        digits[place] = value
        remainder = int(_BEFORE[place, remainder, value])
    return "".join(_DIGITS[d] for d in digits)
