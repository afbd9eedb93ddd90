"""The files that a run makes: what each is, its columns and their units."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ner.data.columns import BEHAVIOR, BIN, DIRECTION, RECORDING, SPLIT, TRIAL, VX, VY
from ner.data.recordings_table import SUMMARY
from ner.decoding.across_summary import ACCURACY as ACCURACY_ACROSS
from ner.decoding.across_summary import CELLS, MEANS
from ner.decoding.columns import (
    ACROSS,
    ACROSS_TIME,
    METHOD,
    METRIC,
    VALUE,
    WITHIN,
    WITHIN_TIME,
)
from ner.decoding.method_tests import ACROSS_TESTS
from ner.report.benchmarks import BENCHMARKS
from ner.report.provenance import FACTS, STAGES, VERSIONS
from ner.storage.errors import InputError
from ner.storage.tables import Column
from ner.verification.compare import PUBLISHED
from ner.verification.findings import (
    CANDIDATES,
    LEAK,
    PAIRS,
    POSITIVES,
    ROTATION,
    SWAPPED,
    TRAIN_TEST,
)
from ner.verification.headlines import HEADLINES
from ner.verification.losses import LOSSES
from ner.verification.parity_across import PARITY_ACROSS, PARITY_ACROSS_SUMMARY
from ner.verification.parity_averages import PARITY_AVERAGES
from ner.verification.parity_within import PARITY_WITHIN, PARITY_WITHIN_SUMMARY
from ner.verification.published_tests import PUBLISHED_TESTS
from ner.verification.retrained_across import RETRAINED_ACROSS, RETRAINED_ACROSS_MEANS
from ner.verification.retrained_within import RETRAINED_WITHIN, RETRAINED_WITHIN_MEDIANS
from ner.verification.verdicts import VERDICT_COUNTS


@dataclass(frozen=True)
class File:
    """A kind of file.

    Attributes:
        path: from the folder of results or figures; {names} stand for what differs between files of the kind.
        meaning: what it holds.
        columns: of a table, in order; {k} in a name stands for numbers.
    """

    path: str
    meaning: str
    columns: tuple[Column, ...] = ()

    def describes(self, path: str) -> bool:
        """Whether a path, or a rule's pattern of paths, is of this kind."""
        # {file} is a path of its own, the others are parts of one.
        literals = re.escape(self.path).replace(re.escape("{file}"), ".+")
        return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", literals), path) is not None


#: What stands for what in the paths.
NAMES = {
    "recording": RECORDING.meaning,
    "session": "day of a monkey, whose areas are recordings, e.g. chewie-20161014",
    "method": METHOD.meaning,
    "group": "name of a group of recordings in config",
    "seed": "seed of the method's random state",
    "set": "published table across recordings: figure, method, decoder",
    "file": "file of the authors' repository, by its path there",
    "figure": "fig1, fig2 and so on, as in the paper",
}

_LATENT = Column("z{k}", "", "latent coordinates, from z1")
_STEP = Column("step", "", "step of the training, from 1 (pi-VAE: pass over the data)")
_LOSS = Column("loss", "", "training loss")
_AREA = Column("area", "", "M1, PMd or S1")
#: Bins of a recording.
RECORDING_FILE = (
    *BEHAVIOR,
    Column("neuron_{k}", "spikes/30 ms", "smoothed spike counts of each neuron, from neuron_0"),
)
#: Bins of an embedding.
EMBEDDING_FILE = (
    *BEHAVIOR,
    _LATENT,
    Column("strict_z{k}", "", "those of the strict protocol; only of methods where they differ"),
)
HISTORY = (_STEP, _LOSS, Column("validation_loss", "", "loss of the trials that are not fitted; pi-VAE only"))
#: Bins with their coordinates, and the movements decoded from them.
MOVEMENTS = (
    METHOD,
    SPLIT,
    TRIAL,
    BIN,
    DIRECTION,
    _LATENT,
    VX,
    VY,
    *(Column(axis, "cm", f"position of the hand along {axis}, from that at the go cue") for axis in "xy"),
    *(Column(f"decoded_v{axis}", "cm/s", f"velocity along {axis}, decoded") for axis in "xy"),
    *(Column(f"decoded_{axis}", "cm", f"position along {axis}, by the decoded velocities") for axis in "xy"),
)
REGRESSION = (
    METHOD,
    Column("component", "", "vx or vy"),
    Column("slope", "1", "of the decoded velocity over the real one, by ordinary least squares"),
    Column("intercept", "cm/s", "decoded velocity where the real one is 0"),
    Column("r2", "1", "share of the decoded velocity's variance that the line explains"),
    Column("p_value", "", "of the slope being 0, two-sided, every bin taken as independent"),
    Column("observations", "", "bins"),
)
NEURONS = (DIRECTION, BIN, Column("neuron_{k}", "spikes/s", "mean rate of the neuron"))
RATES = (DIRECTION, BIN, Column("neuron_{k}", "1", "share of the neuron's maximum over training trials"))
AVERAGES = (METHOD, RECORDING, DIRECTION, BIN, _LATENT)
ROTATED_AVERAGES = (
    METHOD,
    RECORDING,
    Column("rotation", "", "before or after rotation onto the anchor"),
    DIRECTION,
    BIN,
    _LATENT,
)
AGREEMENT = (
    METHOD,
    RECORDING,
    *(
        Column(state, "1", f"R2 of the direction averages against the anchor's, {state} rotation")
        for state in ("before", "after")
    ),
)
_OVER_SEEDS = (
    Column("mean", VALUE.unit, "mean over seeds"),
    Column("sd", VALUE.unit, "standard deviation over seeds; empty for a single one"),
    Column("seeds", "", "number of seeds"),
)
SESSIONS = (METHOD, RECORDING, METRIC, *_OVER_SEEDS, PUBLISHED, _AREA)
ACCURACY = (
    _AREA,
    METHOD,
    BIN,
    Column("mean", "%", "share of trials whose direction is decoded right, mean over recordings"),
    Column("sd", "%", "its standard deviation over recordings"),
    *(Column(f"v{axis}", "cm/s", f"absolute velocity along {axis}, mean over trials and recordings") for axis in "xy"),
)


