"""What can go wrong while drawing samples."""


class SamplesError(Exception):
    """Base of every error that this package raises on purpose."""


class MissingFontError(SamplesError):
    """A font that the cards need is not installed; the message names the Debian packages that hold it."""
