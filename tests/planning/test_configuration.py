"""The configuration: what is accepted, and what is said about the rest."""

import copy
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import ROOT
from snakemake.utils import update_config

from ner.decoding.decoders import registry as decoders
from ner.decoding.protocols import PROTOCOLS
from ner.methods import registry as methods
from planning.configuration import ConfigError, schema, validate
from planning.run import recordings

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


@pytest.mark.parametrize("path", ["seeds", "device", "methods/ner/steps", "data/tries", "figures/fig4/decoder"])
def test_one_mistake_is_one_line(paper, path):
    assert len(complaint(changed(paper, path, "nonsense")).splitlines()) == 1


def test_recordings_that_no_session_holds(paper):
    message = complaint(changed(paper, "recordings", ["chewie-20161014-m1", "chewie-20161014-s1"]))
    assert message.startswith("config recordings.1: found 'chewie-20161014-s1'; expected one of chewie-20150313-m1, ")
    assert "did you mean" in message


def test_figures_of_recordings_outside_the_run(paper):
    message = complaint(changed(paper, "recordings", ["han-20171201-s1"]))
    assert "config example: found 'chewie-20161014-m1'; expected one of han-20171201-s1; " in message


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
    assert lines[-1] == f"(and {len(config['sessions']) - 5} more)"
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
        assert all(re.match(r"config |\(and \d+ more", line) for line in str(error).splitlines())
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
            # A module, a file format and a kind of figure describe and check their other keys themselves.
            if rules.get("type") == "object" and not {"module", "format", "kind"} & set(rules.get("properties", {})):
                assert "additionalProperties" in rules, rules
            for inner in rules.values():
                closed(inner)

    closed(schema())
    for registry, module in ((r, module) for r in (methods, decoders) for module in r.module_names()):
        rules = registry.settings_schema(module)
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


def test_the_schema_knows_every_protocol():
    across = schema()["properties"]["decoding"]["properties"]["across"]["properties"]
    assert across["protocols"]["items"]["enum"] == list(PROTOCOLS)
