"""Whether the results that are there are those that a run would make: compared before they are reused."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import signature
from itertools import islice
from pathlib import Path

from ner.storage.integrity import Ledger, Made
from ner.storage.tables import METADATA_KEY
from planning.folds import FOLD

#: Differences of one result that are said.
_SAID = 3
_NONE = object()


def _plain(value: object) -> object:
    """A value as it comes back from a ledger."""
    return json.loads(json.dumps(value, default=str))


def _short(value: object) -> str:
    if value is _NONE:
        return "nothing"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def differences(before: object, now: object, name: str = "") -> Iterator[str]:
    """Differences of two nested values, a readable line each: 'steps 1000 -> 1200'.

    Args:
        before: what a result was made with, as JSON holds it.
        now: what it would be made with.
        name: of the value; in a mapping that of the innermost key, as the others are those of the params.
    """
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in {**before, **now}:
            yield from differences(before.get(key, _NONE), now.get(key, _NONE), key)
    elif name == "code" and before is not _NONE and now is not _NONE:
        if before != now:
            yield "the code that makes it was changed"
    elif before != now:
        yield f"{name} {_short(before)} -> {_short(now)}"


def why_stale(
    ledger: Ledger, outputs: Iterable[str], inputs: Iterable[str], params: Mapping, known: Callable[[str], Made | None]
) -> str | None:
    """Why results that are there are not those that a job would make, in one line; None where they are.

    Args:
        ledger: of the run.
        outputs: the job's outputs that exist.
        inputs: the job's inputs.
        params: what decides its outputs.
        known: what is known of a file that was made.
    """
    # What trains nothing is the same on any device, and its record names none.
    now = _plain(params)
    # Files of elsewhere have other paths in a copy of the run: the params hold their hashes.
    places = {place: path for path in inputs if not (place := ledger.place(path)).startswith("..")}
    for path in outputs:
        made = known(path)
        if made is None:
            continue
        asked = {name: value for name, value in now.items() if name != "device" or made.params.get(name)}
        before = {name: value for name, value in made.params.items() if name in asked}
        found = list(islice(differences(before, asked), _SAID + 1))
        if found:
            more = " and more" if len(found) > _SAID else ""
            return f"{', '.join(found[:_SAID])}{more}"
        for place, source in places.items():
            current = known(source)
            if current is not None and made.inputs.get(place) != current.sha1:
                return f"made from another {Path(place).name}" if place in made.inputs else f"made without {place}"
        if gone := sorted(place for place in made.inputs if place not in places and not place.startswith("..")):
            return f"made with {gone[0]}, which it no longer reads"
    return None


def summarize(reasons: Mapping[str, str]) -> list[str]:
    """Lines that say why results are made anew: each reason once, with its first result and the number of others.

    Args:
        reasons: by result.
    """
    groups: dict[str, list[str]] = {}
    for path, reason in reasons.items():
        groups.setdefault(reason, []).append(path)
    return [
        f"{paths[0]}{f' and {len(paths) - 1} more' if len(paths) > 1 else ''}: {reason}"
        for reason, paths in groups.items()
    ]


def _decisive(job) -> dict:
    """Params of a job that decide its results: all but functions of more than wildcards, which say where things are."""
    asked = dict(job.rule.params.items())
    return {
        name: value
        for name, value in job.params.items()
        if not callable(asked[name]) or set(signature(asked[name]).parameters) == {"wildcards"}
    }


def _asked(job) -> dict:
    """What a job's results have to be made with."""
    params = _decisive(job)
    # `auto` takes whichever there is.
    device = job.params.get("device", "auto")
    return params | ({} if device == "auto" else {"device": device})


def is_table(path: str) -> bool:
    """Whether a result holds the settings that made it."""
    return path.endswith(".parquet")


