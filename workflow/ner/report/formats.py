"""How the report writes values, and the columns that many of its tables share."""

from collections.abc import Callable

import pandas as pd

from ner.methods.names import method_name
from ner.report.html import Markup, Shown, field

TITLES = {"velocity_r2": "velocity R²", "position_r2": "position R²", "direction_accuracy": "direction, %"}
MARKS = {"met": "", "within seed spread": " ~", "differs": " ✗", "not run": ""}
FIGURES = {"fig4": "Fig 4", "fig5": "Fig 5", "fig6": "Fig 6", "fig7": "Fig 7"}


def number(metric: str, value: float, *, signed: bool = False) -> str:
    """An R2 or an accuracy as text; – where there is none."""
    digits = 1 if metric == "direction_accuracy" else 3
    return plain(value, f"{'+' if signed else ''}z.{digits}f")


def plain(value: float, form: str = ".3f") -> str:
    """A number as text, in a format of Python's; – where there is none."""
    return "–" if pd.isna(value) else format(value, form).replace("-", "−")


def with_sd(metric: str, mean: float, sd: float) -> Markup:
    """An R2 or an accuracy with its standard deviation, where there is one."""
    spread = "" if pd.isna(sd) else f" <small>± {number(metric, sd)}</small>"
    return Markup(number(metric, mean) + spread)


def metric_cell(name: str, *, signed: bool = False) -> Callable[[object], str]:
    """The cell of a column of R2 or accuracies, by its name; the row's metric says which."""
    return lambda row: number(row.metric, getattr(row, name), signed=signed)


def plain_cell(name: str, form: str = ".3f") -> Callable[[object], str]:
    """The cell of a column of numbers, by its name."""
    return lambda row: plain(getattr(row, name), form)


METHOD = Shown("method", lambda row: method_name(row.method), text=True)
METRIC = Shown("metric", lambda row: TITLES[row.metric], text=True)
DECODER = Shown("decoder", lambda row: "kNN" if row.decoder == "knn" else row.decoder, text=True)
DIFFERENCE = Shown("difference", metric_cell("difference", signed=True))
OURS = Shown("ours", lambda row: with_sd(row.metric, row.ours_mean, row.ours_sd), key=True)
PUBLISHED = Shown("published", metric_cell("published"))
VALUES = Shown("values", field("values"))


def text(title: str, name: str | None = None) -> Shown:
    """A column of text, by its title, and its name where that is another."""
    return Shown(title, field(name or title), text=True)


PROTOCOLS = (
    Shown("paper", metric_cell("paper")),
    Shown("strict", metric_cell("strict"), key=True),
    Shown("strict − paper", metric_cell("difference", signed=True)),
)
