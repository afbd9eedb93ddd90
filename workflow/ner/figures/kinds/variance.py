"""Explained variance within every recording of a run, and the methods tested against each other (paper, Fig 4)."""

from collections.abc import Iterator, Mapping

from ner.decoding.method_tests import WITHIN_TESTS
from ner.figures.kinds.registry import Plan, Problem, unread
from ner.figures.settings import DECODER, METHODS, PROTOCOL, RECORDING
from ner.figures.tables import ACCURACY, MOVEMENTS, SESSIONS

SETTINGS = {"methods": METHODS, "decoder": DECODER, "protocol": PROTOCOL, "recording": RECORDING}
SHOWS_ALL = True
TABLES = (SESSIONS, ACCURACY, MOVEMENTS, WITHIN_TESTS)


def problems(entry: Mapping, plan: Plan) -> Iterator[Problem]:
    """Methods that the decoder does not read."""
    yield from unread(entry, plan)


def inputs(entry: Mapping, plan: Plan) -> dict[str, str | list[str]]:
    """The results of the compared recordings, the published ones, the recordings, and the movements of one."""
    tables, times, nulls = plan.within_files(entry["decoder"], entry["methods"])
    published, published_time = plan.published_files("within", plan.compared())
    return {
        "tables": tables,
        "times": times,
        "nulls": nulls,
        "published": published,
        "published_time": published_time,
        "recordings": [plan.recording_file(recording) for recording in plan.compared()],
        "movements": [
            plan.movements_file(entry["decoder"], method, entry["recording"], plan.seeds[0], entry["protocol"])
            for method in entry["methods"]
            if plan.suits(method, entry["recording"])
        ],
    }


def parameters(entry: Mapping, plan: Plan) -> dict:
    """What of the tables is shown; the movements are those of the first seed and the last fold."""
    shown = {"seed": plan.seeds[0], "fold": plan.fold_shown(entry["recording"])}
    return {**{key: entry[key] for key in ("methods", "decoder", "protocol")}, **shown}
