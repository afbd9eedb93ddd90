"""The tests between methods in words, as the pages of figures say them."""

import pandas as pd

#: What tells the tests of a table apart, where it has these columns.
_PARTS = ("decoder", "pairs")


def in_words(tests: pd.DataFrame, about: str | None = None) -> str:
    """The sentences of a table of tests as a list in Markdown.

    Args:
        tests: columns of method_tests.WITHIN_TESTS or ACROSS_TESTS.
        about: a method; the sentences are those about it. None for all.

    Returns:
        A list for every decoder and kind of pairs that the table has; one line that says so where there is no sentence.
    """
    said = tests[tests["sentence"].fillna("") != ""]
    if about is not None:
        said = said[[about in methods.split(" - ") for methods in said["methods"]]]
    if said.empty:
        return "No two methods have two recordings in common."
    parts = [name for name in _PARTS if name in said]
    lists = said.groupby(parts, sort=False) if parts else [((), said)]
    return "\n\n".join(
        "\n".join([*([f"**{', '.join(part)}**\n"] if part else []), *(f"- {line}." for line in rows["sentence"])])
        for part, rows in lists
    )
