"""The authors' result tables and embeddings, read from their .npz files.

In which order the recordings stand is written in a table's `date_subjects` (one label a row, or a cell; cut from the
file names) and differs between tables: the files were sorted by the first six digits of their names, which are the
date in most names, but year and month in those that begin with 2015 or 2016 (CEBRA in 16 dimensions), and lie within
the year and month for Han's 201171201; ties stayed in the order in which the file system listed them. The paired
tests of the paper compare tables row by row and so compare different recordings.

Every label that holds a date is right: the numbers of trials, which the accuracies give away as their common
denominator, agree with it in every row, and the M1 diagonals of Figs 5 and 6 are the same numbers under the same
labels. The labels of three pi-VAE tables hold no date. For them the order follows from the numbers of trials and,
where two sessions have equally many, from the diagonals, which repeat the test values of Fig 4; so found for the
linear table of Fig 6, the order holds for its kNN table, which was made from the same list of files (its area labels
and numbers of trials are the same, and its M1 diagonal repeats that of Fig 5).
"""

import os
import re
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ner.data.bins import BIN_SECONDS
from ner.data.embeddings import Embedding
from ner.data.recordings import VELOCITY_SCALE
from ner.decoding.columns import BIN, DECODER, METHOD, METRIC, RECORDING, SOURCE, SPLIT, TARGET, VALUE
from ner.published.catalogue import PRINTED, PublishedTable, bins_per_trial, published_tables
from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names, read_csv

FIGURE = Column("figure", "", "figure of the paper that shows it: fig4, fig5, fig6 or fig7")
#: Published metrics within recordings.
PUBLISHED_WITHIN = Table(
    "published/within.csv",
    (FIGURE, METHOD, RECORDING, DECODER, SPLIT, METRIC, VALUE),
    "the authors' metrics within recordings",
)
#: Published accuracies of the direction within recordings, bin by bin.
PUBLISHED_WITHIN_TIME = Table(
    "published/within_time.csv",
    (FIGURE, METHOD, RECORDING, DECODER, SPLIT, BIN, VALUE),
    "the authors' accuracy over time within recordings",
)
#: Published metrics across recordings, on the target's test trials.
PUBLISHED_ACROSS = Table(
    "published/across.csv",
    (FIGURE, METHOD, SOURCE, TARGET, DECODER, METRIC, VALUE),
    "the authors' metrics across recordings",
)
#: Published accuracies of the direction across recordings, bin by bin.
PUBLISHED_ACROSS_TIME = Table(
    "published/across_time.csv",
    (FIGURE, METHOD, SOURCE, TARGET, DECODER, BIN, VALUE),
    "the authors' accuracy over time across recordings",
)
SELECTION = Column("selection", "", "trials of Figure 8's session: kind of movement, and types of the trials")
#: Published metrics of Figure 8, on the trials that train.
PUBLISHED_CURVED = Table(
    "published/curved.csv", (METHOD, SELECTION, METRIC, VALUE), "what the paper prints in Figure 8 (training trials)"
)

_ARRAYS = {"velocity_r2": "vel_R_2D", "position_r2": "pos_R_2D", "direction_accuracy": "peak_acc_2D"}
#: The metrics that the authors published, by their names here.
METRICS_PUBLISHED = tuple(_ARRAYS)
_REMEDY = "delete it and run snakemake again to fetch it"
_CHEWIE_2016 = ("20160929", "20161005", "20161006", "20161007", "20161014", "20161021")
_PIVAE_FIG6 = tuple(
    f"chewie-{date}-{area}"
    for date, areas in zip(
        _CHEWIE_2016,
        (("pmd", "m1"), ("m1", "pmd"), ("pmd", "m1"), ("pmd", "m1"), ("pmd", "m1"), ("m1", "pmd")),
        strict=True,
    )
    for area in areas
)
#: Rows of the tables whose labels hold no date; the evidence is above.
_UNLABELLED = {
    "data_NER/Fig4/NPZ_PMd_S1/piVAE_Chewie2016.npz": tuple(f"chewie-{date}-pmd" for date in _CHEWIE_2016),
    "data_NER/Fig6/piVAE_Chewie.npz": _PIVAE_FIG6,
    "data_NER/Fig6/piVAE_Chewie_kNN.npz": _PIVAE_FIG6,
}


def _arrays(path: str | os.PathLike, required: list[str]) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in required if name not in file.files]
            if missing:
                raise InputError(path, f"arrays {file.files}", f"also {missing}", "use a file that holds them")
            return {name: file[name] for name in required}
    except FileNotFoundError as error:
        raise InputError(path, "no such file", "an .npz of the authors", "run snakemake to fetch it") from error
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        if isinstance(error, InputError):
            raise
        # The first sentence: numpy's second one may advise to load pickles.
        reason = str(error).partition(". ")[0]
        raise InputError(path, f"a damaged file ({reason})", "an .npz of the authors", _REMEDY) from error


