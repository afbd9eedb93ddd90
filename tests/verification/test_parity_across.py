"""Authors' tables across recordings, cell by cell: simulated tables, then the published ones."""

import numpy as np
import pandas as pd
import pytest
from samples import KNN, LINEAR
from samples import simulated_embedding as simulated

from ner.decoding.across import decode_across, decode_target
from ner.decoding.alignment import candidate_rotations, paper_rotation
from ner.decoding.decode import fit_decoder
from ner.decoding.maps import rotated
from ner.decoding.metrics import score
from ner.published.catalogue import across_set, published_embeddings, published_tables
from ner.published.tables import METRICS_PUBLISHED, published_across, read_published_embedding
from ner.storage.tables import names, write_csv
from ner.verification.compare import PARITY_R2
from ner.verification.parity_across import PARITY_ACROSS, PARITY_ACROSS_SUMMARY, parity_across, summarise

LINEAR_500 = LINEAR | {"max_iter": 500}


@pytest.fixture(scope="module")
def recordings():
    return {name: simulated(seed, trials=40, noise=0.6) for seed, name in enumerate("abc")}


def table_of(recordings, choose):
    """A published table whose cells take the rotation that `choose` says."""
    rows = []
    for source, embedding in recordings.items():
        fitted = fit_decoder(embedding, LINEAR_500)
        for target, onto in recordings.items():
            rotation = None if source == target else candidate_rotations(embedding, onto)[choose(source, target)]
            scores = score(*decode_target(fitted, onto, None if rotation is None else rotated(rotation)), swapped=True)
            rows += [(source, target, metric, value) for metric, value in scores.items()]
    return pd.DataFrame(rows, columns=["source", "target", "metric", "value"])


def compare(recordings, published):
    return parity_across("Set", recordings, published, method="ner", decoder="linear", settings=LINEAR_500)


