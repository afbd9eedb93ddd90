"""Decoding a target by what is known of a source: floor, ceiling, labels alone, few trials, a direction left out."""

import numpy as np
import pytest
from samples import LINEAR, mirrored_recording, simulated_embedding, simulated_recording
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression

from ner.data.embeddings import Embedding
from ner.decoding.across import decode_across
from ner.decoding.few_trials import ALL, FEW_TRIALS, OTHER_DIRECTIONS, few_trials
from ner.methods import registry as methods
from ner.storage.tables import names

OF = {"method": "ner", "group": "g", "seed": 0, "decoders": {"linear": LINEAR}}


def cells(embeddings, *protocols, metric="velocity_r2"):
    """Values by protocol, source and target."""
    table, *_ = decode_across(dict.fromkeys(protocols, embeddings), **OF)
    return table[table["metric"] == metric].set_index(["protocol", "source", "target"])["value"]


def embedded(recording, coordinates):
    bins = {name: getattr(recording, name) for name in ("trial", "bin", "train", "velocity", "direction")}
    return Embedding(**bins, coordinates=coordinates, metadata={"recording": recording.name})


def test_alignment_lies_between_its_floor_and_its_ceiling():
    found = cells(
        {"a": simulated_embedding(0, trials=80), "b": simulated_embedding(1, trials=80)},
        "strict",
        "cca",
        "unaligned",
        "target-trained",
    )
    ceiling = found["target-trained", "a", "b"]
    assert ceiling == found["target-trained", "b", "b"] == found["strict", "b", "b"]
    assert found["unaligned", "a", "b"] < 0.3 < 0.8 < found["strict", "a", "b"] <= ceiling + 0.01
    assert 0.8 < found["cca", "a", "b"] <= ceiling + 0.01


def test_an_unaligned_target_is_read_by_the_decoder_of_the_source():
    source, target = simulated_embedding(0), simulated_embedding(1)
    model = LinearRegression().fit(source.coordinates[source.train], source.velocity[source.train])
    test = ~target.train
    residual = np.square(target.velocity[test] - model.predict(target.coordinates[test])).sum(axis=0)
    total = np.square(target.velocity[test] - target.velocity[test].mean(axis=0)).sum(axis=0)
    found = cells({"a": source, "b": target}, "unaligned")["unaligned", "a", "b"]
    assert found == pytest.approx((1 - residual / total).mean())


def test_unaligned_averages_are_the_sources_movements_of_the_directions_that_the_target_decodes():
    source, target = simulated_recording(seed=1, trials=60), simulated_recording(seed=2, trials=60)
    means = np.stack([target.rates[target.trial == k].mean(0) for k in range(60)])
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(means[:48], target.trial_direction[:48])
    trials = source.per_trial(source.velocity)[:48]
    guess = np.concatenate(
        [trials[source.trial_direction[:48] == one].mean(axis=0) for one in model.predict(means[48:])]
    )
    truth = target.velocity[~target.train]
    r2 = 1 - np.square(truth - guess).sum(axis=0) / np.square(truth - truth.mean(axis=0)).sum(axis=0)
    codes = {r.name: embedded(r, methods.fit("average", r, {}, seed=0).coordinates) for r in (source, target)}
    assert len(codes) == 2
    found = cells(codes, "unaligned")["unaligned", source.name, target.name]
    assert found == pytest.approx(r2.mean(), abs=1e-9)


def test_more_trials_align_better_and_all_of_them_as_well_as_all():
    embeddings = {"a": simulated_embedding(0, trials=160), "b": simulated_embedding(1, trials=160, noise=0.6)}
    protocols = ["strict", "cca", "target-trained"]
    table = few_trials(embeddings, **OF, protocols=protocols, counts=(2, 4, 16, 99), draws=4)
    assert list(table.columns) == names(FEW_TRIALS)
    assert set(table["known"]) == {"2", "4", "16", ALL, OTHER_DIRECTIONS}
    of_b = table[(table["metric"] == "velocity_r2") & (table["target"] == "b")]
    # A decoder of the target's own has no other source.
    assert set(of_b[of_b["protocol"] == "target-trained"]["source"]) == {"b"}
    assert set(of_b[of_b["protocol"] != "target-trained"]["source"]) == {"a"}
    velocity = of_b.groupby(["protocol", "known"])["value"]
    means, spreads = velocity.mean(), velocity.std()
    assert means["target-trained", "2"] < means["target-trained", "16"]
    # Sixteen are all there are: no draw differs from another, nor from the whole target.
    assert spreads.xs("16", level="known").max() < 1e-9
    whole = cells(embeddings, *protocols)
    for protocol in protocols:
        assert means[protocol, "16"] == pytest.approx(whole[protocol, "a", "b"], abs=1e-9)
        assert means[protocol, ALL] == pytest.approx(whole[protocol, "a", "b"], abs=1e-9)


def test_a_direction_left_out_is_reached_by_rotation_and_not_by_a_code_of_directions():
    plane = {"a": simulated_embedding(0, trials=80, noise=0.05), "b": simulated_embedding(1, trials=80, noise=0.05)}
    recordings = [simulated_recording(seed=seed, trials=80) for seed in (1, 2)]
    codes = {r.name: embedded(r, methods.fit("average", r, {}, seed=0).coordinates) for r in recordings}
    found = {}
    for name, embeddings in (("plane", plane), ("codes", codes)):
        table = few_trials(embeddings, **OF, protocols=["strict", "target-trained"], counts=(), draws=1)
        rows = table[table["metric"] == "velocity_r2"].groupby(["protocol", "known"])["value"].mean()
        found.update({(name, *key): value for key, value in rows.items()})
    assert found["plane", "strict", OTHER_DIRECTIONS] > found["plane", "strict", ALL] - 0.1
    assert found["plane", "target-trained", OTHER_DIRECTIONS] > 0.7
    # It has no coordinate in common with the others.
    assert found["codes", "target-trained", ALL] > 0.7 > 0.1 > found["codes", "target-trained", OTHER_DIRECTIONS]


DAYS = ("chewie-20150629", "chewie-20150630", "chewie-20160929", "chewie-20161007")
#: Mean held-out R2 of velocity and position over the pairs of these days, measured with other code.
ACROSS = {
    ("pca", "cca"): ({"dimensions": 10, "fitted_to": "bins"}, (0.39, 0.76)),
    ("average", "unaligned"): ({}, (0.73, 0.95)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("module", "protocol"), ACROSS)
def test_real_days_give_the_measured_values(module, protocol, mirror):
    settings, expected = ACROSS[module, protocol]
    days = [mirrored_recording(mirror, day, "M1") for day in DAYS]
    latents = {day.name: embedded(day, methods.fit(module, day, settings, seed=0).coordinates) for day in days}
    for metric, value in zip(("velocity_r2", "position_r2"), expected, strict=True):
        found = cells(latents, protocol, metric=metric).reset_index()
        assert found[found["source"] != found["target"]]["value"].mean() == pytest.approx(value, abs=0.01)
