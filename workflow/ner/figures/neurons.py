"""Panels of neurons: all of them in single trials, and the direction averages of some."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecBase, SubplotSpec

from ner.data.bins import BIN_SECONDS
from ner.data.trials import direction_averages, direction_modulation
from ner.figures.recordings import time_axis
from ner.figures.style import condition_colors


def ranked_neurons(rates: np.ndarray, directions: np.ndarray) -> pd.DataFrame:
    """Neurons by how much of their variance the direction explains, the most first.

    Args:
        rates: (trials, bins, neurons).
        directions: (trials,), degrees.

    Returns:
        Columns preferred, the direction of the highest mean rate in degrees, and modulation, from 0 to 1; the index
        is the neuron.
    """
    averages, found = direction_averages(rates, directions)
    table = pd.DataFrame(
        {
            "preferred": found[averages.mean(axis=1).argmax(axis=0)],
            "modulation": direction_modulation(rates, directions),
        }
    )
    return table.sort_values("modulation", ascending=False, kind="stable")


def shares_of_maximum(rates: np.ndarray) -> np.ndarray:
    """Rates of each neuron in relation to its highest one; 0 of a silent neuron.

    Args:
        rates: (trials, bins, neurons).

    Returns:
        The same shape.
    """
    peak = rates.max(axis=(0, 1))
    return np.divide(rates, peak, out=np.zeros_like(rates), where=peak > 0)


def rates_panel(
    figure: Figure, spec: SubplotSpec, shares: np.ndarray, directions: np.ndarray, bin_seconds: float = BIN_SECONDS
) -> Axes:
    """Draw the rates of all neurons in some trials, one trial beside the other, with their color bar.

    Args:
        figure: where the panel goes.
        spec: its place.
        shares: (trials, bins, neurons), from 0 to 1, neurons in order.
        directions: (trials,), degrees, or names of conditions.
        bin_seconds: width of a bin.
    """
    heat, bar = spec.subgridspec(1, 2, width_ratios=[1, 0.035], wspace=0.06)
    axis = figure.add_subplot(heat)
    trials, bins, neurons = shares.shape
    image = axis.imshow(shares.reshape(-1, neurons).T, aspect="auto", cmap="Greys", vmin=0, vmax=1, rasterized=True)
    for k, color in enumerate(condition_colors(directions)):
        axis.axvline(k * bins - 0.5, color="white", linewidth=0.8)
        ends = [k * bins + 1, (k + 1) * bins - 2]
        style = {"color": color, "linewidth": 2.5, "solid_capstyle": "butt"}
        axis.plot(ends, [-1.8, -1.8], clip_on=False, **style)
    axis.set(ylim=(neurons - 0.5, -3), xticks=[], ylabel="neurons, by preferred direction")
    axis.set_xlabel(f"the same trials, {bins * bin_seconds:g} s each")
    axis.set_title(f"smoothed counts, {neurons} neurons")
    bar = figure.colorbar(image, cax=figure.add_subplot(bar), ticks=[0, 0.5, 1])
    bar.set_label("share of the neuron's maximum", fontsize=6)
    bar.outline.set_linewidth(0.4)
    return axis


def neuron_panels(
    figure: Figure,
    grid: GridSpecBase,
    averages: np.ndarray,
    directions: np.ndarray,
    neurons: Sequence[int],
    bin_seconds: float = BIN_SECONDS,
) -> Axes:
    """Draw the direction averages of some neurons, a panel each.

    Args:
        figure: where the panels go.
        grid: a row of places, at least one a neuron.
        averages: (directions, bins, all neurons), spikes/s.
        directions: (directions,), degrees, or names of conditions.
        neurons: those shown.
        bin_seconds: width of a bin.

    Returns:
        The first panel.
    """
    bins = averages.shape[1]
    time = np.arange(bins) * bin_seconds * 1000
    axes = []
    for k, neuron in enumerate(neurons):
        axis = figure.add_subplot(grid[0, k])
        for color, average in zip(condition_colors(directions), averages, strict=True):
            axis.plot(time, average[:, neuron], color=color, linewidth=0.9)
        axis.set_ylim(bottom=0)
        time_axis(axis, bins, bin_seconds)
        axis.set(title=f"neuron {neuron}")
        axes.append(axis)
    axes[0].set(ylabel="mean rate (spikes/s)")
    return axes[0]
