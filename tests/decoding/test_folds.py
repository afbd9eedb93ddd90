"""Scores of folds: what is asked of a condition that is held out, and means over seeds and folds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from samples import LINEAR, simulated_embedding

from ner.decoding.across import decode_across
from ner.decoding.decode import decode
from ner.decoding.few_trials import few_trials
from ner.decoding.metrics import velocity_r2
from ner.decoding.runs import over_runs, runs_text
from ner.decoding.within import decode_within

DECODERS = {"linear": LINEAR}
R2 = {"velocity_r2", "position_r2"}


def without(direction, seed=0):
    """An embedding whose test trials are those of one direction."""
    embedding = simulated_embedding(seed, trials=48)
    return replace(embedding, train=embedding.direction != direction)


def test_a_direction_left_out_of_training_has_no_accuracy_but_its_r2():
    embedding = without(90)
    of = {"method": "ner", "recording": "a-m1", "seed": 0, "fold": "90", "decoders": DECODERS}
    metrics, time, null = decode_within({"strict": embedding}, **of)
    assert (metrics["fold"] == "90").all() and (time["fold"] == "90").all() and (null["fold"] == "90").all()
    test = metrics[metrics["split"] == "test"].set_index("metric")["value"]
    assert set(test.index) == R2
    assert set(metrics[metrics["split"] == "train"]["metric"]) > R2
    assert set(time["split"]) == {"train"}
    bins, decoded = ~embedding.train, decode(embedding, LINEAR)
    missed = ((embedding.velocity - decoded.velocity)[bins] ** 2).mean(axis=0)
    assert test["velocity_r2"] == pytest.approx(np.mean(1 - missed / embedding.velocity.var(axis=0)))
    real, ours = (
        np.concatenate([0.03 * np.cumsum(part, axis=0) for part in embedding.trials(values)])
        for values in (embedding.velocity, decoded.velocity)
    )
    missed = ((real - ours)[bins] ** 2).mean(axis=0)
    assert test["position_r2"] == pytest.approx(np.mean(1 - missed / real.var(axis=0)))
    # One trial of it among the training trials, and the question is one again.
    known = replace(embedding, train=embedding.train | (embedding.trial == 2))
    again = decode_within({"strict": known}, **of)[0]
    assert "direction_accuracy" in set(again[again["split"] == "test"]["metric"])


def test_the_mean_over_directions_held_out_is_that_of_all_trials_scored_together():
    """Six trials of each of eight directions."""
    embeddings = [without(direction) for direction in range(0, 360, 45)]
    of = {"method": "ner", "recording": "a-m1", "seed": 0, "decoders": DECODERS}
    tables = [decode_within({"strict": embedding}, **of)[0] for embedding in embeddings]
    found = pd.concat([table[table["split"] == "test"] for table in tables]).groupby("metric")["value"].mean()
    together = np.empty_like(embeddings[0].velocity)
    for embedding in embeddings:
        together[~embedding.train] = decode(embedding, LINEAR).velocity[~embedding.train]
    assert found["velocity_r2"] == pytest.approx(velocity_r2(embeddings[0].velocity, together))
    # Of which the shares of their own variance, along and across each direction, would say nothing.
    alone = [velocity_r2(e.velocity[~e.train], together[~e.train]) for e in embeddings]
    assert np.mean(alone) < found["velocity_r2"] - 0.2


def test_nor_has_it_across_recordings():
    days = {name: without(90, seed) for seed, name in enumerate("ab")}
    of = {"method": "ner", "group": "g", "seed": 0, "fold": "90", "decoders": DECODERS}
    metrics, time, _ = decode_across({"strict": days, "target-trained": days}, **of)
    assert set(metrics["metric"]) == R2 and time.empty
    table = few_trials(days, protocols=["strict"], counts=[2], draws=1, **of)
    assert set(table["metric"]) == R2 and set(table["fold"]) == {"90"}


def test_runs_are_averaged_over_seeds_and_folds_and_both_are_counted():
    table = pd.DataFrame(
        [("a", seed, fold, 10 * seed + int(fold)) for seed in (0, 1) for fold in "123"]
        + [("b", seed, None, float(seed)) for seed in (0, 1)]
        + [("c", 0, "1", 5.0), ("c", 1, "2", np.nan), ("d", 0, None, np.nan)],
        columns=["what", "seed", "fold", "value"],
    )
    found = over_runs(table, ["what"]).set_index("what")
    assert found.loc["a", "mean"] == pytest.approx(7) and found.loc["a", "sd"] == pytest.approx(
        np.std([1, 2, 3, 11, 12, 13], ddof=1)
    )
    assert found[["seeds", "folds"]].to_numpy().tolist() == [[2, 3], [2, 0], [1, 1], [0, 0]]
    assert found.loc["c", "mean"] == 5 and np.isnan(found.loc["d", "mean"])


@pytest.mark.parametrize(
    ("seeds", "folds", "said"),
    [
        (1, 0, "one seed"),
        (3, 0, "mean of 3 seeds"),
        (1, 5, "one seed, mean of 5 folds"),
        (3, 5, "mean of 3 seeds in each of 5 folds"),
    ],
)
def test_seeds_and_folds_in_words(seeds, folds, said):
    assert runs_text(seeds, folds) == said
