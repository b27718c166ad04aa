"""How fast idcheck is, beside the decoder's floor and what people would use instead, in one run."""
