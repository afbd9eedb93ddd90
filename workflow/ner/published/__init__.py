"""What the authors published: which of their files hold what, and how these are read.

In: files of the authors' repository. Out: their tables in the columns of ours, their embeddings, their losses.
Uses `decoding` (for its columns), `data` and `storage`.
"""
