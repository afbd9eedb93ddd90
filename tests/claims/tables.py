"""The tables of results/reference, and what a page says of them."""

from dataclasses import dataclass, field

import pandas as pd
import yaml
from places import ROOT

TABLES = {path.stem: pd.read_csv(path) for path in sorted((ROOT / "results" / "reference").glob("*.csv"))}
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
#: Metrics by the names that templates use.
R2 = {"velocity": "velocity_r2", "position": "position_r2"}
METRICS = R2 | {"direction": "direction_accuracy"}
#: Metrics as the pages write them.
VALUES = {"velocity_r2": "velocity R2", "position_r2": "position R2", "direction_accuracy": "direction"}
TRAIN = {"decoder": "linear", "split": "train"}


@dataclass(frozen=True)
class Claim:
    """What a page says: a template in the notation of `str.format`, and the values that fill it."""

    page: str
    template: str
    values: dict = field(repr=False)

    @property
    def text(self) -> str:
        """The template, filled."""
        return self.template.format(**self.values)


def rows(table: str, **where) -> pd.DataFrame:
    """Rows of a table whose columns have these values."""
    found = TABLES[table]
    for column, value in where.items():
        found = found[found[column] == value]
    assert len(found), f"{table}.csv has no row of {where}"
    return found


def one(table: str, **where):
    """The one row of a table whose columns have these values."""
    (row,) = rows(table, **where).itertuples()
    return row


def by_metric(table: str, metrics: dict = METRICS, **where) -> dict:
    """The row of each metric, by the metric's name in templates."""
    return {name: one(table, metric=metric, **where) for name, metric in metrics.items()}


def ran(table: str, **where) -> pd.DataFrame:
    """Published values, within recordings and on training trials, that something was trained for."""
    found = rows(table, **where, **TRAIN)
    return found[found["seeds"] > 0]


def met(found: pd.DataFrame) -> int:
    """How many values lie within their tolerance."""
    return int((found["verdict"] == "met").sum())


def parity_difference() -> float:
    """The largest difference to a published R2 within recordings, of the authors' embeddings decoded here."""
    found = TABLES["parity_within"]
    return found.loc[found["metric"].isin(R2.values()), "difference"].abs().max()


def recordings_of_the_paper() -> int:
    """How many recordings config.yaml has: an area of a session each."""
    return sum(len(session["areas"]) for session in CONFIG["sessions"].values())


def recordings_run() -> int:
    """How many recordings the run of results/reference has."""
    return len(rows("benchmarks", stage="preprocess"))


def directions() -> dict:
    """Median direction accuracy on training and test trials, within recordings, of three methods."""
    methods = {"ner": "ner", "cebra": "cebra", "umap": "umap-supervised"}
    where = {"embeddings": "this run", "metric": "direction_accuracy"}
    return {
        name: one("finding2_train_and_test", decoder="linear", method=method, **where)
        for name, method in methods.items()
    }


def by_neighbors() -> dict:
    """Median R2 on test trials within recordings, decoded by kNN, of NER and of CEBRA in 16 dimensions."""
    where = {"embeddings": "this run", "decoder": "knn"}
    return {
        f"{method}_{name}": one("finding2_train_and_test", method=method, metric=metric, **where)
        for method in ("ner", "cebra16")
        for name, metric in R2.items()
    }
