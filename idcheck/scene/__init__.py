"""Where things are: the card that is held, its holder's face, and the portrait printed on the card."""

from idcheck.scene.locator import Locator
from idcheck.scene.rectify import Strips

__all__ = ["Locator", "Strips"]
