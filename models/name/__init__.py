"""The name reader: what it is trained on, how, and how good it is; see ``MODEL.md``."""
