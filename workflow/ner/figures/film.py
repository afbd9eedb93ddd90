"""A film of one recording, trial after trial: the hand's path, and beside it the latent point as it moves."""

import base64
import os
import zlib
from collections.abc import Iterator, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from ner.data.bins import BIN_SECONDS
from ner.data.trials import direction_averages
from ner.figures.latents import VIEW, direction_wheel, embedding_axes, embedding_panel, name_list, plane, trajectories
from ner.figures.pages import render
from ner.figures.style import condition_colors
from ner.storage.files import atomic

# Steps of a 16-bit integer, in which the page holds numbers.
_STEPS = 32767
# Inches and dots per inch of the .gif; its bins are shown slower than they were, so that the eye can follow.
_SIZE, _DPI, _SLOWER = (6.4, 3.3), 120, 2
# Bins that a finished trial stays in view.
_REST = 8


def spread_trials(directions: np.ndarray, count: int) -> np.ndarray:
    """Trials for a short film: of every direction in turn, in recording order within each.

    Args:
        directions: (trials,), degrees or names of conditions; all the same without any.
        count: how many; fewer where the recording has fewer.

    Returns:
        Their indices.
    """
    order = np.zeros(len(directions), dtype=int)
    for direction in np.unique(directions):
        own = np.flatnonzero(directions == direction)
        order[own] = np.arange(len(own))
    return np.lexsort((directions, order))[:count]


def film_page(
    paths: np.ndarray,
    latents: np.ndarray,
    directions: np.ndarray | None,
    *,
    title: str,
    shown: str,
    bin_seconds: float = BIN_SECONDS,
) -> str:
    """A page that plays the film, with play, pause, speed and a slider, and needs nothing from elsewhere.

    Args:
        paths: (trials, bins, 2), positions of the hand in cm.
        latents: (trials, bins, d), coordinates; of more than three dimensions, the first three.
        directions: (trials,), degrees or names of conditions; None without any, which colors by where the hand ends up.
        title: of the page: recording and method.
        shown: which trials these are.
        bin_seconds: width of a bin.
    """
    latents = np.pad(latents[..., :3], [(0, 0), (0, 0), (0, max(0, 3 - latents.shape[2]))])
    sphere = bool(np.allclose(np.linalg.norm(latents, axis=2), 1, atol=1e-3))
    center = np.zeros(3) if sphere else (latents.max(axis=(0, 1)) + latents.min(axis=(0, 1))) / 2
    extent = 1.0 if sphere else float(np.abs(latents - center).max())
    reach = float(np.abs(paths).max())
    averages, found = _averages(latents, directions)
    elevation, azimuth = VIEW
    content = {
        "bins": paths.shape[1],
        "binSeconds": bin_seconds,
        "reach": reach,
        "sphere": sphere,
        "view": {"elevation": elevation, "azimuth": azimuth},
        "steps": _STEPS,
        "names": [""] * len(paths) if directions is None else [_said(direction) for direction in directions.tolist()],
        "colors": [to_hex(color) for color in film_colors(paths, directions)],
        "paths": _packed(paths / reach),
        "latents": _packed((latents - center) / extent),
        "averages": {
            "colors": [to_hex(color) for color in condition_colors(found)],
            "latents": _packed((averages - center) / extent),
        },
    }
    return render("film.html.j2", content=content, shown=shown, title=title, trials=len(paths))


def film_colors(paths: np.ndarray, directions: np.ndarray | None) -> np.ndarray:
    """(trials, 3) RGB colors: of directions or names, or without such of where the hand ends up.

    Args:
        paths: (trials, bins, 2), positions of the hand.
        directions: (trials,), degrees or names; or None.
    """
    if directions is not None:
        return condition_colors(directions)
    return condition_colors(np.degrees(np.arctan2(paths[:, -1, 1], paths[:, -1, 0])))


