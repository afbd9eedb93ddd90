"""Panels of one recording's training and decoding: loss, decoded against real movements, and the table behind them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

from ner.decoding.movements import Movements
from ner.decoding.statistics import Regression
from ner.figures.latents import plane
from ner.figures.recordings import time_axis
from ner.figures.style import GREY, empty_panel, p_text, trial_colors


def movements_table(movements: Movements, coordinates: np.ndarray | None = None) -> pd.DataFrame:
    """Real and decoded movements of bins, in the units that figures show.

    Args:
        movements: real and decoded.
        coordinates: (bins, d), the embedding that they were decoded from, or None to leave it out.

    Returns:
        Columns tables.BINS, or tables.MOVEMENTS where no coordinates are given.
    """
    table = movements.to_frame()[["split", "trial", "bin", "direction"]]
    table.insert(0, "method", movements.metadata["method"])
    if coordinates is not None:
        table[[f"z{k + 1}" for k in range(coordinates.shape[1])]] = coordinates
    table[["vx", "vy"]], table[["x", "y"]] = movements.velocity, movements.position
    table[["decoded_vx", "decoded_vy"]] = movements.decoded_velocity
    table[["decoded_x", "decoded_y"]] = movements.decoded_position
    return table


def loss_panel(axis: Axes, history: pd.DataFrame, color: str) -> None:
    """Draw a training's loss: every recorded step pale, their moving average over a hundredth of the training on top.

    A method that is not trained step by step has none.

    Args:
        axis: 2D axes.
        history: columns step and loss.
        color: of the lines.
    """
    if history.empty:
        empty_panel(axis, "no training")
        return
    window = max(1, len(history) // 100)
    smooth = history["loss"].rolling(window, center=True, min_periods=1).mean()
    axis.plot(history["step"], history["loss"], color=color, alpha=0.25, linewidth=0.4, rasterized=True)
    axis.plot(history["step"], smooth, color=color)
    axis.set(xlabel="training step", ylabel="loss")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.locator_params(axis="x", nbins=3)


def regression_panel(
    axis: Axes, truth: np.ndarray, decoded: np.ndarray, fit: Regression, color: str, extent: float
) -> None:
    """Draw decoded against real values, the identity (dashed), and the regression line with its R2 and p-value.

    Args:
        axis: 2D axes.
        truth: (bins,), real values.
        decoded: (bins,), decoded values.
        fit: regression of the decoded on the real values.
        color: of the points.
        extent: both axes run from -extent to extent.
    """
    ends = np.array([-extent, extent])
    axis.scatter(truth, decoded, s=1.2, color=color, alpha=0.12, linewidths=0, rasterized=True)
    axis.plot(ends, ends, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axis.plot(ends, fit.intercept + fit.slope * ends, color="black", linewidth=0.9)
    axis.text(0.04, 0.98, f"R² = {fit.r2:.2f}\n{p_text(fit.p_value)}", transform=axis.transAxes, va="top", fontsize=6)
    plane(axis, extent)


def velocity_panels(
    figure: Figure, spec: SubplotSpec, movements: Movements, trials: Sequence[int], *, decoded: bool = False
) -> Axes:
    """Draw the velocities of some trials over time, x above y, colored by condition; decoded ones dashed.

    Args:
        figure: where the panels go.
        spec: their place.
        movements: real and decoded.
        trials: those shown.
        decoded: whether the decoded velocities are drawn too.

    Returns:
        The upper panel.
    """
    bins = movements.bins_per_trial
    time = np.arange(bins) * movements.bin_seconds * 1000
    colors = trial_colors(movements)
    drawn = [(movements.velocity, "-"), (movements.decoded_velocity, (0, (2, 1)))][: 1 + decoded]
    grid = spec.subgridspec(2, 1, hspace=0.2)
    axes = [figure.add_subplot(grid[k]) for k in range(2)]
    for k, (axis, name) in enumerate(zip(axes, ("vx", "vy"), strict=True)):
        for velocity, style in drawn:
            for trial in trials:
                values = movements.trials(velocity)[trial][:, k]
                axis.plot(time[: len(values)], values, color=colors[trial], linestyle=style, linewidth=0.8)
        time_axis(axis, bins, movements.bin_seconds)
        axis.set(ylabel=f"{name} (cm/s)")
    axes[0].set(xlabel="", xticklabels=[])
    return axes[0]
