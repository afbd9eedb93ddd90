"""The reader of the authors' files, on files laid out like theirs and on theirs."""

import re

import numpy as np
import pytest
import yaml
from places import MANIFEST as MANIFEST_FILE
from places import ROOT
from samples import MIRRORED
from scipy.io import loadmat

from ner.data.upstream import read_manifest
from ner.published.catalogue import METHODS, one_each, published_embeddings, published_selections, published_tables
from ner.published.tables import (
    METRICS_PUBLISHED,
    published_across,
    published_curved,
    published_loss,
    published_within,
    read_published_embedding,
)
from ner.storage.errors import InputError

MANIFEST = read_manifest(MANIFEST_FILE)
WITHIN = "data_NER/Fig4/NPZ_M1/NER_Chewie2015.npz"
WITHIN_PMD = "data_NER/Fig4/NPZ_PMd_S1/NER_Chewie2016.npz"
ACROSS = "data_NER/Fig5/Cebra_16D_Chewie_kNN.npz"
ACROSS_AREAS = "data_NER/Fig6/NER_Chewie.npz"
UNLABELLED = "data_NER/Fig6/piVAE_Chewie.npz"


def recordings_of_config():
    sessions = yaml.safe_load((ROOT / "config.yaml").read_text())["sessions"]
    return {f"{name}-{area.lower()}" for name, session in sessions.items() for area in session["areas"]}


def table(labels, rows, columns, time_shape, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "date_subjects": np.array(labels),
        "vel_R_2D": rng.normal(size=(rows, columns)),
        "pos_R_2D": rng.normal(size=(rows, columns)),
        "peak_acc_2D": rng.uniform(0, 100, (rows, columns)),
        "acc_time_2D": rng.uniform(0, 100, time_shape),
    }


def save(folder, arrays):
    path = folder / "table.npz"
    np.savez(path, **arrays)
    return path


def value(frame, **of):
    for column, wanted in of.items():
        frame = frame[frame[column] == wanted]
    assert len(frame) == 1
    return frame["value"].item()


# ---- What is where


def test_every_published_file_of_the_manifest_is_understood():
    embeddings = [*published_embeddings(MANIFEST), *published_selections(MANIFEST)]
    kinds = {"published-table": published_tables(MANIFEST), "published-embedding": embeddings}
    for kind, found in kinds.items():
        assert {file.path for file in found} == {path for path, file in MANIFEST.items() if file.kind == kind}


def test_published_recordings_and_methods_are_those_of_the_paper():
    known = recordings_of_config()
    embeddings = published_embeddings(MANIFEST)
    assert {embedding.recording for embedding in embeddings} <= known
    assert {embedding.method for embedding in embeddings} == set(METHODS.values())
    for file in published_tables(MANIFEST):
        assert any(file.covers(recording) for recording in known)


@pytest.mark.parametrize(
    ("path", "covered", "others"),
    [
        (WITHIN, ["chewie-20150313-m1"], ["chewie-20161007-m1", "chewie-20150313-pmd", "mihili-20150313-m1"]),
        (WITHIN_PMD, ["chewie-20161007-pmd"], ["chewie-20161007-m1"]),
        ("data_NER/Fig4/NPZ_PMd_S1/UMAP_label_Han2017.npz", ["han-20171201-s1"], ["chewie-20161007-pmd"]),
        (ACROSS, ["chewie-20150313-m1", "chewie-20161021-m1"], ["chewie-20161021-pmd", "simulated-1-m1"]),
        (ACROSS_AREAS, ["chewie-20161021-m1", "chewie-20161021-pmd"], ["chewie-20150313-m1"]),
    ],
)
def test_a_table_covers_its_monkey_years_and_areas(path, covered, others):
    (file,) = published_tables([path])
    assert all(map(file.covers, covered)) and not any(map(file.covers, others))


def test_one_embedding_is_chosen_per_method_and_recording():
    embeddings = published_embeddings(MANIFEST)
    chosen = one_each(embeddings)
    keys = [(embedding.method, embedding.recording) for embedding in chosen]
    assert keys == sorted({(embedding.method, embedding.recording) for embedding in embeddings})
    sets = {(e.method, e.recording): e.set for e in chosen}
    assert sets["ner", "chewie-20161014-m1"] == "NER_Chewie"
    assert sets["umap", "chewie-20161014-m1"] == "UMAP_Chewie2016"
    assert one_each(reversed(embeddings)) == chosen


