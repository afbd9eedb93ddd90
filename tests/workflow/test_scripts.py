"""Scripts read the coordinates that a protocol asks for, where the strict ones are others than the paper's."""

import runpy
import signal
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from places import ROOT
from samples import LINEAR, simulated_recording
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.data.embeddings import write_embedding
from ner.decoding.columns import ACROSS, WITHIN
from ner.decoding.movements import read_movements
from ner.storage.tables import read_csv

SCRIPTS = ROOT / "workflow" / "scripts"


class Files(list):
    """Files by name, or lists of such, as Snakemake gives them to a script."""

    def __init__(self, named):
        super().__init__(path for of in named.values() for path in ([of] if isinstance(of, str) else of))
        self.__dict__.update(named, items=named.items)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a script as Snakemake does, in this process."""
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    handler = signal.getsignal(signal.SIGTERM)

    def run(script, *, inputs, outputs, params, **wildcards):
        places = {"results": str(tmp_path), "logs": str(tmp_path)}
        rule = SimpleNamespace(
            threads=1,
            rule=script,
            log=[str(tmp_path / "log")],
            input=Files(inputs),
            output=Files({name: str(tmp_path / path) for name, path in outputs.items()}),
            params=SimpleNamespace(**(params | places), items=(params | places).items),
            wildcards=SimpleNamespace(**wildcards),
        )
        runpy.run_path(str(SCRIPTS / f"{script}.py"), init_globals={"snakemake": rule})

    yield run
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def embedded(tmp_path):
    """Makes an embedding file of a recording; gives the file, the recording and its coordinates by protocol."""

    def embedded(seed):
        recording = simulated_recording(seed=seed)
        rng = np.random.default_rng(seed)
        axes = rng.normal(size=(2, 3))
        paper, strict = (recording.velocity @ axes + rng.normal(0, sd, (len(recording.bin), 3)) for sd in (1, 9))
        path = tmp_path / f"{recording.name}.parquet"
        write_embedding(path, recording, paper, strict, {"method": "pivae", "seed": seed, "settings": {}})
        return str(path), recording, {"paper": paper, "strict": strict}

    return embedded


def held_out(coordinates, recording, *, swapped):
    """Velocity R2 of test trials, of a decoder of the training trials."""
    train = recording.train
    found = LinearRegression().fit(coordinates[train], recording.velocity[train]).predict(coordinates[~train])
    pair = (recording.velocity[~train], found)
    return r2_score(*(pair[::-1] if swapped else pair))


def value(table, **where):
    for name, of in where.items():
        table = table[table[name] == of]
    (found,) = table["value"]
    return found


def test_decoding_within_a_recording_reads_each_seed_and_protocol(tmp_path, run, embedded):
    seeds = {4: embedded(1), 7: embedded(2)}
    run(
        "decode_within",
        inputs={"embeddings": [path for path, *_ in seeds.values()]},
        outputs={"metrics": "within.csv", "time": "within.time.csv", "null": "within.null.csv"},
        params={"decoders": {"linear": LINEAR}, "recording": "a", "fold": None, "seeds": list(seeds)},
        method="pivae",
    )
    table = read_csv(tmp_path / "within.csv", WITHIN)
    for seed, (_, recording, coordinates) in seeds.items():
        for protocol, swapped in (("paper", True), ("strict", False)):
            expected = held_out(coordinates[protocol], recording, swapped=swapped)
            of = {"seed": seed, "protocol": protocol, "split": "test", "metric": "velocity_r2"}
            assert value(table, **of) == pytest.approx(expected)


def test_decoded_movements_of_a_protocol_are_those_of_its_coordinates(tmp_path, run, embedded):
    path, recording, coordinates = embedded(1)
    run(
        "decode_movements",
        inputs={"embedding": path},
        outputs={protocol: f"{protocol}.parquet" for protocol in coordinates},
        params={"decoders": {"linear": LINEAR}},
    )
    train = recording.train
    for protocol, points in coordinates.items():
        found = read_movements(tmp_path / f"{protocol}.parquet").decoded_velocity
        expected = LinearRegression().fit(points[train], recording.velocity[train]).predict(points)
        np.testing.assert_allclose(found, expected)


def test_decoding_across_recordings_reads_the_coordinates_of_each_protocol(tmp_path, run, embedded):
    recordings = {"a": embedded(1), "b": embedded(2)}
    protocols = {"paper": True, "strict": False, "unaligned": False, "target-trained": False}
    run(
        "decode_across",
        inputs={"embeddings": [path for path, *_ in recordings.values()]},
        outputs={"metrics": "across.csv", "time": "across.time.csv", "null": "across.null.csv"},
        params={
            "decoders": {"linear": LINEAR},
            "recordings": list(recordings),
            "protocols": list(protocols),
            "group": "days",
            "fold": None,
        },
        method="pivae",
        group="days",
        seed="3",
    )
    table = read_csv(tmp_path / "across.csv", ACROSS)
    for name, (_, recording, coordinates) in recordings.items():
        for protocol, swapped in protocols.items():
            of = {"source": name, "target": name, "protocol": protocol, "metric": "velocity_r2"}
            expected = held_out(coordinates["paper" if protocol == "paper" else "strict"], recording, swapped=swapped)
            assert value(table, **of) == pytest.approx(expected)
