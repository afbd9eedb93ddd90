"""Decoding of movements from embeddings: decoders, metrics, alignment, and the scores within and across recordings.

In: Embeddings. Out: tidy tables of metrics, one measured value a row. Uses `data` and `storage`, no method.
"""
