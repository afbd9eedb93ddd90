"""Malformed configurations and files: each is one line of place, finding, expectation and remedy."""

import copy
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
import yaml
from places import ROOT
from raw_sessions import raw_trials, smoothed_content, write_struct
from runs import Run, errors

from ner.data.embeddings import read_embedding
from ner.data.preprocessing import make_recording
from ner.data.recordings import read_recording
from ner.data.upstream import read_manifest
from ner.decoding.columns import WITHIN
from ner.published.tables import published_within, read_published_embedding
from ner.storage.errors import InputError
from ner.storage.tables import read_csv
from planning.configuration import ConfigError, validate

LINE = r"[^\n]+?: found [^\n]+; expected [^\n]+; [^\n]+"
PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
SMOOTHED = "sessions/han-20171201"
SESSION = {"monkey": "A", "areas": ["M1"], "bins": 40, "format": "trial_data", "file": "a.mat"}

NWB = {"monkey": "A", "areas": ["M1"], "bins": 40, "format": "nwb", "file": "a.nwb"}
ASSET = {"dandiset": "000688", "version": "0.250122.1735", "path": "sub-C/x.nwb"}
DANDI = {key: value for key, value in NWB.items() if key != "file"} | {
    "nwb": {"layout": "perich-miller"},
    "dandi": ASSET,
}
OWN = {
    "area": {"by": "all"},
    "velocity": "processing/behavior/hand_vel",
    "velocity_unit": "cm/s",
    "align": "go_cue_time",
    "direction": "target_dir",
}

# ---- Configurations: path of the key, its value (... removes it), the key that the line names, parts of the line