def test_every_cell_is_explained_by_the_rotation_it_was_made_with(recordings):
    found = compare(recordings, table_of(recordings, lambda source, target: 3 if source < target else 6))
    assert list(found.columns) == names(PARITY_ACROSS) and len(found) == 9 * len(METRICS_PUBLISHED)
    assert found.explained.all() and found.residual.abs().max() < 1e-12
    off = found[found.source != found.target]
    np.testing.assert_array_equal(off.direction.astype(int), np.where(off.source < off.target, 135, 270))
    for _, row in off.iterrows():
        candidates = dict(item.split("=") for item in row.candidates.split(";"))
        assert list(candidates) == [str(45 * k) for k in range(8)]
        assert float(candidates[str(row.direction)]) == pytest.approx(row.published)
        signs = np.sign(np.linalg.det(candidate_rotations(recordings[row.source], recordings[row.target])))
        assert row.determinant == signs[row.direction // 45]
        values = np.array([float(value) for value in candidates.values()])[signs == row.determinant]
        assert row.spread == pytest.approx(np.ptp(values), abs=1e-8)
        assert row.difference == pytest.approx(row.ours - row.published)


def test_the_diagonal_is_not_rotated(recordings):
    found = compare(recordings, table_of(recordings, lambda *_: 0))
    diagonal = found[found.source == found.target]
    assert set(diagonal.direction) == {"none"} and (diagonal.spread == 0).all() and diagonal.same_choice.all()
    np.testing.assert_allclose(diagonal.ours, diagonal.published, atol=1e-12)


def test_ours_is_the_papers_rule_made_deterministic(recordings):
    def ours(source, target):
        rotation = paper_rotation(recordings[source], recordings[target])
        rotations = candidate_rotations(recordings[source], recordings[target])
        return int((rotations == rotation).all(axis=(1, 2)).argmax())

    found = compare(recordings, table_of(recordings, ours))
    assert found.same_choice.all() and found.difference.abs().max() < 1e-12


@pytest.mark.parametrize("metric", METRICS_PUBLISHED)
def test_a_cell_that_no_rotation_gives_is_not_explained(recordings, metric):
    published = table_of(recordings, lambda *_: 0)
    step = 100 if metric == "direction_accuracy" else 2 * PARITY_R2
    here = (published.source == "a") & (published.target == "b") & (published.metric == metric)
    published.loc[here, "value"] += step
    found = compare(recordings, published)
    cell = (found.source == "a") & (found.target == "b") & (found.metric == metric)
    assert not found[cell].explained.any() and found[~cell & (found.source != "a")].explained.all()


def test_what_the_published_rule_adds_to_the_strict_protocol(recordings):
    found = compare(recordings, table_of(recordings, lambda *_: 0)).set_index(["source", "target", "metric"])
    strict, *_ = decode_across({"strict": recordings}, method="ner", group="g", seed=0, decoders={"linear": LINEAR_500})
    strict = strict.set_index(["source", "target", "metric"])["value"]
    pd.testing.assert_series_equal(found["strict"], strict.reindex(found.index), check_names=False)
    swapped = found.index.get_level_values("metric") == "velocity_r2"
    pd.testing.assert_series_equal(found["ours"][~swapped], found["unswapped"][~swapped], check_names=False)
    assert (found["ours"][swapped] < found["unswapped"][swapped]).all()
    # The diagonal is not rotated, so that the order of the arguments is all that differs.
    diagonal = found.index.get_level_values("source") == found.index.get_level_values("target")
    np.testing.assert_array_equal(found["unswapped"][diagonal], found["strict"][diagonal])


def test_recordings_without_published_cells_are_passed_over(recordings):
    published = table_of(recordings, lambda *_: 0)
    some = published[(published.source != "c") & (published.target != "c")]
    assert set(compare(recordings, some).source) == {"a", "b"}
    assert set(compare({"a": recordings["a"], "b": recordings["b"]}, published).target) == {"a", "b"}


def test_summary_counts_and_spreads(recordings, tmp_path):
    found = compare(recordings, table_of(recordings, lambda *_: 2))
    write_csv(tmp_path / "parity.csv", found)
    table = summarise(pd.read_csv(tmp_path / "parity.csv"))
    assert list(table.columns) == names(PARITY_ACROSS_SUMMARY) and len(table) == 2 * len(METRICS_PUBLISHED)
    row = table.set_index(["pairs", "metric"]).loc["off-diagonal", "position_r2"]
    cells = found[(found.source != found.target) & (found.metric == "position_r2")]
    assert (row.cells, row.explained, row.same_choice) == (6, 6, cells.same_choice.sum())
    assert row.median_spread == pytest.approx(cells.spread.median())
    assert row.largest_spread == pytest.approx(cells.spread.max())
    assert row.ours_mean == pytest.approx(cells.ours.mean())


# ---- The authors'


def authors(mirror, method, decoder):
    """A published set of Fig 5, as far as the copy has it, and its table."""
    paths = [path.relative_to(mirror).as_posix() for path in sorted(mirror.rglob("data_NER/**/*.npz"))]
    (table,) = (t for t in published_tables(paths) if (t.figure, t.method, t.decoder) == ("fig5", method, decoder))
    files = [e for e in published_embeddings(paths) if e.set == across_set(table)]
    embeddings = {e.recording: read_published_embedding(mirror / e.path, e.recording, method) for e in files}
    return across_set(table), embeddings, published_across({table.path: mirror / table.path})[0]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "sessions"), [("cebra", 10), ("ner", 7)])
def test_every_published_cell_is_explained(mirror, method, sessions):
    name, embeddings, published = authors(mirror, method, "linear")
    assert len(embeddings) >= sessions
    found = parity_across(name, embeddings, published, method=method, decoder="linear", settings=LINEAR_500)
    assert len(found) == len(METRICS_PUBLISHED) * len(embeddings) ** 2
    assert found.explained.all()
    r2 = found[found.metric != "direction_accuracy"]
    assert r2.residual.abs().max() < 1e-10
    diagonal = r2[r2.source == r2.target]
    assert diagonal.difference.abs().max() < 1e-10


def test_published_cells_of_two_sessions_are_explained(mirror):
    name, embeddings, published = authors(mirror, "ner", "linear")
    assert name == "NER_Chewie"
    small = {name: embeddings[name] for name in ("chewie-20150629-m1", "chewie-20161007-m1")}
    found = parity_across(name, small, published, method="ner", decoder="linear", settings=LINEAR_500)
    assert len(found) == 12 and found.explained.all()
    assert found[found.metric != "direction_accuracy"].residual.abs().max() < 1e-10


@pytest.mark.slow
def test_published_cells_of_nearest_neighbours_are_explained(mirror):
    name, embeddings, published = authors(mirror, "ner", "knn")
    small = {name: embeddings[name] for name in ("chewie-20150629-m1", "chewie-20150630-m1", "chewie-20161007-m1")}
    found = parity_across(name, small, published, method="ner", decoder="knn", settings=KNN)
    assert found.explained.all()