def test_dates_are_read_from_every_form_of_file_name():
    paths = [
        "data_NER/M1 4+6+6/Cebra_16D_Chewie/NPZ/Chewie_20150313_embed_20000itr_M1.npz",
        "data_NER/PMd 6+6/NER_Chewie2016_M1PMd/NPZ/Chewie_161014_embed_20000itr_M10.npz",
        "data_NER/PMd 6+6/piVAE_Chewie2016/NPZ/Chewie_160929_embed_PMd.npz",
        "data_NER/S1 3/UMAP_label_Han2017/NPZ/Han_201171204_embed_S1.npz",
    ]
    assert [(e.method, e.recording) for e in published_embeddings(paths)] == [
        ("cebra16", "chewie-20150313-m1"),
        ("ner", "chewie-20161014-m1"),
        ("pivae", "chewie-20160929-pmd"),
        ("umap-supervised", "han-20171204-s1"),
    ]


def test_selections_of_figure_8_are_read_from_the_file_names_and_have_printed_values():
    chosen = published_selections(MANIFEST)
    printed = published_curved()
    assert len(chosen) == 16 and len({(file.method, file.selection) for file in chosen}) == 16
    for file in chosen:
        types = re.search(r"=\[(.*)\]", file.path)[1].split(", ")
        assert file.selection.split("-")[2:] == types
        assert file.selection.startswith("up-down" if "up-down" in file.path else "straight-curve")
        assert file.method == ("cebra-5000" if "Cebra" in file.path else "ner-5000")
        values = printed[(printed.method == file.method) & (printed.selection == file.selection)]
        assert sorted(values.metric) == ["position_r2", "velocity_r2"]
    # The straight reaches, of NER alone, have no file.
    assert set(printed.selection) - {file.selection for file in chosen} == {"straight-13-29-17-38-6-18"}


# ---- Files laid out like the authors'


def test_within_table(tmp_path):
    arrays = table(["150319", "150313"], 2, 2, (2, 2, 40))
    metrics, time = published_within({WITHIN: save(tmp_path, arrays)})
    assert len(metrics) == 2 * 2 * len(METRICS_PUBLISHED) and len(time) == 2 * 2 * 40
    assert set(metrics.figure) == {"fig4"} and set(metrics.method) == {"ner"} and set(metrics.decoder) == {"linear"}
    for i, recording in enumerate(["chewie-20150319-m1", "chewie-20150313-m1"]):
        for j, split in enumerate(["train", "test"]):
            of = {"recording": recording, "split": split}
            assert value(metrics, metric="velocity_r2", **of) == arrays["vel_R_2D"][i, j]
            assert value(metrics, metric="position_r2", **of) == arrays["pos_R_2D"][i, j]
            assert value(metrics, metric="direction_accuracy", **of) == arrays["peak_acc_2D"][i, j]
            assert value(time, bin=7, **of) == arrays["acc_time_2D"][i, j, 7]


def test_across_table_has_sources_in_rows_and_its_own_order(tmp_path):
    arrays = table(["161006"] * 2 + ["150313"] * 2, 2, 2, (40, 4))
    metrics, time = published_across({ACROSS: save(tmp_path, arrays)})
    assert set(metrics.method) == {"cebra16"} and set(metrics.decoder) == {"knn"}
    rows = ["chewie-20161006-m1", "chewie-20150313-m1"]
    for i, source in enumerate(rows):
        for j, target in enumerate(rows):
            of = {"source": source, "target": target}
            assert value(metrics, metric="velocity_r2", **of) == arrays["vel_R_2D"][i, j]
            assert value(time, bin=39, **of) == arrays["acc_time_2D"][39, 2 * i + j]


def test_areas_are_read_from_the_labels(tmp_path):
    metrics, _ = published_across(
        {ACROSS_AREAS: save(tmp_path, table(["160929PM"] * 2 + ["160929M1"] * 2, 2, 2, (40, 4)))}
    )
    assert list(dict.fromkeys(metrics.source)) == ["chewie-20160929-pmd", "chewie-20160929-m1"]


