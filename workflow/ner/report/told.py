"""The findings as the report tells them."""

from dataclasses import dataclass

from ner.data.names import RecordingName
from ner.methods.names import method_name
from ner.report.formats import (
    DECODER,
    FIGURES,
    METHOD,
    METRIC,
    OURS,
    PROTOCOLS,
    PUBLISHED,
    VALUES,
    metric_cell,
    plain_cell,
    text,
)
from ner.report.html import Shown, field


@dataclass(frozen=True)
class Finding:
    """A finding: its title, what it is, its tables with their columns, and what a run without them needs."""

    title: str
    text: str
    tables: tuple[tuple[str, tuple[Shown, ...]], ...]
    needs: str


_EMBEDDINGS = text("embeddings")
_LEAK = (
    METHOD,
    DECODER,
    METRIC,
    VALUES,
    *PROTOCOLS,
)
FINDINGS = (
    Finding(
        "Velocity R² of test parts has its arguments swapped",
        "On test parts, and so in all of Figs 5 to 7, the published velocity R² is <code>r2_score(prediction, truth)"
        "</code>: residuals in relation to the variance of the prediction, without a lower bound where little is "
        "predicted. The same decoded movements, with the arguments either way:",
        (
            (
                "finding1_swapped_velocity",
                (
                    _EMBEDDINGS,
                    text("scored"),
                    METHOD,
                    DECODER,
                    VALUES,
                    Shown("mean, swapped", plain_cell("swapped_mean")),
                    Shown("mean, in order", plain_cell("mean"), key=True),
                    Shown("median, swapped", plain_cell("swapped_median")),
                    Shown("median, in order", plain_cell("median"), key=True),
                ),
            ),
        ),
        "published embeddings, or a compared method (`compare`)",
    ),
    Finding(
        "The headline numbers are of the part that decoders were fitted on",
        "Medians over recordings on the train part, which the paper gives, and on the test part; strict protocol, "
        "velocity R² in order:",
        (
            (
                "finding2_train_and_test",
                (
                    _EMBEDDINGS,
                    METHOD,
                    DECODER,
                    METRIC,
                    VALUES,
                    Shown("train", metric_cell("train")),
                    Shown("test", metric_cell("test"), key=True),
                    Shown("test − train", metric_cell("difference", signed=True)),
                ),
            ),
        ),
        "published embeddings, or a compared method (`compare`)",
    ),
    Finding(
        "pi-VAE’s embedding of a test bin knows that bin’s labels",
        "The published embedding is the posterior’s mean given the rates and the labels, in test bins too (paper); the "
        "encoder’s mean is from the rates alone (strict). The same networks, medians over recordings on the test part:",
        (("finding3_pivae", _LEAK),),
        "pivae in `compare`",
    ),
    Finding(
        "UMAP is fitted to the test part anew",
        "Published decoders of train coordinates meet test coordinates of another fit, supervised by the test "
        "directions where it is supervised (paper); by `transform` they share their axes (strict). Medians over "
        "recordings on the test part:",
        (("finding4_umap", _LEAK),),
        "umap or umap-supervised in `compare`",
    ),
    Finding(
        "The rotation onto a recording uses its test trials and their directions",
        "The published rule takes the rotation of one direction, from averages over all trials of both recordings "
        "(paper); the strict one fits a single rotation to the training averages of all directions. Off-diagonal means "
        "of the same embeddings and decoders, without a swapped R², so that the rotation makes the difference:",
        (
            (
                "finding5_rotation",
                (_EMBEDDINGS, text("recordings"), METHOD, DECODER, METRIC, VALUES, *PROTOCOLS),
            ),
        ),
        "published sets of embeddings, or methods in `decoding.across.decoders` and two recordings of a group",
    ),
    Finding(
        "Off-diagonal cells hang on rounding",
        "Each of the eight Procrustes rotations has |det| = 1 up to rounding, so that the published rule, which takes "
        "the |det| nearest to 1, chooses by rounding. How far a cell’s candidates of one sign of det spread, and how "
        "often our choice is the published one:",
        (
            (
                "finding6_candidates",
                (
                    text("set"),
                    METHOD,
                    DECODER,
                    METRIC,
                    Shown("cells", field("cells")),
                    Shown("explained", field("explained")),
                    Shown("same choice", field("same_choice")),
                    Shown("median spread", metric_cell("median_spread"), key=True),
                    Shown("largest spread", metric_cell("largest_spread"), key=True),
                ),
            ),
        ),
        "published sets of embeddings (`data.mirror` lacks them; null downloads them)",
    ),
    Finding(
        "Paired tests pair other recordings",
        "Tests go through the tables row by row, and the rows of CEBRA 16D, and of some tables of pi-VAE and of Fig 7, "
        "stand in another order than NER’s, as file names were sorted by their first six digits. The t tests that "
        "change when the same recordings are paired:",
        (
            (
                "finding7_pairs",
                (
                    Shown("figure", lambda row: FIGURES[row.figure], text=True),
                    DECODER,
                    METRIC,
                    text("pairs"),
                    Shown("methods", lambda row: _versus(row.methods), text=True),
                    Shown("values", field("n_pairs")),
                    Shown("t, as published", plain_cell("t_published", ".2f")),
                    Shown("p", plain_cell("p_published", ".2g")),
                    Shown("t, same recordings", plain_cell("t_matched", ".2f"), key=True),
                    Shown("p", plain_cell("p_matched", ".2g"), key=True),
                ),
            ),
        ),
        "published tables across recordings (`data.mirror` lacks them; null downloads them)",
    ),
    Finding(
        "CEBRA is given the direction as a plain number",
        "315 and 0 degrees are neighbours, but far apart as numbers. CEBRA with its positives looked up by velocity "
        "and direction, as published, and by velocity alone, as NER looks its up; train part:",
        (
            (
                "finding8_positives",
                (
                    Shown("recording", lambda row: RecordingName.parse(row.recording).title, text=True),
                    METRIC,
                    PUBLISHED,
                    METHOD,
                    OURS,
                    Shown("seeds", field("seeds")),
                ),
            ),
        ),
        "recordings of this run in `verification.findings.velocity_positives.recordings`",
    ),
)


def _versus(methods: str) -> str:
    return " − ".join(method_name(method) for method in methods.split(" - "))