def _rows(table: PublishedTable, path: str | os.PathLike, labels: np.ndarray, count: int) -> list[str]:
    """Recordings of a table's rows."""
    if table.path in _UNLABELLED:
        rows = list(_UNLABELLED[table.path])
    else:
        rows = []
        for label in labels.reshape(count, -1)[:, 0] if labels.size and labels.size % count == 0 else labels:
            found = re.fullmatch(r"(?P<date>\d{6})(?P<area>M1|PM)?", str(label))
            if found is None:
                raise InputError(path, f"row label {str(label)!r}", "YYMMDD, and M1 or PM where both stand", _REMEDY)
            area = {"M1": "m1", "PM": "pmd", None: table.areas[0].lower()}[found["area"]]
            rows.append(f"{table.monkey}-20{found['date']}-{area}")
    if len(rows) != count or len(set(rows)) != count:
        raise InputError(path, f"rows {rows}", f"{count} different recordings", _REMEDY)
    return rows


def _read(table: PublishedTable, path: str | os.PathLike) -> tuple[list[str], dict[str, np.ndarray], np.ndarray]:
    """Rows, metrics (rows, columns) and accuracy (rows, columns, bins) of a table; columns are splits or targets."""
    found = _arrays(path, ["date_subjects", "acc_time_2D", *_ARRAYS.values()])
    values = {metric: found[name] for metric, name in _ARRAYS.items()}
    count = len(values["velocity_r2"])
    rows = _rows(table, path, found["date_subjects"], count)
    shape = (count, 2 if table.figure == "fig4" else count)
    accuracy = found["acc_time_2D"]
    bins = bins_per_trial(rows[0])
    if table.figure != "fig4" and accuracy.shape == (bins, count * count):
        accuracy = accuracy.T.reshape(*shape, bins)
    shapes = [array.shape for array in values.values()] + [accuracy.shape]
    if shapes != [shape] * len(values) + [(*shape, bins)]:
        raise InputError(path, f"arrays of shapes {shapes}", f"{shape} and {(*shape, bins)}", _REMEDY)
    return rows, values, accuracy


def _tables(files: Mapping[str, str | os.PathLike], *, within: bool):
    for table in published_tables(files):
        if (table.figure == "fig4") == within:
            yield table, *_read(table, files[table.path])


