"""The configuration: what is accepted, and what is said about the rest."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snakemake.utils import update_config

from configuration import ConfigError, recordings, schema, validate
from ner import methods

ROOT = Path(__file__).parents[1]
OVERLAYS = sorted((ROOT / "workflow" / "overlays").glob("*.yaml"))


@pytest.fixture(scope="module")
def paper():
    return yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(config, path, value):
    """The configuration with the value at a path, or without it where that is `...`."""
    config = copy.deepcopy(config)
    *parents, last = path.split("/")
    place = config
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return config


def complaint(config):
    with pytest.raises(ConfigError) as raised:
        validate(config)
    return str(raised.value)


def test_paper_is_valid_and_asks_for_all_recordings(paper):
    validate(paper)
    run = recordings(paper)
    areas = [entry["area"] for entry in run.values()]
    assert len(run) == 31
    assert (areas.count("M1"), areas.count("PMd"), areas.count("S1")) == (16, 12, 3)
    assert run["chewie-20161014-pmd"] == {
        "monkey": "Chewie",
        "hemisphere": "left",
        "bins": 40,
        "format": "smoothed",
        "file": "data/SU_16M1/Chewie_20161014_neural_con_dis_index.mat",
        "session": "chewie-20161014",
        "area": "PMd",
    }


def test_listed_recordings_come_in_their_order_and_no_other(paper):
    names = ["han-20171204-s1", "chewie-20161014-m1"]
    assert list(recordings(changed(paper, "recordings", names))) == names


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_overlays_are_valid(paper, overlay):
    assert overlay.read_text().startswith("#"), "an overlay begins by saying what it is for"
    config = copy.deepcopy(paper)
    update_config(config, yaml.safe_load(overlay.read_text()))
    validate(config)
    assert recordings(config)


SMOOTHED = "sessions/han-20171201"
# Where, what stands there, the key that the message names, and parts of the message.
BAD = [
    ("verification/findings", ..., "verification.findings", ["found nothing", "add the key"]),
    (
        "verification/findings/velocity_positives/method",
        "cebra-velocty",
        "verification.findings.velocity_positives.method",
        ["did you mean cebra-velocity"],
    ),
    (
        "verification/findings/velocity_positives/recordings",
        ["chewie-20161007-m2"],
        "verification.findings.velocity_positives.recordings.0",
        ["chewie-20161007-m1"],
    ),
    (
        "verification/findings/encoder_width/methods/ner",
        "ner-wid",
        "verification.findings.encoder_width.methods.ner",
        ["or ner-wide"],
    ),
    (
        "verification/findings/encoder_width/methods/umap",
        "umap",
        "verification.findings.encoder_width.methods.umap",
        ["an unknown key", "cebra, ner"],
    ),
    ("verification/tolerance/ner", {}, "verification.tolerance.ner", ["at least 1"]),
    (
        "verification/tolerance/ner/off_diagonal/position",
        -0.1,
        "verification.tolerance.ner.off_diagonal.position",
        ["at least 0"],
    ),
    ("sedes", [0], "sedes", ["an unknown key", "did you mean seeds?"]),
    ("data/mirrored", None, "data.mirrored", ["did you mean mirror?", "one of mirror, timeout, tries, url"]),
    ("pathvars/tables", "x", "pathvars.tables", ["one of benchmarks, figures, logs, results", "remove it"]),
    ("seeds", ..., "seeds", ["found nothing", "add the key"]),
    ("groups/han-s1", ["han-20171201-s1"], "groups.han-s1", ["at least two different recordings"]),
    ("groups/han-s1", ["han-20171201-s1", "han-20171202-s1"], "groups.han-s1.1", ["did you mean han-20171201-s1"]),
    ("groups/a b", ["han-20171201-s1", "han-20171204-s1"], "groups.a b", ["rename it"]),
    ("decoding/across/decoders", {}, "decoding.across.decoders", ["at least 1"]),
    ("decoding/across/decoders/svm", ["ner"], "decoding.across.decoders.svm", ["an unknown key", "knn, linear"]),
    ("decoding/across/decoders/knn", ["nerr"], "decoding.across.decoders.knn", ["did you mean ner"]),
    ("seeds", 0, "seeds", ["found 0", "a non-empty list"]),
    ("seeds", [], "seeds", ["found []", "a non-empty list"]),
    ("seeds", [0, 0], "seeds", ["different seeds"]),
    ("seeds", [0, -1], "seeds.1", ["found -1", "a whole number from 0"]),
    ("seeds", [True], "seeds.0", ["found true"]),
    ("seeds", [1.0], "seeds.0", ["found 1.0", "a whole number"]),
    ("seeds", ["0"], "seeds.0", ["found '0'", "without quotes"]),
    ("seeds", [2**32], "seeds.0", ["2^32 - 1"]),
    ("device", "gpu", "device", ["found 'gpu'", "one of auto, cpu, cuda", "did you mean cpu?"]),
    ("device", None, "device", ["found null"]),
    ("train_fraction", 0, "train_fraction", ["more than 0"]),
    ("train_fraction", 1, "train_fraction", ["less than 1"]),
    ("train_fraction", float("nan"), "train_fraction", ["found nan", "a number"]),
    ("train_fraction", "8e-1", "train_fraction", ["a number", "decimal point"]),
    ("recordings", "some", "recordings", ["found 'some'", "all, or a non-empty list"]),
    ("recordings", [], "recordings", ["found []"]),
    ("recordings", {"a": 1}, "recordings", ["all, or a non-empty list"]),
    ("data/url", "http://example.org/x", "data.url", ["an https address"]),
    ("data/url", "ftp://example.org/x", "data.url", ["an https address"]),
    ("data/url", "https://x/$(touch hacked)", "data.url", ["an https address"]),
    ("data/mirror", "no/such/folder", "data.mirror", ["found 'no/such/folder'", "a folder that exists"]),
    ("data/mirror", 3, "data.mirror", ["found 3", "a folder, or null"]),
    ("data/tries", 0, "data.tries", ["at least 1"]),
    ("data/timeout", 0, "data.timeout", ["more than 0"]),
    ("pathvars/results", "../elsewhere", "pathvars.results", ["a folder below the working directory"]),
    ("pathvars/results", "a/../../b", "pathvars.results", ["a folder below the working directory"]),
    ("pathvars/results", "a; rm -rf b", "pathvars.results", ["letters, digits"]),
    ("pathvars/results", "", "pathvars.results", ["found ''"]),
    ("pathvars/results", "{method}", "pathvars.results", ["letters, digits"]),
    (f"{SMOOTHED}/areas", ["S2"], "sessions.han-20171201.areas.0", ["found 'S2'", "one of M1, PMd, S1"]),
    (f"{SMOOTHED}/areas", [], "sessions.han-20171201.areas", ["a non-empty list"]),
    (f"{SMOOTHED}/areas", ["S1", "S1"], "sessions.han-20171201.areas", ["different areas"]),
    (f"{SMOOTHED}/bins", 0, "sessions.han-20171201.bins", ["found 0", "at least"]),
    (f"{SMOOTHED}/format", "mat", "sessions.han-20171201.format", ["one of smoothed, trial_data, simulated"]),
    (f"{SMOOTHED}/file", ..., "sessions.han-20171201.file", ["found nothing", "format: smoothed"]),
    (f"{SMOOTHED}/file", "data/Han.mat", "sessions.han-20171201.file", ["a raw file of", "upstream_manifest.csv"]),
    (f"{SMOOTHED}/file", "a\nb.mat", "sessions.han-20171201.file", ["a path without"]),
    (f"{SMOOTHED}/simulate", {"seed": 1, "trials": 9, "neurons": {}}, "sessions.han-20171201.simulate", ["remove it"]),
    (f"{SMOOTHED}/format", "simulated", "sessions.han-20171201.simulate", ["found nothing", "format: simulated"]),
    (SMOOTHED, None, "sessions.han-20171201", ["found null", "a mapping"]),
    ("sessions/..", {}, "sessions...", ["this name", "rename it"]),
    ("sessions/a\nb", {}, "sessions.'a\\nb'", ["this name", "rename it"]),
    ("sessions/a\\b", {}, "sessions.a\\b", ["this name", "rename it"]),
    ("sessions/Han", {}, "sessions.Han", ["lower-case"]),
    ("sessions/" + 70 * "a", {}, "sessions." + 70 * "a", ["at most 64"]),
    ("methods", None, "methods", ["found null", "a mapping"]),
    ("methods/-f", {"module": "ner"}, "methods.-f", ["this name", "rename it"]),
    ("methods/$(id)", {"module": "ner"}, "methods.$(id)", ["this name", "rename it"]),
    ("methods/ner", {}, "methods.ner.module", ["found nothing", "add the key"]),
    ("methods/ner/module", "nre", "methods.ner.module", ["found 'nre'", "did you mean ner?"]),
    ("methods/ner/module", "../ner", "methods.ner.module", ["found '../ner'", "one of cebra"]),
    ("methods/ner/stepz", 5, "methods.ner.stepz", ["an unknown key", "did you mean steps?"]),
    ("methods/ner/steps", 0, "methods.ner.steps", ["found 0", "at least 1"]),
    ("methods/ner/steps", "many", "methods.ner.steps", ["found 'many'", "a whole number"]),
    ("methods/ner/learning_rate", "1e-4", "methods.ner.learning_rate", ["found '1e-4'", "1.0e-4"]),
    ("compare", ["nerr"], "compare", ["found 'nerr'", "one of ner, cebra", "did you mean ner?"]),
    ("compare", "ner", "compare", ["found 'ner'", "a non-empty list"]),
    ("compare", ["ner", "ner"], "compare", ["different names"]),
    (
        "groups/chewie-m1",
        ["chewie-20161007-m1", "chewie-20161014-s1"],
        "groups.chewie-m1.1",
        ["did you mean chewie-20161014-m1"],
    ),
    ("groups/a b", ["chewie-20161014-m1"], "groups.a b", ["this name", "rename it"]),
    ("decoding/across/decoders/linear", ["nre"], "decoding.across.decoders.linear", ["did you mean ner?"]),
    ("decoding/across/decoders/svm", ["ner"], "decoding.across.decoders.svm", ["one of knn, linear"]),
    ("checkpoint_interval", -1, "checkpoint_interval", ["found -1", "at least"]),
    ("figures/fig3/anchor", "chewie-20161014-s1", "figures.fig3.anchor", ["did you mean chewie-20161014-m1"]),
    ("figures/fig77", {}, "figures.fig77", ["an unknown key", "one of fig1"]),
    ("figures/fig1", None, "figures.fig1", ["found null", "a mapping"]),
    ("figures/fig1/recording", "chewie-20161014", "figures.fig1.recording", ["did you mean chewie-20161014-m1"]),
    ("figures/fig1/methods", ["pca2"], "figures.fig1.methods", ["found 'pca2'", "one of ner"]),
    ("figures/fig4/methods", ["ner-5000"], "figures.fig4.methods", ["one of ner, cebra; ", "add it to `compare`"]),
    ("figures/fig4/decoder", "knn", "figures.fig4.decoder", ["one of linear", "add it to `decoding.within.decoders`"]),
    ("figures/fig4", ..., "figures.fig4", ["found nothing", "explained variance", "add the key"]),
    ("figures/fig4/decoder", "svm", "figures.fig4.decoder", ["one of linear, knn"]),
    ("figures/fig4/protocol", "loose", "figures.fig4.protocol", ["one of paper, strict"]),
    ("decoding/within/max_iter", 1.5, "decoding.within.max_iter", ["found 1.5", "a whole number"]),
    ("decoding/within/decoders", ["linear", "linear"], "decoding.within.decoders", ["found ['linear', 'linear']"]),
    ("smoothing/sd", -1, "smoothing.sd", ["found -1", "more than 0"]),
    ("smoothing/half_width", None, "smoothing.half_width", ["found null"]),
]


@pytest.mark.parametrize(("path", "value", "key", "parts"), BAD, ids=[f"{bad[0]}={bad[1]!r}"[:60] for bad in BAD])
def test_bad_values_are_named_with_remedy(paper, path, value, key, parts):
    message = complaint(changed(paper, path, value))
    line = next(line for line in message.splitlines() if line.startswith(f"config {key}: found "))
    assert re.fullmatch(r"config .+?: found .+?; expected .+?; .+", line)
    for part in parts:
        assert part in line
    assert "Traceback" not in message


@pytest.mark.parametrize("path", ["seeds", "device", "methods/ner/steps", "data/tries", "figures/fig4/decoder"])
def test_one_mistake_is_one_line(paper, path):
    assert len(complaint(changed(paper, path, "nonsense")).splitlines()) == 1


def test_recordings_that_no_session_holds(paper):
    message = complaint(changed(paper, "recordings", ["chewie-20161014-m1", "chewie-20161014-s1"]))
    assert message.startswith("config recordings.1: found 'chewie-20161014-s1'; expected one of chewie-20150313-m1, ")
    assert "did you mean" in message


def test_figures_of_recordings_outside_the_run(paper):
    message = complaint(changed(paper, "recordings", ["han-20171201-s1"]))
    assert "config figures.fig4.example: found 'chewie-20161014-m1'; expected one of han-20171201-s1; " in message


def test_keys_that_are_no_texts(paper):
    message = complaint(changed(paper, "sessions", {20161014: {}}))
    assert message == (
        "config sessions.20161014: found the key 20161014; expected a text as key; put it in quotes or rename it"
    )


def test_many_problems_are_counted(paper):
    config = copy.deepcopy(paper)
    for session in config["sessions"].values():
        session["bins"] = 0
    lines = complaint(config).splitlines()
    assert lines[-1] == f"({len(config['sessions']) - 5} more problems)"
    assert len(lines) == 6


def test_simulated_sessions_need_neurons_of_their_areas(paper):
    simulated = {
        "monkey": "Chewie",
        "areas": ["M1", "PMd"],
        "bins": 40,
        "format": "simulated",
        "simulate": {"seed": 1, "trials": 100, "neurons": {"M1": 20}},
    }
    message = complaint(changed(paper, "sessions/chewie-1", simulated))
    assert message.startswith("config sessions.chewie-1.simulate.neurons.PMd: found nothing; ")


def places(instance, path=()):
    yield path
    items = (
        instance.items() if isinstance(instance, dict) else enumerate(instance) if isinstance(instance, list) else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["ner", "all", "M1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere_is_accepted_or_refused(paper, data):
    config = copy.deepcopy(paper)
    *parents, last = data.draw(st.sampled_from([path for path in places(paper) if path]))
    place = config
    for key in parents:
        place = place[key]
    place[last] = data.draw(VALUES)
    try:
        validate(config)
    except ConfigError as error:
        assert all(re.match(r"config |\(\d+ more", line) for line in str(error).splitlines())
    else:
        assert recordings(config)


def described(rules, path=()):
    """Paths in the schema, and whether each is described."""
    rules = {**schema()["$defs"].get(rules.get("$ref", "").rpartition("/")[2], {}), **rules}
    if path:
        yield path, bool(rules.get("description"))
    for key, inner in rules.get("properties", {}).items():
        yield from described(inner, (*path, key))
    if isinstance(rules.get("additionalProperties"), dict):
        yield from described(rules["additionalProperties"], (*path, "*"))


def test_every_key_is_described_and_no_other_allowed():
    assert [path for path, has in described(schema()) if not has] == []

    def closed(rules):
        if isinstance(rules, dict):
            if rules.get("type") == "object" and "module" not in rules.get("properties", {}):
                assert "additionalProperties" in rules, rules
            for inner in rules.values():
                closed(inner)

    closed(schema())
    for module in methods.available():
        rules = methods.settings_schema(module)
        assert rules["additionalProperties"] is False
        for key, setting in rules["properties"].items():
            assert setting.get("description"), f"{module}: {key}"
            assert "default" in setting, f"{module}: {key}"


def leaves(node, path=()):
    """Scalars and lists of a YAML document with the line of their keys."""
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode):
            yield from leaves(value, (*path, key.value))
        else:
            yield (*path, key.value), key.start_mark.line


def test_every_leaf_of_the_config_is_commented():
    text = (ROOT / "config.yaml").read_text()
    lines = text.splitlines()
    starts = [k for k, line in enumerate(lines) if re.match(r"\w", line)]

    def comments(line):
        """Comments of the top-level key that a line belongs to, those above it included."""
        first = max(k for k in starts if k <= line)
        last = min((k for k in starts if k > line), default=len(lines))
        while first and lines[first - 1].startswith("#"):
            first -= 1
        return " ".join(line for line in lines[first:last] if line.lstrip().startswith("#"))

    bare = [
        ".".join(path)
        for path, line in leaves(yaml.compose(text))
        if not lines[line - 1].lstrip().startswith("#") and not re.search(rf"\b{path[-1]}\b", comments(line))
    ]
    assert bare == []