def held_metadata(path: str) -> dict:
    """What a parquet table of the workflow says of itself; nothing where it is damaged.

    Args:
        path: the .parquet file.
    """
    # Only where records are lost.
    import pyarrow.parquet

    try:
        return dict(json.loads(pyarrow.parquet.read_metadata(path).metadata[METADATA_KEY]))
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def why_another(held: Mapping, wildcards: Mapping[str, str], settings: Mapping) -> str | None:
    """Why a table that says of itself how it was made is not the one that a job would make; None where it may be.

    Args:
        held: what the table says.
        wildcards: of the job, as recording, method and seed.
        settings: with which the job would make it.
    """
    names = {name: str(held[name]) for name in ("method", "recording", "seed") if name in held and name in wildcards}
    # Folds of a recording hold its name.
    others = {
        name: value
        for name, value in names.items()
        if value not in (wildcards[name], wildcards[name].rpartition(FOLD)[0])
    }
    made = {"module": held["module"], **held["settings"]} if {"module", "settings"} <= held.keys() else held
    # What the config leaves open, the table's own file has decided.
    common = {name: value for name, value in settings.items() if value is not None and name in made}
    found = differences(
        {**others, **{name: made[name] for name in common}}, {**{name: wildcards[name] for name in others}, **common}
    )
    return ", ".join(islice(found, _SAID)) or None


class Comparison:
    """Compares the results that a run's jobs have with what the jobs would make, when Snakemake decides what to run.

    Snakemake compares them with what it noted itself, in .snakemake, which may be lost, or left behind in a copy.

    Args:
        ledger: of the run.
        say: prints a line.
        error: what Snakemake raises for a run that cannot be.
    """

    def __init__(self, ledger: Ledger, say: Callable[[str], None], error: type[Exception]):
        self._ledger, self._say, self._error = ledger, say, error
        self._made: dict[str, Made | None] = {}
        self._reporting = False

    def _known(self, path: str) -> Made | None:
        if path not in self._made:
            self._made[path] = self._ledger.made(path) if Path(path).exists() else None
        return self._made[path]

    def _why_stale(self, job, there: list[str]) -> str | None:
        asked = _asked(job)
        if any(map(self._known, there)):
            return why_stale(self._ledger, there, job.input, asked, self._known)
        # Without a record: a parquet table holds its own settings.
        held = next(map(held_metadata, filter(is_table, there)), {})
        return why_another(held, dict(job.wildcards.items()), _plain(asked.get("settings", {})))

    def stale(self, jobs: Iterable) -> dict[str, str]:
        """Results that are there and would be other ones, and why.

        Args:
            jobs: those of Snakemake's plan.
        """
        found, unknown, altered = {}, [], []
        for job in jobs:
            there = [path for path in job.output if Path(path).exists()]
            if not there or not job.rule.params:
                continue
            reason = self._why_stale(job, there)
            if not reason:
                unknown += [path for path in there if self._known(path) is None]
                altered += filter(self._ledger.altered, there)
            found |= dict.fromkeys(there, reason) if reason else {}
        for paths, what in (
            (unknown, "used as it is, as nothing says what it was made from"),
            (altered, "changed since its job made it; delete it and run snakemake again to rebuild it"),
        ):
            if paths:
                many = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
                self._say(f"{paths[0]}{many}: {what}")
        for line in summarize(found):
            self._say(line)
        return found

    def take_part(self, workflow) -> None:
        """Have Snakemake make stale results anew, as far as a run asks for them.

        Args:
            workflow: Snakemake's, while it reads the Snakefile.
        """
        build, report = workflow._build_dag, workflow.create_report

        def report_comparing(*args, **options):
            self._reporting = True
            return report(*args, **options)

        def build_comparing(*args, **options):
            dag = workflow.dag
            decide = dag.update_needrun

            async def decide_comparing(*args, **options):
                if "PARAMS" in {trigger.name for trigger in workflow.rerun_triggers}:
                    stale = self.stale(dag.jobs)
                    if stale and self._reporting:
                        raise self._error(f"{len(stale)} results are not those of this config; run snakemake first")
                    dag.forcefiles.update(stale)
                dag.update_needrun = decide
                return await decide(*args, **options)

            dag.update_needrun = decide_comparing
            return build(*args, **options)

        workflow._build_dag, workflow.create_report = build_comparing, report_comparing
