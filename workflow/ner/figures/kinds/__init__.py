"""The kinds of figure: one module each, found by its name in `registry`, with a notebook and a caption of that name."""
