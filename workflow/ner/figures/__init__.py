"""The figures: their kinds, style and panels, pages that turn in 3D or play, and the running of notebooks.

In: recordings, embeddings, decoded movements and tables. Out: PDF, PNG, GIF and HTML. Uses `published`, `methods` for
their names, `decoding`, `data` and `storage`.
"""
