"""The figures: style, panels, pages to turn in 3D, and the running of notebooks.

In: recordings, embeddings and tables. Out: PDF, PNG and HTML. Uses `methods` for their names, `decoding`, `data` and
`storage`.
"""