#: Of several kinds that describe a path, the first one counts.
FILES = (
    File("upstream/{file}", "file of the authors, as downloaded and checked"),
    File("simulated/{session}.mat", "simulated session, as a raw TrialData file (see docs/add-a-recording.md)"),
    File("recordings/{recording}.parquet", "recording as every method gets it, a row a bin", RECORDING_FILE),
    File("embeddings/{method}/{recording}/seed{seed}.parquet", "embedding, a row a bin", EMBEDDING_FILE),
    File("embeddings/{method}/{recording}/seed{seed}.history.csv", "loss of the embedding's training", HISTORY),
    File(
        "decoding/within/{method}/{recording}/seed{seed}.time.csv",
        "what tables/within_time.csv is joined from",
        WITHIN_TIME,
    ),
    File("decoding/within/{method}/{recording}/seed{seed}.csv", "what tables/within.csv is joined from", WITHIN),
    File(
        "decoding/across/{method}/{group}/seed{seed}.time.csv",
        "what tables/across_time.csv is joined from",
        ACROSS_TIME,
    ),
    File("decoding/across/{method}/{group}/seed{seed}.csv", "what tables/across.csv is joined from", ACROSS),
    File("tables/recordings.csv", "what every recording holds, and what was dropped on the way", SUMMARY),
    File("tables/within.csv", "metrics of decoders fitted and scored within a recording", WITHIN),
    File("tables/within_time.csv", "share of trials whose direction is decoded right, bin by bin", WITHIN_TIME),
    File("tables/across.csv", "metrics of decoders fitted on one recording and scored on another", ACROSS),
    File("tables/across_time.csv", "the target's trials whose direction is decoded right, bin by bin", ACROSS_TIME),
    File("tables/across_tests.csv", "the methods tested against each other across recordings", ACROSS_TESTS),
    File("verification/parity_within.csv", "the authors' embeddings decoded here, beside their tables", PARITY_WITHIN),
    File("verification/retrained_within.csv", "embeddings of this run, beside the authors' tables", RETRAINED_WITHIN),
    File("verification/parity_across/{set}.csv", "what parity_across.csv is joined from", PARITY_ACROSS),
    File(
        "verification/parity_across.csv",
        "the authors' embeddings decoded across recordings, cell by cell",
        PARITY_ACROSS,
    ),
    File("verification/parity_across_summary.csv", "the same in summary", PARITY_ACROSS_SUMMARY),
    File("verification/published_tests.csv", "the authors' values tested against each other", PUBLISHED_TESTS),
    File("verification/report.html", "everything that holds this run against the paper, as a page to read"),
    File("verification/headlines.csv", "the numbers of the paper's text, beside this run's", HEADLINES),
    File("verification/verdicts.csv", "how many published values are met, by table", VERDICT_COUNTS),
    File("verification/parity_within_summary.csv", "parity_within.csv in summary", PARITY_WITHIN_SUMMARY),
    File("verification/parity_averages.csv", "PCA and dPCA held against the published averages", PARITY_AVERAGES),
    File("verification/retrained_within_medians.csv", "medians of it over recordings", RETRAINED_WITHIN_MEDIANS),
    File(
        "verification/retrained_across.csv",
        "this run's decoding across recordings, beside the authors'",
        RETRAINED_ACROSS,
    ),
    File("verification/retrained_across_means.csv", "means of it", RETRAINED_ACROSS_MEANS),
    File("verification/finding1_swapped_velocity.csv", "velocity R2 with its arguments either way", SWAPPED),
    File("verification/finding2_train_and_test.csv", "metrics of training and test trials", TRAIN_TEST),
    File("verification/finding3_pivae.csv", "pi-VAE with and without labels of what is scored", LEAK),
    File("verification/finding4_umap.csv", "UMAP with and without labels of what is scored", LEAK),
    File("verification/finding5_rotation.csv", "decoding by the published rotation and by the strict one", ROTATION),
    File("verification/finding6_candidates.csv", "what the choice of a rotation is worth", CANDIDATES),
    File("verification/finding7_pairs.csv", "published tests with their pairs and with matched ones", PAIRS),
    File("verification/finding8_positives.csv", "CEBRA with and without the direction in its positives", POSITIVES),
    File("verification/losses.csv", "the first losses of the authors' trainings, beside this run's", LOSSES),
    File("verification/facts.csv", "where and when the run was made", FACTS),
    File("verification/versions.csv", "packages it was made with", VERSIONS),
    File("verification/stages.csv", "what its stages cost", STAGES),
    File("benchmarks.csv", "time and memory of every job", BENCHMARKS),
    File("README.md", "this page"),
    File("{figure}_regression.csv", "decoded velocity against the real one", REGRESSION),
    File("{figure}_loss.csv", "loss of the trainings", (METHOD, _STEP, _LOSS)),
    File("{figure}_bins.csv", "embedding and decoded movements of training trials", MOVEMENTS),
    File("{figure}_neurons.csv", "direction averages of the example neurons", NEURONS),
    File("{figure}_rates.csv", "smoothed counts of all neurons, in one trial of each direction", RATES),
    File("fig3.html", "the embeddings in 3D, to turn and zoom"),
    File("fig3_notebook.html", "the executed notebook as a page, figure inside"),
    File("fig3_averages.csv", "direction averages before and after rotation", ROTATED_AVERAGES),
    File("{figure}_averages.csv", "direction averages of the rotated embeddings", AVERAGES),
    File("{figure}_agreement.csv", "how well the direction averages agree with the anchor's", AGREEMENT),
    File("{figure}_sessions.csv", "the metrics shown, beside the published ones", SESSIONS),
    File("fig4_accuracy.csv", "accuracy of the direction over time", ACCURACY),
    File("fig4_{protocol}_accuracy.csv", "accuracy of the direction over time", ACCURACY),
    File("{figure}_movements.csv", "the example recording's decoded movements", MOVEMENTS),
    File(
        "{figure}_cells.csv",
        "the metrics shown, recording by recording, beside the published ones",
        CELLS,
    ),
    File("{figure}_means.csv", "their means over recordings", MEANS),
    File("{figure}_accuracy.csv", "accuracy of the direction over time, across recordings", ACCURACY_ACROSS),
    File("{figure}_tests.csv", "the methods shown, tested against each other", ACROSS_TESTS),
    File("{figure}.pdf", "the figure, to print"),
    File("{figure}.png", "the figure, to look at (of several pages, the first)"),
    File("{figure}.html", "the executed notebook as a page, figure inside"),
    File("{figure}.ipynb", "the executed notebook"),
)


