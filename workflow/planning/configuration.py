"""The configuration of a run: whether it can be used, and which recordings it asks for."""

import copy
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, combinations
from pathlib import Path

import yaml

from ner.decoding.decoders import registry as decoders
from ner.methods import registry as methods
from planning.figures import figure_problems
from planning.folds import fold_problems
from planning.messages import ConfigError, problem, show, unknown, violations
from planning.run import COMPARED, all_recordings, groups, run_names, used_methods
from planning.sessions import may_share_trials, session_problems, smoothing_problems

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "schemas" / "config.schema.yaml"
_REPORTED = 5


@cache
def schema() -> dict:
    """JSON schema of the configuration."""
    return yaml.safe_load(SCHEMA.read_text())


def _other_keys(instance: object, place: tuple = ()) -> Iterator[str]:
    """Keys that are not texts, which no schema can describe: 20161014, null, true."""
    if isinstance(instance, Mapping):
        for key, value in instance.items():
            if not isinstance(key, str):
                yield problem((*place, key), f"the key {show(key)}", "a text as key", "put it in quotes or rename it")
            yield from _other_keys(value, (*place, key))
    elif isinstance(instance, list):
        for k, value in enumerate(instance):
            yield from _other_keys(value, (*place, k))


def _mirror_problems(mirror: str | None) -> Iterator[str]:
    try:
        there = mirror is None or Path(mirror).expanduser().is_dir()
    # No such user, no permission to look.
    except (OSError, RuntimeError):
        there = False
    if not there:
        yield problem(("data", "mirror"), show(mirror), "a folder that exists", "correct it, or null to download")


def _existing(folder: str) -> Path:
    """A folder, or the innermost place around it that exists."""
    return next(path for path in (Path(folder), *Path(folder).parents) if path.exists())


def _folder_problems(config: Mapping) -> Iterator[str]:
    folders = {("pathvars", name): folder for name, folder in config["pathvars"].items()}
    if (archive := config["data"].get("archive", {}).get("folder")) is not None:
        folders["data", "archive", "folder"] = archive
    for place, folder in folders.items():
        try:
            there = _existing(folder)
        except OSError as error:
            found, expected = f"{show(folder)}, {error.strerror}", "a folder that can be written"
            yield problem(place, found, expected, "choose another")
            continue
        if not there.is_dir():
            found, remedy = f"{show(str(there))}, which is a file", "choose another, or move the file"
            yield problem(place, found, "a folder", remedy)


def _case_problems(config: Mapping) -> Iterator[str]:
    """Names that stand in paths and differ only in letter case, which some file systems take for one."""
    for kind in ("methods", "decoders", "groups"):
        first: dict[str, str] = {}
        for name in config[kind]:
            if (other := first.setdefault(name.casefold(), name)) != name:
                yield problem((kind, name), f"the name {other} in other letters", "names that differ", "rename it")


def _module_problems(kind: str, entries: Mapping, registry) -> Iterator[str]:
    """Entries whose module does not exist, or whose settings it does not take."""
    for name, entry in entries.items():
        place = (kind, name)
        if entry["module"] not in registry.module_names():
            remedy = f"choose one of them, or add the module to workflow/{registry.__package__.replace('.', '/')}"
            yield unknown((*place, "module"), entry["module"], registry.module_names(), remedy)
            continue
        rules = registry.settings_schema(entry["module"])
        rules = {**rules, "properties": {"module": {}, **rules["properties"]}}
        yield from violations(entry, rules, place)


def _decoder_problems(config: Mapping) -> Iterator[str]:
    """Decoders that an analysis names and config lacks, and settings that they do not take."""
    known = config["decoders"]
    for analysis, entry in config["decoding"].items():
        place = ("decoding", analysis)
        for key in ("decoders", "settings"):
            for name in entry[key]:
                if name not in known:
                    yield unknown((*place, key, name), name, known, "define it under `decoders`")
        for name, settings in entry["settings"].items():
            if name in known and known[name]["module"] in decoders.module_names():
                rules = decoders.settings_schema(known[name]["module"])
                yield from violations(settings, rules, (*place, "settings", name))


