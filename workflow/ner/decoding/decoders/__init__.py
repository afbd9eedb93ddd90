"""The decoders: one module each, found by its name in `registry`."""
