"""What the authors published, and in which file: the tables and embeddings of `data_NER/`.

Standard library only, so that the workflow can plan with it before any job runs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: The authors' names of the methods, and ours.
METHODS = {
    "NER": "ner",
    "Cebra": "cebra",
    "Cebra_16D": "cebra16",
    "piVAE": "pivae",
    "UMAP": "umap",
    "UMAP_label": "umap-supervised",
    "PCA": "pca",
    "dPCA": "dpca",
}
_METHOD = "|".join(METHODS)
_TABLE = re.compile(
    rf"data_NER/(?P<figure>Fig[4-7])/(?P<folder>.*/)?(?P<method>{_METHOD})_(?P<monkey>Chewie|Mihili|Han)(?P<year>\d{{4}})?"
    r"(?P<knn>_kNN)?\.npz"
)
# Some dates have eight digits, some six, and Han's have one too many (201171201): the last six are right in all.
_EMBEDDING = re.compile(
    rf"data_NER/[^/]+/(?P<set>(?P<method>{_METHOD})_(?P<monkey>Chewie|Han)[^/]*)/NPZ/"
    r"(?P=monkey)_\d*?(?P<date>\d{6})_embed(_\d+itr)?_(?P<area>M1|PMd|S1)0?\.npz"
)
# Figure 8: "Type: curve-up-down=[31, 38]_parameters_5000itr_lr0.0001.npz" holds the trials of types 31 and 38.
_SELECTION = re.compile(
    r"data_NER/Fig8/(?P<cebra>Supp_Cebra/)?Type: curve-(?P<kind>straight|up-down)=\[(?P<types>\d+(, \d+)*)\]"
    r"_parameters_[^/]*\.npz"
)
_SELECTION_KINDS = {"straight": "straight-curve", "up-down": "up-down"}
#: 5 ms bins in every trial of Figure 8.
SELECTION_BINS = 100
#: R2 that Figure 8 prints; no file of the authors holds them.
PRINTED = Path(__file__).with_name("curved.csv")


@dataclass(frozen=True)
class PublishedTable:
    """A table of decoding results.

    Attributes:
        path: in the authors' repository.
        figure: fig4 (within recordings), fig5, fig6 or fig7 (across).
        method: our name of the method.
        decoder: linear or knn.
        monkey: lower case.
        years: of the sessions.
        areas: of the recordings.
    """

    path: str
    figure: str
    method: str
    decoder: str
    monkey: str
    years: tuple[str, ...]
    areas: tuple[str, ...]

    def covers(self, recording: str) -> bool:
        """Whether a recording, e.g. chewie-20161014-m1, is one of the table's monkey, years and areas."""
        areas = "|".join(area.lower() for area in self.areas)
        return bool(re.fullmatch(rf"{self.monkey}-({'|'.join(self.years)})\d{{4}}-({areas})", recording))


@dataclass(frozen=True)
class PublishedEmbedding:
    """An embedding file.

    Attributes:
        path: in the authors' repository.
        set: the folder that it was published in, e.g. NER_Chewie. Fig 5 was made from the sets METHOD_Chewie,
            Fig 6 from METHOD_Chewie2016_M1PMd, Fig 7 from METHOD_Han2017.
        method: our name of the method.
        recording: e.g. chewie-20161014-m1.
    """

    path: str
    set: str
    method: str
    recording: str


@dataclass(frozen=True)
class PublishedSelection:
    """An embedding file of Figure 8: trials of one session, selected by their type.

    Attributes:
        path: in the authors' repository.
        method: ner-5000 or cebra-5000, our names of what the authors trained for 5,000 steps.
        selection: what they selected, e.g. up-down-31-38: the movements, and the trials' types.
    """

    path: str
    method: str
    selection: str


@dataclass(frozen=True)
class PrintedFigure:
    """What a figure prints of recordings; no file of the authors holds it."""

    recordings: str

    def covers(self, recording: str) -> bool:
        """Whether the figure prints values of a recording."""
        return bool(re.fullmatch(self.recordings, recording))


#: Figure 8: selections of MC_Maze, all units together, named as `PublishedSelection` names them.
PRINTED_CURVED = PrintedFigure(r"jenkins-20090925-(straight-curve|up-down|straight)(-\d+)+-all")


def bins_per_trial(recording: str) -> int:
    """30 ms bins in every trial of a published recording: 35 of Han's, 40 of the others' (paper, §Recordings)."""
    return 35 if recording.startswith("han-") else 40


def published_tables(paths: Iterable[str]) -> list[PublishedTable]:
    """The tables among the authors' files, in the order of the paths.

    Args:
        paths: of files in the authors' repository; others than tables are passed over.
    """
    tables = []
    for path in paths:
        if found := _TABLE.fullmatch(path):
            figure, monkey = found["figure"].lower(), found["monkey"].lower()
            if figure == "fig6":
                years, areas = ("2016",), ("M1", "PMd")
            else:
                years = (found["year"],) if found["year"] else ("2015", "2016")
                areas = ("S1",) if monkey == "han" else ("PMd",) if "PMd" in (found["folder"] or "") else ("M1",)
            tables.append(
                PublishedTable(
                    path=path,
                    figure=figure,
                    method=METHODS[found["method"]],
                    decoder="knn" if found["knn"] else "linear",
                    monkey=monkey,
                    years=years,
                    areas=areas,
                )
            )
    return tables


def published_embeddings(paths: Iterable[str]) -> list[PublishedEmbedding]:
    """The embeddings among the authors' files, in the order of the paths; some stand in several sets.

    Args:
        paths: of files in the authors' repository; others than embeddings are passed over.
    """
    return [
        PublishedEmbedding(
            path=path,
            set=found["set"],
            method=METHODS[found["method"]],
            recording=f"{found['monkey']}-20{found['date']}-{found['area']}".lower(),
        )
        for path in paths
        if (found := _EMBEDDING.fullmatch(path))
    ]


def published_selections(paths: Iterable[str]) -> list[PublishedSelection]:
    """The embeddings of Figure 8 among the authors' files, in the order of the paths.

    Args:
        paths: of files in the authors' repository; others than such embeddings are passed over.
    """
    return [
        PublishedSelection(
            path=path,
            method="cebra-5000" if found["cebra"] else "ner-5000",
            selection="-".join([_SELECTION_KINDS[found["kind"]], *found["types"].split(", ")]),
        )
        for path in paths
        if (found := _SELECTION.fullmatch(path))
    ]


def one_each(embeddings: Iterable[PublishedEmbedding]) -> list[PublishedEmbedding]:
    """One embedding per method and recording, sorted by them.

    The copies in several sets mostly have the same content; where they differ (six of Chewie's M1), the one in the
    set of all years (METHOD_Chewie) gives the published within-recording tables to rounding.
    """
    chosen: dict[tuple[str, str], PublishedEmbedding] = {}
    for embedding in sorted(embeddings, key=lambda embedding: (len(embedding.set), embedding.path)):
        chosen.setdefault((embedding.method, embedding.recording), embedding)
    return [chosen[key] for key in sorted(chosen)]


#: What the names of the sets behind Figs 5 to 7 end in.
_ACROSS_SETS = {"fig5": "Chewie", "fig6": "Chewie2016_M1PMd", "fig7": "Han2017"}


def across_set(table: PublishedTable) -> str:
    """The set of embeddings that a table across recordings (Figs 5 to 7) was made from.

    Raises:
        KeyError: if it is a table within recordings.
    """
    name = next(name for name, method in METHODS.items() if method == table.method)
    return f"{name}_{_ACROSS_SETS[table.figure]}"
