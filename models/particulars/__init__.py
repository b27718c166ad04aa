"""Trains the reader of sex and birth date: `render` draws, `train` fits `net`, `export` writes ONNX."""
