"""Pages from the templates of this folder, and how they write names and numbers."""

from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ner.data.names import RecordingName
from ner.methods.names import method_name

_METRICS = {"velocity_r2": "velocity R²", "position_r2": "position R²", "direction_accuracy": "direction, %"}
_DECODERS = {"knn": "kNN"}
_MINUS = str.maketrans("-", "−")


def plain(value: float, form: str = ".3f") -> str:
    """A number in a format of Python's; – where there is none."""
    return "–" if pd.isna(value) else format(value, form).translate(_MINUS)


def number(value: float, metric: str, sign: str = "") -> str:
    """An R2 with three decimals or an accuracy with one; – where there is none."""
    return plain(value, f"{sign}z.{1 if metric == 'direction_accuracy' else 3}f")


def tiny(value: float, metric: str = "") -> str:
    """A difference that should be rounding only: an R2 by its magnitude, an accuracy in percentage points."""
    if pd.isna(value):
        return "–"
    if metric == "direction_accuracy":
        return f"{value:.2f} points"
    return f"{value:.1e}".translate(_MINUS) if value else "0"


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
    metric=_METRICS.__getitem__,
    decoder=lambda name: _DECODERS.get(name, name),
    figure=lambda name: name.replace("fig", "Fig "),
    recording=lambda name: RecordingName.parse(name).title,
    day=lambda name: f"{RecordingName.parse(name).date[2:]} {RecordingName.parse(name).area}",
    slug=lambda text: text.replace(" ", "-"),
)
_ENVIRONMENT.tests["missing"] = pd.isna


def render(template: str, **context) -> str:
    """Fill a template.

    Args:
        template: its name in the folder of templates.
        context: what it is filled with.

    Raises:
        jinja2.UndefinedError: if it asks for something that the context lacks.
    """
    return _ENVIRONMENT.get_template(template).render(**context)
