"""How many published values are met, by table."""

import pandas as pd

from ner.decoding.columns import DECODER, METHOD, METRIC, PART
from ner.published.tables import FIGURE
from ner.storage.tables import Column, names
from ner.verification.within import VERDICTS

_COLUMNS = tuple(verdict.replace(" ", "_") for verdict in VERDICTS)
#: A published table, part and metric a row.
VERDICT_COUNTS = (
    FIGURE,
    METHOD,
    DECODER,
    PART,
    METRIC,
    *(Column(name, "", f"number of its values whose verdict is {name.replace('_', ' ')}") for name in _COLUMNS),
)


def verdict_counts(within: pd.DataFrame, across: pd.DataFrame) -> pd.DataFrame:
    """Count the verdicts.

    Args:
        within: columns verification.RETRAINED_WITHIN.
        across: columns retrained_across.RETRAINED_ACROSS.

    Returns:
        Columns VERDICT_COUNTS. The part is train or test within recordings, diagonal or off-diagonal across them.
    """
    diagonal = (across["source"] == across["target"]).map({True: "diagonal", False: "off-diagonal"})
    both = pd.concat([within.assign(figure="fig4"), across.assign(part=diagonal)])
    keys = names((FIGURE, METHOD, DECODER, PART, METRIC))
    rows = [
        (*key, *((found == verdict).sum() for verdict in VERDICTS))
        for key, found in both.groupby(keys, sort=False)["verdict"]
    ]
    return pd.DataFrame(rows, columns=names(VERDICT_COUNTS))
