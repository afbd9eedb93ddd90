"""Rows of rotated embeddings: a row a method, a column a recording, the anchor first (paper, Fig 6a)."""

import pandas as pd
from matplotlib.figure import Figure

from ner.figures.latents import condition_legend, embedding_axes, embedding_panel
from ner.figures.rotations import Rotations, averages_table
from ner.figures.style import WIDTH, empty_panel, method_color, panel_letter, trial_colors, write_on
from ner.figures.tables import AVERAGES
from ner.methods.names import method_name
from ner.storage.tables import names

# Inches above and below the rows, and panels that a row has room for at least.
_HEADER, _FOOTER, _LEAST = 0.4, 0.15, 6


def _state(rotations: Rotations) -> str:
    return list(rotations.states)[-1]


def _recordings(rotations: Rotations) -> list[str]:
    return [rotations.anchor, *(recording for recording in rotations.recordings if recording != rotations.anchor)]


def _row(rotations: Rotations) -> float:
    """Inches of a row, as high as its panels are wide."""
    return (WIDTH - 0.4) / max(len(rotations.recordings) + 1, _LEAST)


def rows_height(rotations: Rotations) -> float:
    """Inches that the rows take."""
    return _HEADER + _row(rotations) * len(rotations.methods) + _FOOTER


def draw_rows(figure: Figure, rotations: Rotations, top: float, letter: str) -> None:
    """Draw the rows: single trials, pale, and their averages over the trials of a direction.

    Args:
        figure: of WIDTH.
        rotations: what is shown, rotated onto the anchor.
        top: inches from the figure's top to that of the rows.
        letter: of the panel.
    """
    methods, recordings, height = rotations.methods, _recordings(rotations), figure.get_figheight()
    columns = max(len(recordings) + 1, _LEAST)
    upper = height - top - _HEADER
    grid = figure.add_gridspec(
        len(methods),
        columns,
        left=0.05,
        right=0.995,
        top=upper / height,
        bottom=(upper - _row(rotations) * len(methods)) / height,
        hspace=0.02,
        wspace=0.02,
    )
    for i, method in enumerate(methods):
        for k, recording in enumerate(recordings):
            embedding = rotations.embeddings[method, recording][_state(rotations)]
            axis = embedding_axes(figure, grid[i, k], embedding.coordinates)
            trials = embedding.trials(embedding.coordinates)
            embedding_panel(axis, trials, trial_colors(embedding), linewidth=0.15, alpha=0.3)
            if embedding.has_conditions:
                embedding_panel(axis, *rotations.averages[method, recording, _state(rotations)], linewidth=1.2, alpha=1)
            name = rotations.recordings[recording]
            if i == 0:
                axis.set_title(f"{name.day or name.monkey}, {name.area}" + ("\nanchor" if k == 0 else "\n"))
            if k == 0:
                style = {"color": method_color(method), "fontweight": "bold", "rotation": 90}
                write_on(axis, -0.1, 0.5, method_name(method), va="center", ha="right", **style)
                if i == 0:
                    panel_letter(axis, letter, dx=-22, dy=12)
    shown = [rotations.embeddings[methods[0], recording][_state(rotations)] for recording in recordings]
    condition_legend(figure.add_subplot(grid[0, len(recordings)]), shown)
    if len(recordings) == 1:
        empty_panel(figure.add_subplot(grid[:, 2:]), "no other recording of the area in this run")


def rows_table(rotations: Rotations) -> pd.DataFrame:
    """The direction averages drawn: columns tables.AVERAGES."""
    parts = []
    for method in rotations.methods:
        for recording in _recordings(rotations):
            if (method, recording, _state(rotations)) not in rotations.averages:
                continue
            table = averages_table(*rotations.averages[method, recording, _state(rotations)])
            table.insert(0, "method", method)
            table.insert(1, "recording", recording)
            parts.append(table)
    return pd.concat(parts) if parts else pd.DataFrame(columns=names(AVERAGES))