CONFIGS = [
    ("groups/han-s1", ["han-20171201-s1", "chewie-20161014-m1"], "groups.han-s1", ["han-20171201-s1: 35", "m1: 40"]),
    ("methods/pivae/fitted_fraction", 0.8, "methods.pivae.fitted_fraction", ["less than train_fraction"]),
    ("methods/null", {"module": "ner"}, "methods.null", ["none that means no value"]),
    ("groups/2016", ["han-20171201-s1", "han-20171204-s1"], "groups.2016", ["beginning with a letter"]),
    ("data/mirror", "~nosuchuser/x", "data.mirror", ["a folder that exists"]),
    ("pathvars/figures", "a" * 300, "pathvars.figures", ["File name too long"]),
    ("pathvars/figures", "/dev/null/figures", "pathvars.figures", ["found '/dev/null', which is a file"]),
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
        "verification/findings/turned_labels",
        {"mihili-20140219": -45},
        "verification.findings.turned_labels",
        ["or mihili-20140218"],
    ),
    ("verification/tolerance/ner", {}, "verification.tolerance.ner", ["at least 1"]),
    (
        "verification/tolerance/ner/off_diagonal/position",
        -0.1,
        "verification.tolerance.ner.off_diagonal.position",
        ["at least 0"],
    ),
    ("sedes", [0], "sedes", ["an unknown key", "did you mean seeds?"]),
    ("data/mirrored", None, "data.mirrored", ["did you mean mirror?", "one of archive, mirror, timeout, tries, url"]),
    ("pathvars/tables", "x", "pathvars.tables", ["one of benchmarks, figures, logs, results", "remove it"]),
    ("seeds", ..., "seeds", ["found nothing", "add the key"]),
    ("groups/han-s1", ["han-20171201-s1"], "groups.han-s1", ["at least two different recordings"]),
    ("groups/han-s1", ["han-20171201-s1", "han-20171202-s1"], "groups.han-s1.1", ["did you mean han-20171201-s1"]),
    ("groups/a b", ["han-20171201-s1", "han-20171204-s1"], "groups.a b", ["rename it"]),
    ("decoding/across/decoders", {}, "decoding.across.decoders", ["at least 1"]),
    ("decoding/across/decoders/svm", ["ner"], "decoding.across.decoders.svm", ["found 'svm'", "one of linear, knn"]),
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
    (f"{SMOOTHED}/format", "mat", "sessions.han-20171201.format", ["one of nwb, simulated, smoothed, trial_data"]),
    (f"{SMOOTHED}/file", ..., "sessions.han-20171201.file", ["found nothing", "format: smoothed", "give one of them"]),
    (f"{SMOOTHED}/target_unit", "degrees", "sessions.han-20171201.target_unit", ["an unknown key", "remove it"]),
    (f"{SMOOTHED}/bin_seconds", 0, "sessions.han-20171201.bin_seconds", ["found 0", "more than 0"]),
    (
        f"{SMOOTHED}/labels",
        {"direction_ofset": 45},
        "sessions.han-20171201.labels.direction_ofset",
        ["did you mean direction_offset"],
    ),
    ("sessions/mine", {**SESSION, "velocity_unit": "m"}, "sessions.mine.velocity_unit", ["one of cm/s, m/s, mm/s"]),
    ("sessions/mine", {**SESSION, "keep": ["R"]}, "sessions.mine.keep", ["a mapping"]),
    ("sessions/mine", {**SESSION, "keep": {"result": "R"}}, "sessions.mine.keep.result", ["a list"]),
    ("sessions/mine", {**SESSION, "fields": {"spike": "x"}}, "sessions.mine.fields.spike", ["did you mean spikes?"]),
    ("sessions/mine", {**SESSION, "first_index": 2}, "sessions.mine.first_index", ["one of 0, 1"]),
    ("sessions/mine", {**SESSION, "file": "data/*.mat"}, "sessions.mine.file", ["a path without wildcards"]),
    (
        "sessions/mine",
        {**SESSION, "simulate": {"seed": 1, "trials": 9, "neurons": {"M1": 2}}},
        "sessions.mine.file",
        ["found file and simulate", "one of file, simulate"],
    ),
    (
        "sessions/mine",
        {**NWB, "nwb": {"layout": "perich"}},
        "sessions.mine.nwb.layout",
        ["did you mean perich-miller?"],
    ),
    ("sessions/mine", {**NWB, "nwb": {"layout": "mc-maze", "velo": "x"}}, "sessions.mine.nwb.velo", ["velocity"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "velocity": ...}}, "sessions.mine.nwb.velocity", ["path of the hand's"]),
    (
        "sessions/mine",
        {**NWB, "nwb": {**OWN, "velocity": 3}},
        "sessions.mine.nwb.velocity",
        ["a list of two different paths"],
    ),
    (
        "sessions/mine",
        {**NWB, "nwb": {**OWN, "direction": 3}},
        "sessions.mine.nwb.direction",
        ["{from: displacement}"],
    ),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "area": "M1"}}, "sessions.mine.nwb.area", ["a mapping"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "area": {}}}, "sessions.mine.nwb.area.by", ["add the key"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "bin_seconds": 0}}, "sessions.mine.nwb.bin_seconds", ["more than 0"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "velocity_unit": "cm"}}, "sessions.mine.nwb.velocity_unit", ["cm/s"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "keep": {"result": "R"}}}, "sessions.mine.nwb.keep.result", ["a list"]),
    ("sessions/mine", {**DANDI, "dandi": "000688"}, "sessions.mine.dandi", ["a mapping"]),
    ("sessions/mine", {**DANDI, "dandi": {**ASSET, "dandiset": 688}}, "sessions.mine.dandi.dandiset", ["six digits"]),
    (
        "sessions/mine",
        {**DANDI, "dandi": {**ASSET, "dandiset": "../1"}},
        "sessions.mine.dandi.dandiset",
        ["six digits"],
    ),
    ("sessions/mine", {**DANDI, "dandi": {**ASSET, "version": ".."}}, "sessions.mine.dandi.version", ["a version"]),
    ("sessions/mine", {**DANDI, "dandi": {**ASSET, "path": "../x.nwb"}}, "sessions.mine.dandi.path", ["without .."]),
    ("sessions/mine", {**DANDI, "dandi": {**ASSET, "path": "/etc/x"}}, "sessions.mine.dandi.path", ["a relative path"]),
    ("sessions/mine", {**DANDI, "dandi": {"dandiset": "000688", "path": "x"}}, "sessions.mine.dandi.version", ["add"]),
    ("sessions/mine", {**DANDI, "file": "a.nwb"}, "sessions.mine.file", ["found file and dandi"]),
    ("data/archive/api", "http://example.org", "data.archive.api", ["an https address"]),
    ("data/archive/folder", "../x", "data.archive.folder", ["a folder below"]),
    ("sessions/mine", {**SESSION, "nwb": OWN}, "sessions.mine.nwb", ["an unknown key", "remove it"]),
    (
        "sessions/han-20171204/file",
        "data/SU_3S1/Han_20171201_neural_con_dis_index.mat",
        "sessions.han-20171204.file",
        ["the file of han-20171201", "name all areas of a session in one entry"],
    ),
    (f"{SMOOTHED}/file", "data/Han.mat", "sessions.han-20171201.file", ["a raw file of", "upstream_manifest.csv"]),
    (f"{SMOOTHED}/file", "a\nb.mat", "sessions.han-20171201.file", ["a path without"]),
    (
        f"{SMOOTHED}/simulate",
        {"seed": 1, "trials": 9, "neurons": {}},
        "sessions.han-20171201.simulate",
        ["an unknown key", "remove it"],
    ),
    (f"{SMOOTHED}/format", "trial_date", "sessions.han-20171201.format", ["did you mean trial_data?"]),
    (SMOOTHED, None, "sessions.han-20171201", ["found null", "a mapping"]),
    ("sessions/..", SESSION, "sessions...", ["this name", "rename it"]),
    ("sessions/a\nb", SESSION, "sessions.'a\\nb'", ["this name", "rename it"]),
    ("sessions/a\\b", SESSION, "sessions.a\\b", ["this name", "rename it"]),
    ("sessions/Han", SESSION, "sessions.Han", ["lower-case"]),
    ("sessions/" + 70 * "a", SESSION, "sessions." + 70 * "a", ["at most 64"]),
    ("methods", None, "methods", ["found null", "a mapping"]),
    ("methods/-f", {"module": "ner"}, "methods.-f", ["this name", "rename it"]),
    ("methods/$(id)", {"module": "ner"}, "methods.$(id)", ["this name", "rename it"]),
    ("methods/ner", {}, "methods.ner.module", ["found nothing", "add the key"]),
    ("methods/ner/module", "nre", "methods.ner.module", ["found 'nre'", "did you mean ner?"]),
    ("methods/ner/module", "../ner", "methods.ner.module", ["found '../ner'", "one of average, cebra"]),
    ("methods/ner/stepz", 5, "methods.ner.stepz", ["an unknown key", "did you mean steps?"]),
    ("methods/ner/steps", -1, "methods.ner.steps", ["found -1", "at least 0"]),
    ("methods/ner/steps", "many", "methods.ner.steps", ["found 'many'", "a whole number"]),
    ("methods/ner/learning_rate", "1e-4", "methods.ner.learning_rate", ["found '1e-4'", "1.0e-4"]),
    ("compare", [*PAPER["compare"], "nerr"], "compare", ["found 'nerr'", "one of ner, cebra", "did you mean ner?"]),
    ("compare", "ner", "compare", ["found 'ner'", "a non-empty list"]),
    ("compare", ["ner", "ner"], "compare", ["different names"]),
    (
        "groups/chewie-m1",
        ["chewie-20161007-m1", "chewie-20161014-s1"],
        "groups.chewie-m1.1",
        ["did you mean chewie-20161014-m1"],
    ),
    ("decoding/across/decoders/linear", ["nre"], "decoding.across.decoders.linear", ["did you mean ner?"]),
    ("decoding/across/decoders/svm", ["ner"], "decoding.across.decoders.svm", ["one of linear, knn"]),
    ("checkpoint_interval", -1, "checkpoint_interval", ["found -1", "at least"]),
    ("example", "chewie-20161014-s1", "example", ["did you mean chewie-20161014-m1"]),
    ("figures/fig77", {}, "figures.fig77.kind", ["found nothing", "add the key"]),
    ("figures/fig1", "fig1", "figures.fig1", ["found 'fig1'", "a mapping or null"]),
    ("example", "chewie-20161014", "example", ["did you mean chewie-20161014-m1"]),
    ("figures/fig1/methods", ["pca2"], "figures.fig1.methods", ["found 'pca2'", "one of ner"]),
    (
        "figures/fig4/methods",
        ["ner-5000"],
        "figures.fig4.methods",
        ["dpca; ", "add it to `compare`"],
    ),
    ("figures/fig3/averages_only", ["pac"], "figures.fig3.averages_only", ["did you mean pca?"]),
    (
        "figures/fig4/kind",
        "within",
        "figures.fig4.kind",
        ["one of across, across_latents, alignments, consistency, controls"],
    ),
    ("figures/fig4/decoder", "svm", "figures.fig4.decoder", ["one of linear"]),
    ("figures/fig5/group", "chewie-m2", "figures.fig5.group", ["one of chewie-m1, ", "did you mean chewie-m1"]),
    ("figures/fig5/seed", 0, "figures.fig5.seed", ["an unknown key", "one of group, kind, protocol"]),
    ("figures/fig6/area", "V1", "figures.fig6.area", ["one of M1, PMd, S1"]),
    ("figures/fig6/methods", ["nre"], "figures.fig6.methods", ["did you mean ner?"]),
    ("figures/fig6/anchor", "chewie-20150313-m1", "figures.fig6.anchor", ["one of chewie-20160929-m1, "]),
    ("figures/fig6/anchor", "han-1", "figures.fig6.anchor", ["found 'han-1'"]),
    ("figures/fig4/protocol", "loose", "figures.fig4.protocol", ["one of paper, strict"]),
    ("decoders/linear/max_iter", 1.5, "decoders.linear.max_iter", ["found 1.5", "a whole number"]),
    ("decoders/linear/module", "svm", "decoders.linear.module", ["one of knn, linear"]),
    ("decoding/across/settings/linear", {"max_it": 5}, "decoding.across.settings.linear.max_it", ["an unknown key"]),
    ("decoding/within/settings/svm", {}, "decoding.within.settings.svm", ["one of linear, knn"]),
    ("decoding/within/decoders", ["linear"], "decoding.within.decoders", ["found ['linear']", "a mapping"]),
    ("decoding/within/decoders/knn", "all", "decoding.within.decoders.knn", ["compared, or a list"]),
    ("decoding/within/decoders/knn", ["nre"], "decoding.within.decoders.knn", ["did you mean ner"]),
    ("smoothing/sd", -1, "smoothing.sd", ["found -1", "more than 0"]),
    ("smoothing/half_width", None, "smoothing.half_width", ["found null"]),
    ("data/url", "http://localhost:80@example.org/x", "data.url", ["an https address"]),
    ("data/url", "http://localhost.example.org/x", "data.url", ["an https address"]),
    ("data/url", "file:///etc", "data.url", ["an https address"]),
    ("data/mirror", "$(touch hacked)", "data.mirror", ["a folder, or null"]),
    ("pathvars/figures", "a\nb", "pathvars.figures", ["letters, digits"]),
    ("pathvars/logs", "a b", "pathvars.logs", ["letters, digits"]),
    ("sessions/../x", SESSION, "sessions.../x", ["this name", "rename it"]),
    ("sessions/$(touch hacked)", SESSION, "sessions.$(touch hacked)", ["this name", "rename it"]),
    ("sessions/.hidden", SESSION, "sessions..hidden", ["this name", "rename it"]),
    (f"{SMOOTHED}/file", "../a'b.mat", "sessions.han-20171201.file", ["a path without"]),
    (f"{SMOOTHED}/monkey", "../x", "sessions.han-20171201.monkey", ["a name of at most 64"]),
    ("methods/a'b", {"module": "ner"}, "methods.a'b", ["this name", "rename it"]),
    ("methods/../x", {"module": "ner"}, "methods.../x", ["this name", "rename it"]),
    ("methods/a b", {"module": "ner"}, "methods.a b", ["this name", "rename it"]),
    ("methods/ner\n", {"module": "ner"}, "methods.'ner\\n'", ["this name", "rename it"]),
    ("groups/..", ["han-20171201-s1", "han-20171204-s1"], "groups...", ["this name", "rename it"]),
    ("methods/NER", {"module": "ner"}, "methods.NER", ["the name ner in other letters", "rename it"]),
    ("groups/Han-S1", ["han-20171201-s1", "han-20171204-s1"], "groups.Han-S1", ["the name han-s1 in other letters"]),
    ("data/archive/folder", "/dev/null", "data.archive.folder", ["found '/dev/null', which is a file"]),
    (
        "smoothing",
        {"sd": 50, "half_width": 4},
        "smoothing.half_width",
        ["a half_width of 4 for an sd of 50", "0 for none"],
    ),
    (
        "sessions/mine",
        {**SESSION, "smoothing": {"sd": 50, "half_width": 150}},
        "sessions.mine.smoothing.sd",
        ["found 50, where trials have 40 bins", "set it in bins"],
    ),
    ("sessions/mine", {**SESSION, "labels": {"nearest": 7}}, "sessions.mine.labels.nearest", ["360 is a multiple"]),
    ("sessions/mine", {**SESSION, "file": "a\0.mat"}, "sessions.mine.file", ["a path without"]),
    (
        "sessions/mine",
        {**SESSION, "bins": "40"},
        "sessions.mine.bins",
        ["found '40'", "a whole number from 2, or {min"],
    ),
    (
        "sessions/mine",
        {**SESSION, "areas": ["M1", "PMd"], "fields": {"spikes": "units"}},
        "sessions.mine.fields.spikes",
        ["one field for M1 and PMd"],
    ),
    (
        "sessions/mine",
        {**NWB, "areas": ["M1", "PMd"], "nwb": OWN},
        "sessions.mine.nwb.area",
        ["by: all, and the areas M1, PMd", "name it, or a single area"],
    ),
    (
        "sessions/mine",
        {**NWB, "areas": ["M1", "PMd"], "nwb": {**OWN, "area": {"by": "location", "map": {"M1": ["a"], "PMd": ["A"]}}}},
        "sessions.mine.nwb.area.map",
        ["found 'a' for M1 and for PMd"],
    ),
    (
        "sessions/mine",
        {**NWB, "nwb": {**OWN, "area": {"by": "location", "map": {"V1": ["a"]}}}},
        "sessions.mine.nwb.area.map.V1",
        ["expected M1, PMd or S1"],
    ),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "axes": [0, 0]}}, "sessions.mine.nwb.axes", ["without repetitions"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "velocity": ["a", "a"]}}, "sessions.mine.nwb.velocity", ["two different"]),
    ("sessions/mine", {**NWB, "nwb": {**OWN, "start": -100}}, "sessions.mine.nwb.start", ["at least -10", "(s from"]),
    ("folds", "null", "folds", ["found 'null'", "write it without quotes", "and in a config file"]),
    ("folds", [-90, 90], "folds", ["found direction -90", "write 270"]),
    ("folds", ["90", 90], "folds", ["found condition 90 twice"]),
    ("figures/fig1", "null", "figures.fig1", ["found 'null'", "and in a config file"]),
    ("seeds", "[0, 1]", "seeds", ["found '[0, 1]'", "write it without quotes"]),
    ("recordings", ["chewie-20161014-m1", "../../x"], "recordings.1", ["found '../../x'", "one of chewie"]),
    ("example", "$(id)", "example", ["found '$(id)'", "one of chewie"]),
]


