"""Trains the reader of the identity number: `render` draws, `train` fits `net`, `export` writes ONNX."""
