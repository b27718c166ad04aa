"""What counts as good enough: curves, thresholds, required checks and limits, as data.

A policy is TOML (see ``default.toml`` beside this file). Unknown keys are refused, so that a misspelt
threshold is an error and not a silent default. Two files that say the same have the same digest, whatever
their layout.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from bisect import bisect_left
from functools import cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from idcheck.errors import PolicyError
from idcheck.reasons import BY_CODE, Group
from idcheck.types import Limits

SUBJECTS: Final = ("card", "name", "id_number", "face", "photo")
MEASURES: Final = ("blur", "lighting", "exposure", "glare", "occlusion", "resolution", "framing", "tilt")

Fraction = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


class Curve(_Table):
    """From a raw measurement to a score, piecewise linear and flat beyond its ends.

    Attributes:
        points: (raw, score) with rising raw values; scores 0 to 100, all rising or all falling.
        fail_below: a score under this fails the check; 0 never fails.
    """

    points: tuple[tuple[float, Score], ...] = Field(min_length=2)
    fail_below: Score = 50.0

    @model_validator(mode="after")
    def _monotone(self) -> Self:
        raws, scores = zip(*self.points, strict=True)
        if any(a >= b for a, b in pairwise(raws)):
            msg = "the raw values of a curve must rise"
            raise ValueError(msg)
        if list(scores) not in (sorted(scores), sorted(scores, reverse=True)):
            msg = "the scores of a curve must all rise or all fall"
            raise ValueError(msg)
        return self

    def score(self, raw: float) -> float:
        """The score of a raw value, 0 to 100."""
        raws, scores = self._columns
        after = bisect_left(raws, raw)
        if after == 0:
            return scores[0]
        if after == len(raws):
            return scores[-1]
        (x0, y0), (x1, y1) = self.points[after - 1 : after + 1]
        score = y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
        return min(max(score, 0.0), 100.0)  # rounding may step over the ends

    @cached_property
    def accepted(self) -> tuple[float, float]:
        """The lowest and the highest raw value that does not fail; infinite where there is no border.

        Returns:
            (inf, -inf) where every value fails.
        """
        passing = [i for i, (_, score) in enumerate(self.points) if score >= self.fail_below]
        if not passing:
            return math.inf, -math.inf
        first, last = passing[0], passing[-1]
        return (
            -math.inf if first == 0 else self._border(first, first - 1),
            math.inf if last == len(self.points) - 1 else self._border(last, last + 1),
        )

    @cached_property
    def threshold(self) -> float | None:
        """The raw value beyond which the check fails; None when none does, or every one."""
        return next((border for border in self.accepted if math.isfinite(border)), None)

    @cached_property
    def _columns(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        raws, scores = zip(*self.points, strict=True)
        return raws, scores

    def _border(self, inside: int, outside: int) -> float:
        """Between a point that passes and its neighbour that fails; exact where the former is the border."""
        (x0, y0), (x1, y1) = self.points[inside], self.points[outside]
        return x0 + (x1 - x0) * (self.fail_below - y0) / (y1 - y0)


class MatchRule(_Table):
    """When the evidence for what was typed is enough.

    Attributes:
        accept: log-likelihood ratio (natural) from which the field matches.
        reject: log-likelihood ratio up to which it is a mismatch; between the two it is indeterminate.
        scale: the ratio is divided by this before the logistic function makes a probability of it.
    """

    accept: float
    reject: float
    scale: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.reject >= self.accept:
            msg = "reject must be below accept"
            raise ValueError(msg)
        return self

    def probability(self, ratio: float) -> float:
        """Probability that the card says what was typed, before any prior."""
        return 1.0 / (1.0 + math.exp(-max(-700.0, min(700.0, ratio / self.scale))))


class MatchRules(_Table):
    """One rule a field; that of the particulars is about the printed sex and birth date and the number."""

    name: MatchRule
    id_number: MatchRule
    particulars: MatchRule


class Required(_Table):
    """What must be proven before a submission is approved.

    Attributes:
        groups: every check of these groups must pass.
        optional: codes of those groups that need not be assessed; when they were, they count.
    """

    groups: frozenset[Group]
    optional: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := self.optional - BY_CODE.keys():
            msg = f"unknown codes: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        return self


class SceneRule(_Table):
    """From which confidence a card or a face counts as found; below ``missing`` it counts as absent."""

    card_found: Fraction
    card_missing: Fraction
    face_found: Fraction


class ReadingRule(_Table):
    """When what was read counts.

    Attributes:
        unreadable_below: mean confidence of a transcript below which a field counts as unreadable.
        validity_clear: log-likelihood ratio (natural) from which a validity period counts as read.
    """

    unreadable_below: Fraction
    validity_clear: Annotated[float, Field(gt=0)]


class DocumentRule(_Table):
    """How long before the end of validity the user is warned."""

    expires_soon_days: Annotated[int, Field(ge=0)]


class AccountRule(_Table):
    """How many accounts one document may verify; the limit is reached once that many others are."""

    max_accounts_per_document: Annotated[int, Field(ge=1)]


class PhotoLimits(_Table):
    """What is refused before decoding; see :class:`idcheck.types.Limits`."""

    max_bytes: Annotated[int, Field(gt=0)]
    max_pixels: Annotated[int, Field(gt=0)]
    min_side: Annotated[int, Field(gt=0)]


class Policy(_Table):
    """Everything that :func:`idcheck.verdict.judge` needs to know beside the evidence."""

    format: Literal["idcheck.policy/1"]
    name: str
    required: Required
    photo: PhotoLimits
    scene: SceneRule
    reading: ReadingRule
    match: MatchRules
    document: DocumentRule
    account: AccountRule
    curves: dict[str, Curve]

    @model_validator(mode="after")
    def _known_measures(self) -> Self:
        for name in self.curves:
            subject, _, measure = name.partition(".")
            if subject not in SUBJECTS or measure not in MEASURES:
                msg = f"unknown measure: {name}"
                raise ValueError(msg)
        return self

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a policy.

        Raises:
            PolicyError: not TOML, unknown keys, missing keys, values out of range.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            msg = f"the policy is not TOML: {error}"
            raise PolicyError(msg) from error
        except ValidationError as error:
            found = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'policy'}: {e['msg']}" for e in error.errors()
            )
            msg = f"the policy cannot be used: {found}"
            raise PolicyError(msg) from error

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a policy file.

        Raises:
            PolicyError: the file cannot be read, or is no policy.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"the policy file cannot be read: {path}"
            raise PolicyError(msg) from error
        return cls.from_toml(text)

    @classmethod
    def default(cls) -> Self:
        """The policy that ships with idcheck."""
        return cls.from_toml(resources.files("idcheck").joinpath("default.toml").read_text(encoding="utf-8"))

    @property
    def limits(self) -> Limits:
        """The limits in the form that decoding takes."""
        return Limits(self.photo.max_bytes, self.photo.max_pixels, self.photo.min_side)

    @cached_property
    def accepted(self) -> dict[str, tuple[float, float]]:
        """Measure → the raw values that do not fail; see :attr:`Curve.accepted`."""
        return {name: curve.accepted for name, curve in self.curves.items()}

    @cached_property
    def digest(self) -> str:
        """sha256, hex, of what the policy says; independent of the order and layout of its file."""
        data = self.model_dump(mode="json")
        data["required"] = {key: sorted(value) for key, value in data["required"].items()}
        canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