def _named(config: Mapping) -> Iterator[tuple[tuple, str, str]]:
    """Places of config, outside the definitions, that name a method or a recording: place, kind, name."""
    yield from ((("compare",), "method", name) for name in config["compare"])
    yield from ((("verification", "tolerance", name), "method", name) for name in config["verification"]["tolerance"])
    for analysis, entry in config["decoding"].items():
        for decoder, chosen in entry["decoders"].items():
            if chosen != COMPARED:
                yield from ((("decoding", analysis, "decoders", decoder), "method", name) for name in chosen)
    yield ("example",), "recording", config["example"]
    findings, place = config["verification"]["findings"], ("verification", "findings")
    yield (*place, "velocity_positives", "method"), "method", findings["velocity_positives"]["method"]


def _reference_problems(config: Mapping) -> Iterator[str]:
    defined = all_recordings(config)
    listed = {("groups", group): members for group, members in config["groups"].items()}
    findings, place = config["verification"]["findings"], ("verification", "findings")
    listed[*place, "velocity_positives", "recordings"] = findings["velocity_positives"]["recordings"]
    for session in findings["turned_labels"]:
        if session not in config["sessions"]:
            yield unknown((*place, "turned_labels"), session, config["sessions"], "name a session, or leave it out")
    if config["recordings"] != "all":
        listed = {("recordings",): config["recordings"], **listed}
    for place, members in listed.items():
        for k, name in enumerate(members):
            if name not in defined:
                yield unknown((*place, k), name, defined, "define its session under `sessions`")
    run = run_names(config)
    known = {"method": config["methods"], "recording": [name for name in defined if name in run]}
    remedies = {
        "method": "define it under `methods`",
        "recording": "name one of the run's recordings, or add it to `recordings`",
    }
    for place, kind, name in _named(config):
        if name not in known[kind]:
            yield unknown(place, name, known[kind], remedies[kind])


def _fraction_problems(config: Mapping) -> Iterator[str]:
    """Methods that are fitted to as many trials as train, or more, and so have none to validate on."""
    folds, share, names = config.get("folds"), config["train_fraction"], list(config["methods"])
    said = f"train_fraction, which is {share}"
    if isinstance(folds, int):
        # No key of its own says the share, so that only methods that are used are in its way.
        share, names = 1 - 1 / folds, used_methods(config)
        said = f"{share:.3g}, the share of the trials that train in each of {folds} folds"
    for name in names:
        entry = config["methods"][name]
        given = methods.complete_settings(entry["module"], entry).get("fitted_fraction")
        if given is not None and given >= share:
            yield problem(("methods", name, "fitted_fraction"), str(given), f"less than {said}", "change one of them")


def _bins_problems(config: Mapping) -> Iterator[str]:
    """Groups of recordings that no bin by bin comparison can hold together."""
    defined = all_recordings(config)
    for group, members in groups(config).items():
        bins = {name: defined[name]["bins"] for name in members}
        # Of trials of their own lengths, the bins that all have are compared.
        if all(isinstance(count, int) for count in bins.values()) and len(set(bins.values())) > 1:
            found = ", ".join(f"{name}: {count}" for name, count in bins.items())
            yield problem(
                ("groups", group), f"bins of {found}", "equally many", "leave out the others, or change `bins`"
            )
        for one, other in combinations(members, 2):
            if may_share_trials(defined[one], defined[other]):
                remedy = "leave one of them out, as what is held out of one may train the other"
                yield problem(("groups", group), f"{one} and {other}", "selections that share no trial", remedy)


def validate(config: Mapping) -> None:
    """Check that a run can use a configuration.

    Args:
        config: what config.yaml, the overlays and the command line make together.

    Raises:
        ConfigError: if it cannot. One line a problem, at most five: key, finding, expectation and remedy.
    """
    found = list(_other_keys(config)) or violations(config, schema())
    if not found:
        found = [
            *_folder_problems(config),
            *_case_problems(config),
            *_mirror_problems(config["data"]["mirror"]),
            *session_problems(
                config["sessions"], schema()["properties"]["sessions"]["additionalProperties"]["properties"]
            ),
            *_module_problems("methods", config["methods"], methods),
            *_module_problems("decoders", config["decoders"], decoders),
            *_decoder_problems(config),
            *_reference_problems(config),
        ]
    # What can be asked only where all names and settings are right.
    found = found or [*smoothing_problems(config), *fold_problems(config)]
    found = found or [*figure_problems(config)]
    found = found or [*_fraction_problems(config), *_bins_problems(config)]
    if found:
        more = [f"(and {len(found) - _REPORTED} more)"] if len(found) > _REPORTED else []
        raise ConfigError("\n".join([*found[:_REPORTED], *more]))


