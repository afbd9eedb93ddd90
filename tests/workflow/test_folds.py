"""A run over two folds, from raw files to Figures 4 and 5, its values decoded again by hand from each fold's files."""

import numpy as np
import pandas as pd
import pytest
from runs import Run
from scipy.linalg import orthogonal_procrustes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from ner.data.embeddings import read_embedding
from ner.data.recordings import read_recording

RECORDINGS = ["demo-one-m1", "demo-two-m1"]
SESSIONS = {
    f"demo-{name}": {
        "monkey": "Demo",
        "areas": ["M1"],
        "bins": 20,
        "format": "simulated",
        "simulate": {"seed": seed, "trials": 66, "neurons": {"M1": 6}},
    }
    for name, seed in (("one", 5), ("two", 6))
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("folds"))
    run.configure(
        SESSIONS,
        RECORDINGS,
        folds=2,
        groups={"both": RECORDINGS},
        methods={"ner": {"steps": 20}},
        compare=["ner", "pca"],
        seeds=[0],
        decoding={
            "within": {"decoders": {"knn": []}},
            "across": {"decoders": {"linear": ["ner"], "knn": []}, "protocols": ["strict"]},
        },
        figures={
            **dict.fromkeys(["fig1", "fig2", "fig3", "fig4", "fig4_knn", "fig6", "fig6_mihili", "fig7"]),
            **dict.fromkeys(["fig7_latents", "film"]),
            "fig5": {"group": "both", "protocol": "strict"},
        },
    )
    planned = run.planned()
    result = run.snakemake()
    assert result.returncode == 0, result.stderr
    return run, planned, result.stdout + result.stderr


def table(run, name):
    return pd.read_csv(run.results / "tables" / f"{name}.csv")


def embedding(run, recording, fold, method="ner"):
    return read_embedding(run.results / "embeddings" / method / f"{recording}-fold{fold}" / "seed0.parquet", "strict")


def r2_by_hand(fitted, target, rotation=None):
    """Least squares fitted to the training bins of one embedding, and scored on the test bins of another."""
    coordinates = fitted.coordinates if rotation is None else fitted.coordinates @ rotation
    model = LinearRegression().fit(coordinates[fitted.train], fitted.velocity[fitted.train])
    return r2_score(target.velocity[~target.train], model.predict(target.coordinates[~target.train]))


def averages(found):
    """Training averages of the directions, one below the other."""
    folded = found.coordinates.reshape(-1, 20, found.coordinates.shape[1])
    trained, directions = found.train[::20], found.direction[::20]
    return np.concatenate([folded[trained & (directions == d)].mean(axis=0) for d in range(0, 360, 45)])


def test_each_fold_has_its_jobs(finished):
    _, planned, said = finished
    assert planned["preprocess"] == 2 * 2 and planned["embed"] == planned["decode_within"] == 2 * 2 * 2
    assert planned["decode_across"] == 2
    assert said.count("folds: 2 folds of consecutive trials, each held out once; no value is held against") == 1


def test_both_folds_are_the_same_trials_with_the_other_half_held_out(finished):
    run, _, _ = finished
    first, second = (read_recording(run.results / "recordings" / f"demo-one-m1-fold{k}.parquet") for k in (1, 2))
    assert first.name == second.name == "demo-one-m1"
    # Fold 1 holds out the first half, which stands last in its file.
    half = np.count_nonzero(~first.train)
    np.testing.assert_array_equal(np.roll(first.rates, half, axis=0), second.rates)
    np.testing.assert_array_equal(np.roll(first.train, half), ~second.train)
    row = table(run, "recordings").set_index("recording").loc["demo-one-m1"]
    assert row["split"] == "2 folds of consecutive trials, each held out once"
    assert row["trials"] == first.trial[-1] + 1 and row["train_trials"] == half // 20


def test_tables_hold_what_decoding_by_hand_gives_in_each_fold(finished):
    run, _, _ = finished
    within = table(run, "within")
    assert set(within["recording"]) == set(RECORDINGS) and set(within["fold"]) == {1, 2}
    of = within[(within["protocol"] == "strict") & (within["split"] == "test") & (within["metric"] == "velocity_r2")]
    assert len(of) == 2 * 2 * 2
    for row in of.itertuples():
        found = embedding(run, row.recording, row.fold, row.method)
        assert row.value == pytest.approx(r2_by_hand(found, found), abs=1e-8)
    across = table(run, "across")
    across = across[(across["metric"] == "velocity_r2") & (across["source"] != across["target"])]
    assert len(across) == 2 * 2 and set(across["group"]) == {"both"}
    for row in across.itertuples():
        source, target = (embedding(run, name, row.fold) for name in (row.source, row.target))
        rotation = orthogonal_procrustes(averages(source), averages(target))[0]
        assert row.value == pytest.approx(r2_by_hand(source, target, rotation), abs=1e-8)


def test_figures_show_means_over_folds(finished):
    run, _, _ = finished
    figures = run.folder / "figures"
    within = table(run, "within")
    shown = pd.read_csv(figures / "fig4_strict_sessions.csv").set_index(["method", "recording", "metric"])
    assert (shown["seeds"] == 1).all() and (shown["folds"] == 2).all() and shown["published"].isna().all()
    tested = within[(within["protocol"] == "strict") & (within["split"] == "test")]
    means = tested.groupby(["method", "recording", "metric"])["value"].agg(["mean", "std"])
    np.testing.assert_allclose(shown["mean"], means["mean"].reindex(shown.index), rtol=1e-8)
    np.testing.assert_allclose(shown["sd"], means["std"].reindex(shown.index), rtol=1e-6)
    cells = pd.read_csv(figures / "fig5_cells.csv").set_index(["metric", "source", "target"])
    means = table(run, "across").groupby(["metric", "source", "target"])["value"].mean()
    np.testing.assert_allclose(cells["mean"], means.reindex(cells.index), rtol=1e-8)
    assert (cells["folds"] == 2).all()
    # Movements of a single recording are those of its last fold.
    movements = pd.read_csv(figures / "fig4_strict_movements.csv")
    last = read_recording(run.results / "recordings" / "demo-one-m1-fold2.parquet")
    np.testing.assert_allclose(movements[movements["method"] == "ner"]["vx"], last.velocity[~last.train, 0], rtol=1e-8)


def test_pages_say_what_was_split(finished):
    run, _, _ = finished
    assert "2 folds of consecutive trials, each held out once" in (run.results / "index.html").read_text()
    benchmarks = pd.read_csv(run.results / "benchmarks.csv")
    assert {"demo-one-m1-fold1", "both-fold2"} <= set(benchmarks["job"])
    assert run.planned() == {}
