"""Pages from the templates of this folder, and how they write names and numbers."""

import re
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ner.data.names import RecordingName
from ner.decoding.metrics import METRICS
from ner.methods.names import method_name

_DECODERS = {"knn": "kNN"}
_MINUS = str.maketrans("-", "−")


def plain(value: float, form: str = ".3f") -> str:
    """A number in a format of Python's; – where there is none."""
    return "–" if pd.isna(value) else format(value, form).translate(_MINUS)


def number(value: float, metric: str, sign: str = "") -> str:
    """An R2 with the three decimals that tolerances need, or an accuracy with its own; – where there is none."""
    found = METRICS[metric]
    return plain(value, f"{sign}z.{3 if found.unit == '1' else found.decimals}f")


def tiny(value: float, metric: str = "") -> str:
    """A difference that should be rounding only: an R2 by its magnitude, an accuracy in percentage points."""
    if pd.isna(value):
        return "–"
    if metric and METRICS[metric].unit == "%":
        return f"{value:.2f} points"
    return f"{value:.1e}".translate(_MINUS) if value else "0"


def metric_name(metric: str) -> str:
    """'velocity R²', or 'direction, %'."""
    found = METRICS[metric]
    return found.label + (f", {found.unit}" if found.unit == "%" else "")


def decoder_name(decoder: str) -> str:
    """'linear', or 'kNN'."""
    return _DECODERS.get(decoder, decoder)


def figure_name(figure: str) -> str:
    """'Fig 4', or 'Fig 4, strict'."""
    return re.sub(r"^fig(?=\d)", "Fig ", figure).replace("_", ", ")


def recording_title(recording: str) -> str:
    """'Chewie 2016-10-14, M1'."""
    return RecordingName.parse(recording).title


def short_day(recording: str) -> str:
    """'161014 M1'."""
    name = RecordingName.parse(recording)
    return f"{name.date[2:]} {name.area}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: name is not None and ".html" in name,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(
    plain=plain,
    number=number,
    tiny=tiny,
    method=method_name,
    metric=metric_name,
    decoder=decoder_name,
    figure=figure_name,
    recording=recording_title,
    day=short_day,
    slug=lambda text: text.replace(" ", "-"),
)
_ENVIRONMENT.tests.update(missing=pd.isna, endswith=str.endswith)


def render(template: str, **context) -> str:
    """Fill a template.

    Args:
        template: its name in the folder of templates.
        context: what it is filled with.

    Raises:
        jinja2.UndefinedError: if it asks for something that the context lacks.
    """
    return _ENVIRONMENT.get_template(template).render(**context)
