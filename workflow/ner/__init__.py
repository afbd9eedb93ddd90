"""Neural Embeddings Rank: latent dynamics aligned with movements, its baselines, and their verification."""
