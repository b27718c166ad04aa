"""Weights: their manifest, the command that fetches them, and how our own were trained."""