def _averages(latents: np.ndarray, directions: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Averages over the trials of a condition, and these; none without conditions."""
    return (latents[:0], np.zeros(0)) if directions is None else direction_averages(latents, directions)


def _said(direction: int | str) -> str:
    return direction if isinstance(direction, str) else f"{direction}°"


def _packed(values: np.ndarray) -> str:
    """Numbers from -1 to 1 as base64 of 16-bit integers."""
    return base64.b64encode((_STEPS * values).round().astype("<i2").tobytes()).decode()


def film_frames(
    paths: np.ndarray, latents: np.ndarray, directions: np.ndarray | None, trials: Sequence[int], title: str
) -> Iterator[np.ndarray]:
    """The frames of the film: one a bin, (height, width, 3) uint8.

    Args:
        paths: (all trials, bins, 2), positions of the hand in cm.
        latents: (all trials, bins, d), coordinates.
        directions: (all trials,), degrees or names of conditions; or None.
        trials: those that the film plays, in its order.
        title: written above.
    """
    figure = plt.figure(figsize=_SIZE, dpi=_DPI)
    hand, latent = film_panels(figure, paths, latents, directions)
    figure.suptitle(title, fontsize=8, y=0.98)
    flat = latents.shape[2] < 3
    (path,) = hand.plot([], [], linewidth=2)
    (point,) = hand.plot([], [], marker="o", markersize=7, markeredgecolor="black", markeredgewidth=0.6)
    nothing = [[]] * (2 if flat else 3)
    (trail,) = latent.plot(*nothing, linewidth=2, zorder=5)
    (head,) = latent.plot(*nothing, marker="o", markersize=7, markeredgecolor="black", markeredgewidth=0.6, zorder=6)
    moving = [(hand, path), (hand, point), (latent, trail), (latent, head)]
    for _, artist in moving:
        artist.set_animated(True)
    figure.canvas.draw()
    background = figure.canvas.copy_from_bbox(figure.bbox)
    colors = film_colors(paths, directions)
    for trial in trials:
        color = colors[trial]
        xyz = latents[trial][:, :2] if flat else latents[trial][:, :3]
        for k in [*range(paths.shape[1]), *[paths.shape[1] - 1] * _REST]:
            figure.canvas.restore_region(background)
            for artist, points in (
                (path, paths[trial, : k + 1]),
                (point, paths[trial, k : k + 1]),
                (trail, xyz[: k + 1]),
                (head, xyz[k : k + 1]),
            ):
                artist.set_color(color)
                (artist.set_data_3d if points.shape[1] == 3 else artist.set_data)(*points.T)
            for axis, artist in moving:
                axis.draw_artist(artist)
            yield np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
    plt.close(figure)


def film_panels(
    figure: Figure, paths: np.ndarray, latents: np.ndarray, directions: np.ndarray | None
) -> tuple[Axes, Axes]:
    """Draw what stands still in the film: all paths and direction averages, pale, and the wheel of directions.

    Args:
        figure: where the panels go.
        paths: (trials, bins, 2), positions of the hand in cm.
        latents: (trials, bins, d), coordinates.
        directions: (trials,), degrees or names of conditions; or None.

    Returns:
        The axes of the hand and of the latent point.
    """
    left, right, corner = figure.add_gridspec(
        1, 3, width_ratios=[1, 1.15, 0.35], left=0.085, right=0.985, top=0.87, bottom=0.14, wspace=0.12
    )
    hand = figure.add_subplot(left)
    trajectories(hand, paths, film_colors(paths, directions), alpha=0.12)
    plane(hand, 1.05 * np.abs(paths).max())
    hand.set(xlabel="x (cm)", ylabel="y (cm)", title="hand")
    latent = embedding_axes(figure, right, latents.reshape(-1, latents.shape[2]))
    averages, found = _averages(latents, directions)
    if len(found):
        embedding_panel(latent, averages, found, linewidth=1.2, alpha=0.3)
    latent.set_title("latent point")
    legend = figure.add_subplot(corner)
    if directions is not None and directions.dtype.kind in "US":
        name_list(legend, found.tolist(), "condition")
    else:
        direction_wheel(legend, found.tolist() or None, "direction" if len(found) else "way of the hand")
    return hand, latent


def film_stills(
    paths: np.ndarray,
    latents: np.ndarray,
    directions: np.ndarray | None,
    trial: int,
    title: str,
    moments: int = 3,
    bin_seconds: float = BIN_SECONDS,
) -> Figure:
    """A picture of the film: one trial at some moments, one row each.

    Args:
        paths: (trials, bins, 2), positions of the hand in cm.
        latents: (trials, bins, d), coordinates.
        directions: (trials,), degrees or names of conditions; or None.
        trial: the one shown.
        title: written above.
        moments: how many, evenly spaced up to the last bin.
        bin_seconds: width of a bin.
    """
    figure = plt.figure(figsize=(_SIZE[0], moments * _SIZE[1]), layout="none")
    color, bins = film_colors(paths, directions)[trial], paths.shape[1]
    shown = np.linspace(0, bins - 1, moments + 1)[1:].astype(int)
    for row, last in zip(figure.subfigures(moments, 1), shown, strict=True):
        panels = film_panels(row, paths, latents, directions)
        for axis, points in zip(panels, (paths, latents[..., :3]), strict=True):
            axis.plot(*points[trial, : last + 1].T, color=color, linewidth=2, zorder=5)
            style = {"marker": "o", "markersize": 6, "markeredgecolor": "black", "markeredgewidth": 0.6}
            axis.plot(*points[trial, last : last + 1].T, color=color, zorder=6, **style)
        name = "" if directions is None else f"{_said(directions[trial])}, "
        row.suptitle(f"{title}\n{name}{1000 * last * bin_seconds:.0f} ms", fontsize=7.5, y=0.995)
    return figure


def save_gif(frames: Iterator[np.ndarray], path: str | os.PathLike, bin_seconds: float = BIN_SECONDS) -> None:
    """Write frames as an animated .gif that repeats, all in the colors of one palette.

    Args:
        frames: (height, width, 3) uint8 each.
        path: the .gif file to make.
        bin_seconds: width of a bin.
    """
    # A film of raw frames takes a gigabyte; most of a frame is white.
    size, packed = (0, 0), []
    for frame in frames:
        size = frame.shape[1], frame.shape[0]
        packed.append(zlib.compress(frame.tobytes(), level=1))

    def unpacked(content: bytes) -> Image.Image:
        return Image.frombytes("RGB", size, zlib.decompress(content))

    # A palette of frames from the whole film, as every direction has its color.
    some = packed[:: max(1, len(packed) // 24)]
    strip = Image.new("RGB", (size[0], size[1] * len(some)))
    for k, content in enumerate(some):
        strip.paste(unpacked(content), (0, k * size[1]))
    palette = strip.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    others = (unpacked(content).quantize(palette=palette, dither=Image.Dither.NONE) for content in packed)
    first = next(others)
    # Hundredths of a second are the unit of the format.
    duration = 10 * max(2, round(100 * _SLOWER * bin_seconds))
    with atomic(path) as temporary:
        first.save(temporary, save_all=True, append_images=others, duration=duration, loop=0, optimize=True)
