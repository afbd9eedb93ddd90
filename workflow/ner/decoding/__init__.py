"""Decoding of movements from embeddings."""
