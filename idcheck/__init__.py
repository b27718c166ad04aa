"""Check a photo of a person holding an identity card against a typed name and number."""

__version__ = "0.1.0"