def changed(config, path, value):
    """The configuration with the value at a path, or without it where that is `...`."""
    config = copy.deepcopy(config)
    place, last = config, path
    # A name may hold slashes itself.
    while "/" in last and (key := last.split("/")[0]) in place:
        place, last = place[key], last.removeprefix(f"{key}/")
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return config


def without_dots(value):
    """A session without the keys of `nwb` that are `...`."""
    if not isinstance(value, dict) or not isinstance(value.get("nwb"), dict):
        return value
    return {**value, "nwb": {name: given for name, given in value["nwb"].items() if given is not ...}}


@pytest.mark.parametrize(
    ("path", "value", "key", "parts"), CONFIGS, ids=[f"{path}={value!r}"[:60] for path, value, *_ in CONFIGS]
)
def test_configurations(path, value, key, parts):
    with pytest.raises(ConfigError) as raised:
        validate(changed(PAPER, path, without_dots(value)))
    message = str(raised.value)
    # Printed for those who look (-s), as all the lines here.
    print(message)
    assert re.fullmatch(LINE, message)
    assert message.startswith(f"config {key}: found ")
    for part in parts:
        assert part in message


# ---- Files: what is wrong, how it is written, how it is read, part of the line


def mat(**content):
    return lambda path: scipy.io.savemat(path, content, appendmat=False)


