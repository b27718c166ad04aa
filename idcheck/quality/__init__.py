"""How good the photo is, field by field: raw values in physical units, and where they were measured.

One function a measure, one entry in `MEASURES`; what they share is in `idcheck.quality.view`. Nothing here
knows of scores or thresholds: the policy turns raw values into both.
"""

from idcheck.quality.assessor import MEASURES, Assessor
from idcheck.quality.cause import Cause
from idcheck.quality.measure import Measure

__all__ = ["MEASURES", "Assessor", "Cause", "Measure"]
