"""The files that a run makes: what each is, its columns and their units."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ner.data.columns import BEHAVIOR, RECORDING
from ner.data.recordings_table import SUMMARY
from ner.decoding.columns import (
    ACROSS,
    ACROSS_TIME,
    DECODER,
    METHOD,
    PROTOCOL,
    WITHIN,
    WITHIN_TIME,
)
from ner.decoding.method_tests import ACROSS_TESTS
from ner.decoding.movements import MOVEMENTS
from ner.figures.kinds import registry as kinds
from ner.published.tables import (
    PUBLISHED_ACROSS,
    PUBLISHED_ACROSS_TIME,
    PUBLISHED_WITHIN,
    PUBLISHED_WITHIN_TIME,
)
from ner.report.benchmarks import BENCHMARKS
from ner.report.provenance import FACTS, STAGES, VERSIONS
from ner.storage.errors import InputError
from ner.storage.tables import Column
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
    "decoder": DECODER.meaning,
    "protocol": PROTOCOL.meaning,
    "seed": "seed of the method's random state",
    "set": "published table across recordings: figure, method, decoder",
    "file": "file of the authors' repository, by its path there",
    "figure": "name of the figure in config",
}

_LATENT = Column("z{k}", "", "latent coordinates, from z1")
_STEP = Column("step", "", "step of the training, from 1 (pi-VAE: pass over the data)")
_LOSS = Column("loss", "", "training loss")
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


#: Of several kinds that describe a path, the first one counts.
FILES = (
    File("upstream/{file}", "file of the authors, as downloaded and checked"),
    File("simulated/{session}.mat", "simulated session, as a raw TrialData file (see docs/add-a-recording.md)"),
    File("recordings/{recording}.parquet", "recording as every method gets it, a row a bin", RECORDING_FILE),
    File("embeddings/{method}/{recording}/seed{seed}.parquet", "embedding, a row a bin", EMBEDDING_FILE),
    File("embeddings/{method}/{recording}/seed{seed}.history.csv", "loss of the embedding's training", HISTORY),
    File(
        "decoding/within/{decoder}/{method}/{recording}/seed{seed}.time.csv",
        "what tables/within_time.csv is joined from",
        WITHIN_TIME,
    ),
    File(
        "decoding/within/{decoder}/{method}/{recording}/seed{seed}.csv", "what tables/within.csv is joined from", WITHIN
    ),
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
    File(
        "decoding/movements/{protocol}/{decoder}/{method}/{recording}/seed{seed}.parquet",
        "movements decoded from an embedding, for the figures that show them",
        MOVEMENTS,
    ),
    File("published/within.csv", "the authors' metrics within recordings", PUBLISHED_WITHIN),
    File("published/within_time.csv", "the authors' accuracy over time within recordings", PUBLISHED_WITHIN_TIME),
    File("published/across.csv", "the authors' metrics across recordings", PUBLISHED_ACROSS),
    File("published/across_time.csv", "the authors' accuracy over time across recordings", PUBLISHED_ACROSS_TIME),
    *(
        File(f"{{figure}}_{name}.csv", table.meaning, table.columns)
        for name, table in {n: t for kind in kinds.module_names() for n, t in kinds.kind(kind).TABLES.items()}.items()
    ),
    File("{figure}.pdf", "the figure, to print"),
    File("{figure}.png", "the figure, to look at (of several pages, the first)"),
    File("{figure}_notebook.html", "the executed notebook as a page, of figures that have another page"),
    File("{figure}.html", "the figure's page: the executed notebook, or embeddings in 3D, or a film to play"),
    File("{figure}.gif", "a film, to put in a talk"),
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
