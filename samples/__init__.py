"""Fictional hand-held identity card photos, drawn with physical labels.

`scene.sample_recipe` draws everything that determines a picture from a random generator; `scene.render`
turns such a recipe into a picture and its label at any size. `python -m samples.generate` writes a folder
of them.
"""
