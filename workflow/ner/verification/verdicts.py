"""How many published values are met, by table."""

import pandas as pd

from ner.decoding.across_summary import kind_of_pairs
from ner.decoding.columns import DECODER, METHOD, METRIC
from ner.published.tables import FIGURE
from ner.storage.tables import Column, Table, names
from ner.verification.compare import VERDICTS

_COLUMNS = tuple(verdict.replace(" ", "_") for verdict in VERDICTS)
_SCOPE = Column("scope", "", "train or test within recordings; diagonal or off-diagonal across them")
#: A published table, scope and metric a row.
VERDICT_COUNTS = Table(
    "verification/verdicts.csv",
    (
        FIGURE,
        METHOD,
        DECODER,
        _SCOPE,
        METRIC,
        *(Column(name, "", f"number of its values whose verdict is {name.replace('_', ' ')}") for name in _COLUMNS),
    ),
    "how many published values are met, by table",
)


def verdict_counts(within: pd.DataFrame, across: pd.DataFrame) -> pd.DataFrame:
    """Count the verdicts.

    Args:
        within: columns retrained_within.RETRAINED_WITHIN.
        across: columns retrained_across.RETRAINED_ACROSS.

    Returns:
        Columns VERDICT_COUNTS.
    """
    both = pd.concat([within.assign(figure="fig4", scope=within["split"]), across.assign(scope=kind_of_pairs(across))])
    keys = names((FIGURE, METHOD, DECODER, _SCOPE, METRIC))
    rows = [
        (*key, *((found == verdict).sum() for verdict in VERDICTS))
        for key, found in both.groupby(keys, sort=False)["verdict"]
    ]
    return pd.DataFrame(rows, columns=names(VERDICT_COUNTS))
