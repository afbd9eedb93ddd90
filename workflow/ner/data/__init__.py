"""From raw files to recordings: bins of rates and movements, cut into trials, and the embeddings made of them.

In: a session's raw file (downloaded, simulated or the user's). Out: Recording and Embedding, as parquet files.
Uses `storage`.
"""
