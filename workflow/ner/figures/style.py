"""What all figures share: matplotlib's style, how a figure is saved, colors, and small things written on panels."""

import colorsys
import gc
import os
import zlib
from collections.abc import Iterable, Sequence

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfFile, PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from ner.data.bins import Bins
from ner.methods.names import known_method, method_name
from ner.storage.files import atomic

#: Full width of a figure, inches (a page's text width plus its margins' slack, 183 mm).
WIDTH = 7.2
#: Color of what is written beside the data.
GREY = "0.45"
#: Of what scores are by chance.
CHANCE_COLOR = "0.88"

_RASTER_DPI = 400
_COLOURS = {
    "ner": "#c1272d",
    "cebra": "#0b5fa5",
    "cebra16": "#4aa3df",
    "cebra-official": "#17becf",
    "pivae": "#2a8f4b",
    "umap": "#b8860b",
    "umap-supervised": "#7b4ba0",
    "pca": "#6b6b6b",
    "dpca": "#222222",
}
_SPARE_COLOURS = ("#e0559b", "#8c564b", "#7a8b00", "#00796b", "#5c6bc0", "#ef6c00")


def use_style() -> None:
    """Set matplotlib's defaults for every figure: fonts of print size, text kept as text, no frames.

    Nothing of a user's own matplotlibrc is left.
    """
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 7,
            "axes.titlesize": 7,
            "axes.labelsize": 7,
            "xtick.labelsize": 6,
            "ytick.labelsize": 6,
            "legend.fontsize": 6.5,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.labelpad": 2.0,
            "axes.titlepad": 4.0,
            "legend.frameon": False,
            "lines.linewidth": 1.0,
            "figure.dpi": 150,
            "savefig.dpi": 300,
            "pdf.fonttype": 42,
            "image.interpolation": "nearest",
        }
    )


class _SmallImages(PdfFile):
    """A PDF whose images do not hold the raster of the whole page that each was cut from, which take gigabytes."""

    def imageObject(self, image: np.ndarray) -> object:
        """Name of an image in the file."""
        return super().imageObject(image.copy())


class _Pdf(PdfPages):
    """As PdfPages; the same figures give the same bytes."""

    def __init__(self, path: str | os.PathLike):
        metadata = {"CreationDate": None}
        super().__init__(path, metadata=metadata)
        self._file = _SmallImages(path, metadata=metadata)


def save(figure: Figure, pdf: str | os.PathLike, png: str | os.PathLike) -> None:
    """Write a figure as PDF and as PNG; the same figure gives the same bytes."""
    with atomic(pdf) as path, _Pdf(path) as pages:
        pages.savefig(figure, dpi=_RASTER_DPI)
    with atomic(png) as path:
        figure.savefig(path)


def save_pages(figures: Iterable[Figure], pdf: str | os.PathLike, png: str | os.PathLike) -> None:
    """Write figures as the pages of one PDF, and the first of them as PNG; each is closed once written."""
    with atomic(pdf) as path, _Pdf(path) as pages:
        for k, figure in enumerate(figures):
            pages.savefig(figure, dpi=_RASTER_DPI)
            if k == 0:
                with atomic(png) as first:
                    figure.savefig(first)
            plt.close(figure)
            del figure
            # A figure is full of cycles, which hold its rasters until they are found.
            gc.collect()


def direction_color(direction: float) -> tuple[float, float, float]:
    """RGB color of a direction in degrees on the HSV wheel: 0 is red, 45 degrees apart in hue as in space."""
    return colorsys.hsv_to_rgb(direction % 360 / 360, 1.0, 0.92)


def direction_colors(directions: Sequence[float]) -> np.ndarray:
    """(n, 3) RGB colors of n directions in degrees."""
    return np.array([direction_color(direction) for direction in directions]).reshape(-1, 3)


def condition_colors(conditions: Sequence | np.ndarray, names: Sequence[str] | None = None) -> np.ndarray:
    """(n, 3) RGB colors of n conditions: of directions in degrees by the wheel, of names by a qualitative palette.

    Args:
        conditions: directions or names.
        names: all names that share the palette, so that each keeps its color; None takes those given.
    """
    values = np.asarray(conditions)
    if values.dtype.kind not in "US":
        return direction_colors(values)
    # Here, as it takes longer to load than most figures to draw.
    import seaborn as sns

    places = {name: k for k, name in enumerate(sorted(set(names if names is not None else values.tolist())))}
    kind = next((name for name, most in (("tab10", 10), ("tab20", 20)) if len(places) <= most), None)
    colors = sns.color_palette(kind) if kind else sns.husl_palette(len(places))
    return np.array([colors[places[name]] for name in values.tolist()]).reshape(-1, 3)


def trial_colors(bins: Bins) -> np.ndarray:
    """(trials, 3) RGB colors of trials: of their conditions, or without such of where the hand ends up."""
    if not bins.has_conditions:
        return direction_colors(bins.trial_heading)
    return condition_colors(bins.trial_condition, bins.conditions)


def method_color(method: str) -> str:
    """Color of a method of config: the same in every figure, also for methods that nobody has named yet."""
    known = known_method(method)
    return _COLOURS[known] if known in _COLOURS else _SPARE_COLOURS[zlib.crc32(method.encode()) % len(_SPARE_COLOURS)]


def decoder_name(decoder: str) -> str:
    """How figures call a decoder of config; a name that is not known is shown as it is."""
    return {"knn": "kNN"}.get(decoder, decoder)


def trials_name(split: str) -> str:
    """How figures call the trials of a split, train or test."""
    return {"train": "training trials", "test": "test trials"}[split]


def write_on(axis: Axes, x: float, y: float, text: str, **style) -> None:
    """Write on a panel of two or three dimensions, at a place in units of its width and height."""
    write = axis.text2D if hasattr(axis, "text2D") else axis.text
    write(x, y, text, **({"transform": axis.transAxes} | style))


def panel_letter(axis: Axes, letter: str, dx: float = -22, dy: float = 5) -> None:
    """Write a panel's bold letter at its top left, offset by dx, dy points."""
    offset = ScaledTranslation(dx / 72, dy / 72, axis.figure.dpi_scale_trans)
    style = {"fontsize": 9, "fontweight": "bold", "ha": "left", "va": "bottom"}
    write_on(axis, 0, 1, letter, transform=axis.transAxes + offset, **style)


def empty_panel(axis: Axes, what: str) -> None:
    """Say in an empty panel why nothing is drawn in it."""
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.text(0.5, 0.5, what, transform=axis.transAxes, ha="center", va="center", color=GREY, style="italic")


def method_legend(methods: Sequence[str]) -> list[Line2D]:
    """Legend handles of methods, in order."""
    return [Line2D([], [], color=method_color(method), linewidth=2, label=method_name(method)) for method in methods]


def chance_legend() -> Patch:
    """Legend handle of the band of chance."""
    return Patch(color=CHANCE_COLOR, linewidth=0, label="chance (95 %)")


def p_text(p_value: float) -> str:
    """A p-value as text; what underflows is bounded rather than called 0."""
    if p_value >= 0.001:
        return f"p = {p_value:.2g}"
    if p_value < 1e-300:
        return "p < 10⁻³⁰⁰"
    exponent = int(np.floor(np.log10(p_value))) + 1
    return "p < 10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
