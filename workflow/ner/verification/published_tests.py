"""The authors' methods tested against each other, with their pairs of values and with pairs of the same recordings."""

import pandas as pd

from ner.decoding.method_tests import TESTS, compare_across, joined
from ner.methods.names import method_name
from ner.published.catalogue import METHODS
from ner.published.tables import FIGURE
from ner.storage.tables import Column, Table

#: Tests of the authors' tables.
PUBLISHED_TESTS = Table(
    "verification/published_tests.csv",
    (
        FIGURE,
        Column(
            "pairing", "", "published (row by row, whatever recordings stand there) or matched (the same recordings)"
        ),
        *TESTS,
    ),
    "the authors' values tested against each other",
)


def published_tests(table: pd.DataFrame) -> pd.DataFrame:
    """Test the authors' values against each other, with their pairs and with pairs of the same recordings.

    Args:
        table: columns published.tables.PUBLISHED_ACROSS, rows in the order of the authors' tables.

    Returns:
        Columns PUBLISHED_TESTS; see `compare_across`.
    """
    found = []
    for (figure, _), part in table.groupby(["figure", "decoder"], sort=False):
        methods = [method for method in METHODS.values() if (part["method"] == method).any()]
        published = {method: part.loc[part["method"] == method, "source"].unique().tolist() for method in methods}
        matched = {method: sorted(order) for method, order in published.items()}
        for pairing, orders in (("published", published), ("matched", matched)):
            found.append(compare_across(part, orders, method_name).assign(figure=figure, pairing=pairing))
    return joined(found, PUBLISHED_TESTS)