def smoothed(**changes):
    """A file of the authors' form: 80 trials of 4 bins, 3 neurons; with other variables."""
    content = smoothed_content() | changes
    return mat(**{name: values for name, values in content.items() if values is not None})


def trials(**changes):
    """A raw file of 80 trials, 3 neurons; with other fields in each of them."""
    return lambda path: write_struct(path, [{**trial, **changes} for trial in raw_trials()])


def npz(**arrays):
    def write(path):
        with open(path, "wb") as file:
            np.savez(file, **arrays)

    return write


def text(content):
    return lambda path: Path(path).write_text(content)


def parquet(**columns):
    """A table without the metadata that this workflow's have."""
    return lambda path: pq.write_table(pa.table(columns), path)


def ours(**columns):
    """A table with them."""
    return lambda path: pq.write_table(pa.table(columns).replace_schema_metadata({"ner": "{}"}), path)


def a_smoothed(path):
    return make_recording(path, "a-1-m1", format="smoothed", area="M1", bins=4, train_fraction=0.8)


def a_raw(path):
    return make_recording(path, "a-1-m1", format="trial_data", area="M1", bins=4, train_fraction=0.8)


def a_published_table(path):
    return published_within({"data_NER/Fig4/NPZ_M1/NER_Chewie2015.npz": path})