def published_within(files: Mapping[str, str | os.PathLike]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The authors' metrics of decoders fitted and scored within one recording (Fig 4).

    Args:
        files: path in the authors' repository to local file; others than such tables are passed over.

    Returns:
        Metrics (columns PUBLISHED_WITHIN) and accuracy over time (columns PUBLISHED_WITHIN_TIME).

    Raises:
        InputError: if a file is missing, damaged or laid out in another way.
    """
    values, times = [], []
    for table, rows, metrics, accuracy in _tables(files, within=True):
        for i, recording in enumerate(rows):
            for j, split in enumerate(("train", "test")):
                of = (table.figure, table.method, recording, table.decoder, split)
                values += [(*of, metric, array[i, j]) for metric, array in metrics.items()]
                times += [(*of, k, value) for k, value in enumerate(accuracy[i, j])]
    return pd.DataFrame(values, columns=names(PUBLISHED_WITHIN)), pd.DataFrame(
        times, columns=names(PUBLISHED_WITHIN_TIME)
    )


def published_across(files: Mapping[str, str | os.PathLike]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The authors' metrics of decoders fitted on one recording and scored on another one's test trials (Figs 5 to 7).

    Args:
        files: path in the authors' repository to local file; others than such tables are passed over.

    Returns:
        Metrics (columns PUBLISHED_ACROSS) and accuracy over time (columns PUBLISHED_ACROSS_TIME).

    Raises:
        InputError: if a file is missing, damaged or laid out in another way.
    """
    values, times = [], []
    for table, rows, metrics, accuracy in _tables(files, within=False):
        for i, source in enumerate(rows):
            for j, target in enumerate(rows):
                of = (table.figure, table.method, source, target, table.decoder)
                values += [(*of, metric, array[i, j]) for metric, array in metrics.items()]
                times += [(*of, k, value) for k, value in enumerate(accuracy[i, j])]
    return pd.DataFrame(values, columns=names(PUBLISHED_ACROSS)), pd.DataFrame(
        times, columns=names(PUBLISHED_ACROSS_TIME)
    )


def published_curved() -> pd.DataFrame:
    """R2 that the paper prints in Figure 8, to two decimals (one to three); the authors saved no table of them.

    Returns:
        Columns PUBLISHED_CURVED.
    """
    return read_csv(PRINTED, PUBLISHED_CURVED)


def covering(published: pd.DataFrame, recordings: Sequence[str]) -> pd.DataFrame:
    """The published values across recordings that belong beside those of a group, a pair of recordings once.

    Several figures of the paper hold pairs of the same recordings, decoded with others around them. Each method and
    decoder takes those of the figure that has most of the group's recordings, of equal ones the first.

    Args:
        published: columns PUBLISHED_ACROSS or PUBLISHED_ACROSS_TIME.
        recordings: of the group.

    Returns:
        The same columns.
    """
    held = published[published["source"].isin(recordings) & published["target"].isin(recordings)]
    keys = ["method", "decoder"]
    counts = held.groupby([*keys, "figure"], sort=False)["source"].nunique().reset_index()
    chosen = counts.loc[counts.groupby(keys, sort=False)["source"].idxmax(), [*keys, "figure"]]
    return held.merge(chosen, on=[*keys, "figure"])[list(published.columns)]


def published_loss(path: str | os.PathLike) -> np.ndarray:
    """The loss of every training step, which the authors saved with an embedding of NER or CEBRA.

    Args:
        path: the .npz file.

    Returns:
        (steps,).

    Raises:
        InputError: if the file is missing, damaged, or holds no such curve.
    """
    loss = _arrays(path, ["train_loss_stable"])["train_loss_stable"]
    if loss.ndim != 1 or not np.isfinite(loss).all():
        raise InputError(path, f"losses of shape {loss.shape}", "(steps,), all finite", _REMEDY)
    return loss


def read_published_embedding(
    path: str | os.PathLike,
    recording: str,
    method: str = "",
    *,
    bins: int | None = None,
    bin_seconds: float = BIN_SECONDS,
) -> Embedding:
    """Read an embedding of single bins that the authors published, with its labels.

    Args:
        path: the .npz file; it holds the coordinates and labels of the train and of the test bins.
        recording: name of its recording, e.g. chewie-20161007-m1.
        method: for the metadata.
        bins: bins of a trial; None is as many as the recording's have.
        bin_seconds: width of a bin in s.

    Returns:
        The embedding. The coordinates keep the file's precision, in which decoders then work. pi-VAE's train part is
        60 % of the trials, the others' 80 %.

    Raises:
        InputError: if the file is missing, damaged, or holds something else (PCA's and dPCA's hold trial averages).
    """
    found = _arrays(
        path, ["cebra_veldir_train", "cebra_veldir_test", "continuous_index_train", "continuous_index_test"]
    )
    bins = bins or bins_per_trial(recording)
    for split in ("train", "test"):
        coordinates, labels = found[f"cebra_veldir_{split}"], found[f"continuous_index_{split}"]
        if (
            coordinates.ndim != 2
            or labels.shape != (len(coordinates), 3)
            or len(labels) == 0
            or len(labels) % bins
            or not (np.isfinite(coordinates).all() and np.isfinite(labels).all())
        ):
            raise InputError(
                path,
                f"{split} coordinates {coordinates.shape} and labels {labels.shape}",
                f"(bins, d) and (bins, 3), whole trials of {bins} bins, all finite",
                _REMEDY,
            )
    labels = np.concatenate([found["continuous_index_train"], found["continuous_index_test"]])
    trials = len(labels) // bins
    return Embedding(
        coordinates=np.concatenate([found["cebra_veldir_train"], found["cebra_veldir_test"]]),
        velocity=labels[:, :2] / VELOCITY_SCALE,
        direction=np.round(labels[:, 2]).astype(np.int64) % 360,
        trial=np.repeat(np.arange(trials), bins),
        bin=np.tile(np.arange(bins), trials),
        train=np.arange(len(labels)) < len(found["continuous_index_train"]),
        bin_seconds=bin_seconds,
        metadata={"method": method, "recording": recording},
    )


def read_published_averages(path: str | os.PathLike, recording: str, method: str) -> np.ndarray:
    """Read the components of trial averages that the authors published for PCA or dPCA.

    Args:
        path: the .npz file.
        recording: name of its recording, e.g. chewie-20161007-m1.
        method: pca, whose file has the components last, or dpca, whose file has them first.

    Returns:
        (directions, bins, components), directions ascending from 0 degrees.

    Raises:
        InputError: if the file is missing, damaged, or holds something else.
    """
    found = _arrays(path, ["cebra_veldir_train"])["cebra_veldir_train"]
    averages = np.moveaxis(found, 0, -1) if method == "dpca" else found
    bins = bins_per_trial(recording)
    if averages.ndim != 3 or averages.shape[1] != bins or not np.isfinite(averages).all():
        raise InputError(path, f"averages of shape {averages.shape}", f"(directions, {bins}, components)", _REMEDY)
    return averages
