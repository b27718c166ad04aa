"""What the user typed: whether it can be true, and whether the card says it.

Also what the card says of its validity, and whether it agrees with itself.
"""

from __future__ import annotations

from idcheck.claim import idnumber, match, name, particulars, validity
from idcheck.types import Claim, ClaimFacts

__all__ = ["facts", "idnumber", "match", "name", "particulars", "validity"]


def facts(claim: Claim) -> ClaimFacts:
    """What the typed text says by itself.

    A birth date in the future depends on the day of the decision, and is left to whoever knows that day.
    """
    try:
        number = idnumber.validate(claim.id_number)
    except idnumber.InvalidNumberError as error:
        return ClaimFacts(name.problem(claim.name), error.word, None)
    return ClaimFacts(name.problem(claim.name), None, idnumber.birth_date(number))