def a_published_embedding(path):
    return read_published_embedding(path, "chewie-20161014-m1")


def a_table(path):
    return read_csv(path, WITHIN)


NAN = np.ones((320, 3)) * np.where(np.arange(320) == 7, np.nan, 1)[:, None]
HEADER, SHA1 = "path,git_blob_sha1,kind\n", 40 * "a"
FILES = [
    ("missing .mat", None, a_smoothed, "found no such file"),
    ("empty .mat", text(""), a_smoothed, "found an empty file"),
    ("a web page as .mat", text("<html>not found</html>" * 99), a_smoothed, "found a web page"),
    ("a web page as raw .mat", text("<html>not found</html>" * 99), a_raw, "found a web page"),
    ("another area's .mat", smoothed(neural_M1=None, neural_PMd=np.ones((320, 3))), a_smoothed, "also ['neural_M1']"),
    ("no movements", smoothed(continuous_index=None), a_smoothed, "also ['continuous_index']"),
    ("NaN rates", smoothed(neural_M1=NAN), a_smoothed, "neural_M1: 3 values NaN or infinite, first in row 8"),
    ("negative rates", smoothed(neural_M1=-np.ones((320, 3))), a_smoothed, "neural_M1 with values below 0"),
    ("texts as rates", smoothed(neural_M1="rates"), a_smoothed, "neural_M1 of type"),
    (
        "cut-off rates",
        smoothed(neural_M1=np.ones((319, 3))),
        a_smoothed,
        "neural_M1 (319, 3), continuous_index (320, 2)",
    ),
    ("no neurons", smoothed(neural_M1=np.ones((320, 0))), a_smoothed, "neural_M1 (320, 0)"),
    ("one direction", smoothed(discrete_index=np.zeros((320, 1))), a_smoothed, "trials to a single direction"),
    ("a .mat without trials", mat(trials=np.ones(3)), a_raw, "also ['trial_data']"),
    ("a .mat of numbers", mat(trial_data=np.ones(3)), a_raw, "trial_data, which is no struct array"),
    ("counts of another length", trials(M1_spikes=np.ones((9, 3))), a_raw, "M1_spikes and vel have other numbers of"),
    (
        "fractional counts",
        trials(M1_spikes=np.full((15, 3), 0.5), vel=np.ones((15, 2))),
        a_raw,
        "80 of 80 trials malformed: spike counts with",
    ),
    ("a go cue before the trial", trials(idx_goCueTime=0.0), a_raw, "idx_goCueTime 0 in 80 of 80 trials"),
    ("a text as velocity", trials(vel="fast"), a_raw, "80 of 80 trials malformed: vel of type str"),
    ("missing .npz", None, a_published_table, "found no such file"),
    ("a web page as .npz", text("<html>404</html>"), a_published_table, "found a damaged file"),
    ("an .npz of something else", npz(x=np.ones(3)), a_published_table, "also ['date_subjects'"),
    ("trial averages", npz(x=np.ones(3)), a_published_embedding, "also ['cebra_veldir_train'"),
    ("missing embedding", None, read_embedding, "found no such file"),
    ("empty embedding", text(""), read_embedding, "found a damaged file"),
    ("another program's parquet", parquet(z1=[1.0]), read_embedding, "found a damaged file ("),
    ("an embedding without coordinates", ours(split=["train"]), read_embedding, "found columns ['split']"),
    ("a recording without rates", ours(trial=[0]), read_recording, "found columns ['trial']"),
    ("missing table", None, a_table, "found no such file"),
    ("empty table", text(""), a_table, "found a damaged file"),
    ("a table with other columns", text("a,b\n1,2\n"), a_table, "found columns ['a', 'b']"),
    ("a table with too many cells", text("a,b\n1,2\n1,2,3\n"), a_table, "found a damaged file"),
    ("missing manifest", None, read_manifest, "found No such file"),
    ("a manifest without hashes", text("path,kind\na,raw\n"), read_manifest, "found no column 'git_blob_sha1'"),
    (
        "a manifest with half a hash",
        text("path,git_blob_sha1,kind\na,abc,raw\n"),
        read_manifest,
        "found hash 'abc' of a",
    ),
    ("a manifest that leaves", text(f"path,git_blob_sha1,kind\n../a,{SHA1},raw\n"), read_manifest, "found path '../a'"),
    ("a manifest of the root", text(f"path,git_blob_sha1,kind\n/a,{SHA1},raw\n"), read_manifest, "found path '/a'"),
]


