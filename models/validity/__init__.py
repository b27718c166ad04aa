"""Trains the reader of the validity period: `render` draws, `train` fits `net`, `export` writes ONNX."""