def test_tables_without_dates_have_the_order_that_was_found(tmp_path):
    metrics, _ = published_across({UNLABELLED: save(tmp_path, table(["Z/ChewPM"] * 144, 12, 12, (40, 144)))})
    assert list(dict.fromkeys(metrics.source))[:4] == [
        "chewie-20160929-pmd",
        "chewie-20160929-m1",
        "chewie-20161005-m1",
        "chewie-20161005-pmd",
    ]


def test_other_files_are_passed_over(tmp_path):
    files = {WITHIN: save(tmp_path, table(["150313"], 1, 2, (1, 2, 40))), "data/other.mat": tmp_path / "absent"}
    assert len(published_within(files)[0]) == 6
    assert published_across(files)[0].empty
    assert published_within({})[0].empty


def broken(**changes):
    return {**table(["150313", "150319"], 2, 2, (2, 2, 40)), **changes}


@pytest.mark.parametrize(
    ("arrays", "finding"),
    [
        ({k: v for k, v in broken().items() if k != "pos_R_2D"}, "pos_R_2D"),
        (broken(pos_R_2D=np.zeros((2, 3))), "shapes"),
        (broken(acc_time_2D=np.zeros((2, 2, 35))), "shapes"),
        (broken(date_subjects=np.array(["150313", "Z/Chew"])), "Z/Chew"),
        (broken(date_subjects=np.array(["150313", "150313"])), "different recordings"),
        (broken(date_subjects=np.array(["150313"])), "2 different recordings"),
        (broken(date_subjects=np.array(["150313", "150319"], dtype=object)), "damaged"),
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path, arrays, finding):
    with pytest.raises(InputError, match=finding):
        published_within({WITHIN: save(tmp_path, arrays)})


def test_a_missing_or_damaged_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        published_within({WITHIN: tmp_path / "absent.npz"})
    path = save(tmp_path, broken())
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(InputError, match="damaged"):
        published_within({WITHIN: path})
    path.write_text("<html>404</html>")
    with pytest.raises(InputError, match="damaged"):
        published_within({WITHIN: path})


def embedding_file(folder, bins=40, trained=3, tested=1, dimensions=3, dtype=np.float64, **changes):
    rng = np.random.default_rng(0)
    arrays = {"train_loss_stable": np.zeros(5, np.float32)}
    for split, trials in (("train", trained), ("test", tested)):
        direction = np.repeat(rng.choice([-135.0, -180, 0, 90], trials), bins)
        arrays[f"cebra_veldir_{split}"] = rng.normal(size=(trials * bins, dimensions)).astype(dtype)
        arrays[f"continuous_index_{split}"] = np.column_stack([rng.normal(size=(trials * bins, 2)), direction])
    return save(folder, {**arrays, **changes}), arrays


@pytest.mark.parametrize(("recording", "bins"), [("chewie-20161007-m1", 40), ("han-20171201-s1", 35)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_embedding(tmp_path, recording, bins, dtype):
    path, arrays = embedding_file(tmp_path, bins=bins, dtype=dtype)
    found = read_published_embedding(path, recording, "pivae")
    assert found.bins_per_trial == bins and found.coordinates.dtype == dtype
    assert found.metadata == {"method": "pivae", "recording": recording}
    np.testing.assert_array_equal(found.coordinates[found.train], arrays["cebra_veldir_train"])
    np.testing.assert_array_equal(found.coordinates[~found.train], arrays["cebra_veldir_test"])
    labels = arrays["continuous_index_test"]
    np.testing.assert_allclose(10 * found.velocity[~found.train], labels[:, :2], rtol=1e-14)
    np.testing.assert_array_equal(found.direction[~found.train], labels[:, 2].astype(int) % 360)
    assert found.trial[-1] == 3 and found.train.sum() == 3 * bins
    assert set(found.direction) <= set(range(0, 360, 45))


@pytest.mark.parametrize(
    "changes",
    [
        {"cebra_veldir_train": np.zeros((8, 40, 3))},
        {"continuous_index_train": np.zeros((119, 3))},
        {"cebra_veldir_test": np.zeros((39, 3)), "continuous_index_test": np.zeros((39, 3))},
        {"cebra_veldir_test": np.full((40, 3), np.nan)},
    ],
)
def test_an_embedding_of_another_form_is_refused(tmp_path, changes):
    path, _ = embedding_file(tmp_path, **changes)
    with pytest.raises(InputError, match="whole trials of 40 bins"):
        read_published_embedding(path, "chewie-20161007-m1")


def test_loss_curve_of_an_embedding(tmp_path):
    curve = np.linspace(6, 5, 7)
    path, _ = embedding_file(tmp_path, train_loss_stable=curve)
    np.testing.assert_array_equal(published_loss(path), curve)


@pytest.mark.parametrize("curve", [np.ones((1, 7)), np.array([1.0, np.nan])])
def test_a_loss_curve_of_another_form_is_refused(tmp_path, curve):
    path, _ = embedding_file(tmp_path, train_loss_stable=curve)
    with pytest.raises(InputError, match="losses of shape"):
        published_loss(path)


def test_trial_averages_are_not_an_embedding_of_bins(tmp_path):
    path = tmp_path / "average.npz"
    np.savez(path, cebra_veldir_train=np.zeros((8, 40, 3)), continuous_index_train=np.zeros((80, 3)))
    with pytest.raises(InputError, match="cebra_veldir_test"):
        read_published_embedding(path, "chewie-20161007-m1")


# ---- The authors' files


@pytest.fixture(scope="module")
def tables(mirror):
    return {file.path: mirror / file.path for file in published_tables(MANIFEST)}


@pytest.fixture(scope="module")
def within(tables):
    return published_within(tables)


@pytest.fixture(scope="module")
def across(tables):
    return published_across(tables)


def test_published_tables_are_complete(within, across):
    metrics, time = within
    recordings = {name for name in recordings_of_config() if not (name.startswith("mihili") and name.endswith("pmd"))}
    for _, rows in metrics.groupby("method"):
        assert set(rows.recording) == recordings and len(rows) == len(recordings) * 2 * len(METRICS_PUBLISHED)
    peaks = time.groupby(["method", "recording", "split"])["value"].max()
    accuracy = metrics[metrics.metric == "direction_accuracy"].set_index(["method", "recording", "split"])["value"]
    assert peaks.to_dict() == accuracy.to_dict()
    metrics, time = across
    sizes = metrics.groupby(["figure", "method", "decoder"]).size() / len(METRICS_PUBLISHED)
    assert set(sizes["fig5"]) == {100} and set(sizes["fig6"]) == {144} and set(sizes["fig7"]) == {9}
    peaks = time.groupby(["figure", "method", "decoder", "source", "target"])["value"].max()
    accuracy = metrics[metrics.metric == "direction_accuracy"].set_index(peaks.index.names)["value"]
    assert peaks.to_dict() == accuracy.to_dict()


def test_published_headlines(within, across):
    metrics, _ = within
    chewie = metrics.recording.str.fullmatch(r"chewie-\d+-m1") & (metrics.method == "ner") & (metrics.split == "train")
    median = metrics[chewie].groupby("metric")["value"].median()
    assert median["velocity_r2"] == pytest.approx(0.861, abs=5e-4)
    assert median["position_r2"] == pytest.approx(0.973, abs=5e-4)
    metrics, _ = across
    off = metrics[(metrics.source != metrics.target) & (metrics.decoder == "linear")]
    means = off.groupby(["figure", "method", "metric"])["value"].mean()
    for of, expected in {
        ("fig5", "ner"): (0.638, 0.888, 89.8),
        ("fig5", "cebra"): (-3.21, 0.716, 79.6),
        ("fig5", "pivae"): (-2.18, 0.199, 42.4),
        ("fig6", "ner"): (0.734, 0.931, 92.8),
    }.items():
        for metric, number in zip(METRICS_PUBLISHED, expected, strict=True):
            assert means[(*of, metric)] == pytest.approx(number, abs=0.06 if number > 40 else 0.006)


def counts_trials(accuracies, trials):
    """Whether percentages are those of so many trials."""
    counts = np.asarray(accuracies) / 100 * trials
    return np.abs(counts - counts.round()).max() < 1e-6


def test_labels_agree_with_the_numbers_of_trials(mirror, within, across):
    """Accuracies are multiples of one trial, whose number is known from CEBRA's embeddings of the same sessions."""
    trials = {}
    for embedding in one_each(published_embeddings(MANIFEST)):
        path = mirror / embedding.path
        if embedding.method == "cebra" and path.is_file():
            found = read_published_embedding(path, embedding.recording)
            session = embedding.recording.rpartition("-")[0]
            trials[session, "train"] = found.train.sum() // found.bins_per_trial
            trials[session, "test"] = (~found.train).sum() // found.bins_per_trial
    checked = 0
    _, time = within
    for (method, recording, split), rows in time.groupby(["method", "recording", "split"]):
        key = (recording.rpartition("-")[0], split)
        # pi-VAE was split in another way.
        if method != "pivae" and key in trials:
            assert counts_trials(rows.value, trials[key]), (method, recording, split)
            checked += 1
    _, time = across
    for (figure, method, decoder, target), rows in time.groupby(["figure", "method", "decoder", "target"]):
        key = (target.rpartition("-")[0], "test")
        if method != "pivae" and key in trials:
            assert counts_trials(rows.value, trials[key]), (figure, method, decoder, target)
            checked += 1
    assert checked == 4 * (10 + 6) * 2 + 4 * 10 + 4 * 12


def test_order_of_pivae_without_dates_follows_from_the_numbers_of_trials(within):
    """60 % of Chewie's trials: 208, 202, 209, 168, 740 and 286 (sessions of 2016, by date)."""
    _, time = within
    time = time[(time.method == "pivae") & (time.split == "train") & time.recording.str.startswith("chewie-2016")]
    for area in ("m1", "pmd"):
        rows = [group for name, group in time.groupby("recording") if name.endswith(area)]
        assert [counts_trials(row.value, n) for row, n in zip(rows, (124, 121, 125, 100, 444, 171), strict=True)] == [
            True
        ] * 6


def test_baselines_of_every_mirrored_recording_have_its_number_of_trials(mirror, within):
    """Monkeys and areas that no published embedding tells the trials of: the raw recordings do."""
    _, time = within
    checked = 0
    for session, (place, day, areas, bins) in MIRRORED.items():
        path = mirror / f"data/{place}_{day}_neural_con_dis_index.mat"
        trials = len(loadmat(path, variable_names=["discrete_index"])["discrete_index"]) // bins
        fitted, validated = int(0.6 * trials), int(0.2 * trials)
        train = int(0.8 * trials)
        for area in areas:
            rows = time[time.recording == f"{session}-{area.lower()}"]
            for (method, split), values in rows.groupby(["method", "split"]):
                parts = (fitted, trials - fitted - validated) if method == "pivae" else (train, trials - train)
                assert counts_trials(values.value, parts[split == "test"]), (session, area, method, split)
                checked += 1
    assert checked == 15 * 5 * 2


def diagonal(metrics):
    return metrics[metrics.source == metrics.target].rename(columns={"target": "recording"}).drop(columns="source")


def test_diagonals_repeat_the_test_values_within_recordings(within, across):
    on = ["method", "recording", "decoder", "metric"]
    both = diagonal(across[0]).merge(within[0].query("split == 'test'"), on=on, suffixes=("_across", "_within"))
    assert len(both) == 3 * (10 + 12 + 3) * len(METRICS_PUBLISHED)
    np.testing.assert_allclose(both.value_across, both.value_within, rtol=0, atol=4e-6)


def test_diagonals_of_figures_5_and_6_agree_in_m1(across):
    """Tables of one method in different orders give the same recording the same values."""
    wide = diagonal(across[0]).pivot(
        index=["method", "decoder", "recording", "metric"], columns="figure", values="value"
    )
    both = wide[["fig5", "fig6"]].dropna()
    assert len(both) == 6 * 6 * len(METRICS_PUBLISHED)
    np.testing.assert_array_equal(both.fig5, both.fig6)


def test_knn_tables_of_different_methods_stand_in_different_orders(across):
    """The paired tests of the paper compare them row by row."""
    metrics, _ = across
    knn = metrics[metrics.decoder == "knn"]
    orders = {
        (figure, method): list(dict.fromkeys(rows.source))
        for (figure, method), rows in knn.groupby(["figure", "method"], sort=False)
    }
    assert orders["fig5", "ner"] == orders["fig5", "pivae"] == sorted(orders["fig5", "ner"])
    assert [name[7:15] for name in orders["fig5", "cebra16"]] == [
        *("20150313", "20150319", "20150630", "20150629"),
        *("20160929", "20161006", "20161007", "20161021", "20161014", "20161005"),
    ]
    assert len({tuple(orders["fig6", method]) for method in ("ner", "cebra16", "pivae")}) == 3
    assert len({frozenset(orders["fig6", method]) for method in ("ner", "cebra16", "pivae")}) == 1