@pytest.mark.parametrize(("write", "read", "finding"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_files(tmp_path, write, read, finding):
    path = tmp_path / "file"
    if write:
        write(path)
    with pytest.raises(InputError) as raised:
        read(path)
    message = str(raised.value)
    print(message.replace(str(path), "FILE"))
    assert re.fullmatch(LINE, message)
    assert message.startswith(f"{path}: ")
    assert finding in message


# ---- What the command line says


COMMANDS = [
    ({"seeds": [0, -1]}, "config seeds.1: found -1; "),
    ({"figures": {"fig2": {"method": "nre"}}}, "config figures.fig2.method: found 'nre'; "),
    ({"methods": {"$(touch hacked)": {"module": "ner"}}}, "config methods.$(touch hacked): found this name; "),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize(("change", "beginning"), COMMANDS, ids=[next(iter(change)) for change, _ in COMMANDS])
def test_a_bad_configuration_stops_all_before_anything_is_written(run, change, beginning):
    run.configure()
    overlay = run.folder / "overlay.yaml"
    given = yaml.safe_load(overlay.read_text())
    for key, value in change.items():
        given[key] = {**given[key], **value} if isinstance(given.get(key), dict) else value
    overlay.write_text(yaml.safe_dump(given))
    result = run.snakemake()
    assert result.returncode != 0
    (line,) = (line for line in result.stderr.splitlines() if "; expected " in line)
    assert line.startswith(beginning)
    # Beyond it: which profile and config are used, and where the workflow checks.
    assert len(result.stderr.splitlines()) <= 6
    assert "Traceback" not in result.stderr
    assert "Traceback" in run.snakemake("--verbose").stderr
    assert sorted(path.name for path in run.folder.iterdir() if path.name != ".snakemake") == [
        "config.yaml",
        "overlay.yaml",
    ]


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        ("fig44", "did you mean fig4"),
        ("results/tables/witihn.csv", "did you mean results/tables/within.csv"),
        ("x", "snakemake --list-target-rules lists figures and others"),
    ],
)
def test_a_target_that_nothing_makes_is_one_line(run, target, remedy):
    run.configure()
    result = run.snakemake("--dry-run", target)
    assert result.returncode != 0
    said = result.stdout + result.stderr
    (line,) = (line for line in said.splitlines() if "; expected " in line)
    assert line.startswith(f"target: found {target!r}; expected a figure, another rule, or a file that a rule makes; ")
    assert remedy in line
    assert "Traceback" not in said and "No rule to produce" not in said


def test_a_bad_file_stops_its_job_in_one_line_and_its_log_has_the_traceback(run):
    trials(vel="fast")(run.folder / "mine.mat")
    mine = {"monkey": "A", "areas": ["M1"], "bins": 4, "format": "trial_data", "file": "mine.mat"}
    run.configure(sessions={"mine": mine}, recordings=["mine-m1"])
    result = run.snakemake("results/recordings/mine-m1.parquet")
    assert result.returncode != 0
    (line,) = errors(result)
    assert re.fullmatch(LINE, line) and line.startswith(
        "error: mine.mat: found 80 of 80 trials malformed: vel of type "
    )
    # Said again, below all that snakemake says of the job.
    end = result.stderr[result.stderr.index("What failed, and what to do:\n") :].splitlines()
    log = "results/logs/preprocess/mine-m1.log"
    assert end[1] == f"  preprocess: {line.removeprefix('error: ')} (log: {log})"
    assert len(end) <= 6
    assert "Traceback" not in result.stderr
    assert "Traceback" in (run.folder / log).read_text()
    assert run.made() == []
