"""The paper's headline numbers: published, published for the recordings of this run, and ours."""

from pathlib import Path

import pandas as pd

from ner.data.names import RecordingName
from ner.decoding.columns import METHOD, METRIC
from ner.storage.tables import Column, Table, names
from ner.verification.retrained_across import decoded_pairs

_UNIT = "R2: 1; accuracy: %"
#: A number of the paper a row.
HEADLINES = Table(
    "verification/headlines.csv",
    (
        Column("statement", "", "what the number is of"),
        METHOD,
        METRIC,
        Column("stated", "", "how the paper's abstract gives it; empty where it does not"),
        Column("published", _UNIT, "the number, from the authors' table"),
        Column("recordings", "", "recordings that it is of"),
        Column("published_here", _UNIT, "the same of those of the recordings that this run has"),
        Column("recordings_here", "", "their number"),
        Column("paper", _UNIT, "ours under the paper protocol, mean over seeds"),
        Column("paper_sd", _UNIT, "standard deviation over seeds; empty for a single one"),
        Column(
            "strict",
            _UNIT,
            "ours under the strict protocol, mean over seeds: of the test trials, where published is train",
        ),
        Column("strict_sd", _UNIT, "standard deviation over seeds; empty for a single one"),
        Column("seeds", "", "number of seeds"),
        Column("difference", _UNIT, "ours under the paper protocol minus published for the same recordings"),
    ),
    "the numbers of the paper's text, beside this run's",
)


#: What the paper's results rest on: the abstract's five numbers first. `figure` names the published tables; of fig4,
#: within recordings, `recordings` is a regular expression and `split` the trials that are scored.
_STATEMENTS = Path(__file__).with_name("paper_statements.csv")


def headlines(
    published_within: pd.DataFrame, published_across: pd.DataFrame, within: pd.DataFrame, across: pd.DataFrame
) -> pd.DataFrame:
    """The paper's headline numbers beside those of this run.

    Args:
        published_within: columns published.PUBLISHED_WITHIN.
        published_across: columns published.PUBLISHED_ACROSS.
        within: columns columns.WITHIN.
        across: columns columns.ACROSS.

    Returns:
        Columns HEADLINES; a number whose recordings this run lacks has no value of ours. Under the strict protocol a
        number of the training trials is answered by the test trials'.
    """
    pairs = decoded_pairs(across)
    rows = []
    for row in pd.read_csv(_STATEMENTS, keep_default_na=False).itertuples():
        if row.figure == "fig4":
            found = _within(row, published_within, within)
        else:
            found = _across(row, published_across, pairs)
        of = {"statement": row.statement, "method": row.method, "metric": row.metric, "stated": row.stated}
        rows.append(of | found)
    return pd.DataFrame(rows, columns=names(HEADLINES))


def _within(of, published: pd.DataFrame, within: pd.DataFrame) -> dict:
    """The median over recordings (of one recording: its value)."""
    goal = _of(published, of).loc[lambda table: table.split == of.split]
    goal = goal[goal["recording"].astype(str).str.fullmatch(of.recordings)]
    ours = _of(within, of)
    splits = {"paper": of.split, "strict": "test"}
    ours = ours[ours["split"] == ours["protocol"].map(splits)]
    return _numbers(goal, ours, of.metric, ["recording"], "median")


def _across(of, published: pd.DataFrame, pairs: pd.DataFrame) -> dict:
    """The mean over pairs of different recordings of a figure."""
    goal = _of(published[published.figure == of.figure], of)
    goal, ours = (table[table.source != table.target] for table in (goal, _of(pairs, of)))
    # Pairs of M1 alone say nothing of a figure across areas.
    if _areas(ours.merge(goal[["source", "target"]])) != _areas(goal):
        ours = ours[:0]
    return _numbers(goal, ours, of.metric, ["source", "target"], "mean")


def _areas(pairs: pd.DataFrame) -> set[str]:
    """Areas of the recordings of pairs."""
    return {RecordingName.parse(name).area for name in {*pairs["source"], *pairs["target"]}}


def _of(table: pd.DataFrame, of) -> pd.DataFrame:
    """Rows of a statement's method, linear decoders."""
    return table[(table.method == of.method) & (table.decoder == "linear")]


def _numbers(goal: pd.DataFrame, ours: pd.DataFrame, metric: str, keys: list[str], average: str) -> dict:
    """The columns of HEADLINES that are measured, for values that the keys pair."""
    # A table without rows has no numbers for values.
    goal, ours = (table[table.metric == metric].astype({"value": float}) for table in (goal, ours))
    held = ours.merge(goal[[*keys, "value"]].rename(columns={"value": "published"}), on=keys)
    here = held.drop_duplicates(keys)
    seeds = {protocol: found.groupby("seed")["value"].agg(average) for protocol, found in held.groupby("protocol")}
    none = pd.Series(dtype=float)
    paper, strict = seeds.get("paper", none), seeds.get("strict", none)
    return {
        "published": goal["value"].agg(average),
        "recordings": goal[keys[0]].nunique(),
        "published_here": here["published"].agg(average),
        "recordings_here": here[keys[0]].nunique(),
        "paper": paper.mean(),
        "paper_sd": paper.std(),
        "strict": strict.mean(),
        "strict_sd": strict.std(),
        "seeds": len(paper),
        "difference": paper.mean() - here["published"].agg(average),
    }