def described(path: str) -> File | None:
    """The kind of a file, by its path from the folder of results or figures, or by a rule's pattern of such paths."""
    return next((file for file in FILES if file.describes(path)), None)


def readme(outputs: Mapping[str, Iterable[tuple[str, str]]]) -> str:
    """Describe every file that the rules make.

    Args:
        outputs: by rule, the folder (of results or figures) and the path in it of each of its outputs, as patterns.

    Returns:
        A page of Markdown.

    Raises:
        InputError: if a rule has an output that is not described.
    """
    made = {}
    for rule, patterns in outputs.items():
        for folder, pattern in patterns:
            file = described(pattern)
            if file is None:
                raise InputError(
                    f"rule {rule}",
                    f"an output {pattern} that nothing describes",
                    "every output described",
                    "add it to FILES in workflow/ner/report/outputs.py",
                )
            made.setdefault(file, []).append((rule, f"{folder}/{pattern}"))
    lines = [
        "# What this run makes",
        "",
        "Written by the workflow, from its rules and from the definitions by which its code reads and writes tables.",
        "A run makes those files that what it was asked for depends on. Parquet tables also carry the settings that "
        "made them, as JSON in their metadata. What the jobs said, their time and their memory lie in the folders of "
        "logs and benchmarks that config names.",
        "",
        *(f"- `{{{name}}}`: {meaning}" for name, meaning in NAMES.items()),
    ]
    section, shown = None, {}
    for file in FILES:
        for rule, path in made.get(file, ()):
            folder = path.rpartition("/")[0].partition("{")[0].rstrip("/")
            if folder != section:
                section = folder
                lines += ["", f"## {section}"]
            lines += ["", f"### `{path}`", "", f"{file.meaning[0].upper()}{file.meaning[1:]}. Rule `{rule}`."]
            if file.columns in shown:
                lines += ["", f"Columns: those of `{shown[file.columns]}`."]
            elif file.columns:
                shown[file.columns] = path
                lines += ["", "| column | unit | meaning |", "|---|---|---|"]
                lines += [f"| `{column.name}` | {column.unit} | {column.meaning} |" for column in file.columns]
    return "\n".join(lines) + "\n"