def check_writable(folders: Mapping[str, str], made: Iterable[str]) -> None:
    """Refuse folders to write in that cannot be written, before a job finds out half-way.

    Args:
        folders: those of pathvars, by name.
        made: files that a run makes.

    Raises:
        ConfigError: naming of each the first folder in it that cannot be written, or the one in which it would be made;
            and files that lie where there has to be a folder.
    """
    found = {}
    # Thousands of files lie in few folders.
    lying = {Path(path).parent for path in made}
    parents = {place for folder in lying for place in (folder, *folder.parents)}
    for name, folder in folders.items():
        taken = (path for path in parents if path.is_relative_to(folder) and path.exists() and not path.is_dir())
        found |= {
            path: problem(("pathvars", name), f"{show(str(path))}, which is a file", "a folder", "move the file away")
            for path in sorted(taken)
        }
        there = _existing(folder)
        if any(there.is_relative_to(other) for other in found):
            continue
        # With links to folders elsewhere, which are not walked into.
        inner = (Path(place, name) for place, names, _ in os.walk(there) for name in names)
        inner = inner if there == Path(folder) else ()
        closed = next((place for place in chain([there], inner) if not os.access(place, os.W_OK | os.X_OK)), None)
        if closed is not None and closed not in found:
            found[closed] = problem(
                ("pathvars", name),
                f"{show(str(closed))}, which cannot be written",
                "a folder that can",
                "choose another, or change its permissions",
            )
    if found:
        raise ConfigError("\n".join(found.values()))


def check_cluster(executor: str) -> None:
    """Refuse to send jobs to a SLURM that is not there, before results are made room for.

    Args:
        executor: name of what runs the jobs.

    Raises:
        ConfigError: if it is SLURM, and its commands are not found.
    """
    if executor == "slurm" and shutil.which("sbatch") is None:
        raise ConfigError(
            "executor slurm: found no command sbatch; expected a machine that SLURM jobs are sent from; run there, or "
            "without --workflow-profile workflow/profiles/slurm"
        )


def decoders_of(config: Mapping, analysis: str) -> dict[str, dict]:
    """Every decoder with the settings that it has in an analysis, and its module.

    Args:
        config: a configuration that `validate` accepts.
        analysis: within or across.
    """
    own = config["decoding"][analysis]["settings"]
    return {
        name: decoders.complete_settings(entry["module"], {**entry, **own.get(name, {})})
        for name, entry in config["decoders"].items()
    }


def completed(given: Mapping, defaults: Path) -> dict:
    """A configuration of another workflow that uses this one: what it gives, and for the rest the defaults.

    Args:
        given: that workflow's; top-level keys that are none of this workflow's are left out.
        defaults: a whole config file.
    """
    config = yaml.safe_load(defaults.read_text(encoding="utf-8"))
    _merge(config, {key: copy.deepcopy(value) for key, value in given.items() if key in config})
    return config


def _merge(into: dict, other: Mapping) -> None:
    """Overlay a mapping as Snakemake does: mappings are merged, all else is replaced."""
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def with_floats(value: object, rules: Mapping | None = None) -> object:
    """A configuration in which every number that need not be whole is a float, so that 1 and 1.0 are the same.

    Args:
        value: the configuration, or a part of it.
        rules: the JSON schema of that part; the whole configuration's where there is none.
    """
    rules = schema() if rules is None else rules
    while "$ref" in rules:
        rules = schema()["$defs"][rules["$ref"].rpartition("/")[2]]
    if rules.get("type") == "number" and isinstance(value, int):
        return float(value)
    if isinstance(value, Mapping):
        known, other = rules.get("properties", {}), rules.get("additionalProperties")
        other = other if isinstance(other, Mapping) else {}
        return {key: with_floats(entry, known.get(key, other)) for key, entry in value.items()}
    if isinstance(value, list):
        return [with_floats(entry, rules.get("items", {})) for entry in value]
    return value


def method_settings(config: Mapping, name: str) -> dict:
    """Every setting of a method of config, with its module: those given, else their defaults."""
    entry = config["methods"][name]
    settings = methods.complete_settings(entry["module"], {key: entry[key] for key in entry if key != "module"})
    return {"module": entry["module"], **with_floats(settings, methods.settings_schema(entry["module"]))}
