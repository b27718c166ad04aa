"""What is printed on the card: engines behind one contract, and the fields that they are shown."""

from __future__ import annotations

from idcheck.reading.engine import Engine, FieldName
from idcheck.reading.fields import read, read_validity

__all__ = ["Engine", "FieldName", "read", "read_validity"]
