"""Decoding a target by what is known of a source: floor, ceiling, labels alone, and few trials."""

from dataclasses import replace

import numpy as np
import pytest
from samples import LINEAR, mirrored_recording, simulated_embedding, simulated_recording
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression

from ner.data.embeddings import Embedding
from ner.decoding.decode import decode
from ner.decoding.metrics import score
from ner.decoding.transfer import decode_label_mean, decode_mapped, decode_target_trained, few_trials, over_average
from ner.methods import registry as methods


def velocity_r2(target, decoded):
    return score(target.select(~target.train), decoded)["velocity_r2"]


def test_alignment_lies_between_its_floor_and_its_ceiling():
    source, target = simulated_embedding(0, trials=80), simulated_embedding(1, trials=80)
    found = {
        name: velocity_r2(target, decode_mapped(source, target, name, LINEAR)) for name in ("procrustes", "unaligned")
    }
    ceiling = velocity_r2(target, decode_target_trained(target, LINEAR))
    assert found["unaligned"] < 0.3 < 0.8 < found["procrustes"] <= ceiling + 0.01


def test_the_target_trained_decoder_is_decoding_within():
    target = simulated_embedding(1)
    within = decode(target, LINEAR).select(~target.train)
    ours = decode_target_trained(target, LINEAR)
    np.testing.assert_allclose(ours.velocity, within.velocity, atol=1e-12)
    np.testing.assert_array_equal(ours.direction, within.direction)


def test_a_mapped_target_is_read_by_the_decoder_of_the_source():
    source, target = simulated_embedding(0), simulated_embedding(1)
    model = LinearRegression().fit(source.coordinates[source.train], source.velocity[source.train])
    expected = model.predict(target.coordinates[~target.train])
    np.testing.assert_allclose(decode_mapped(source, target, "unaligned", LINEAR).velocity, expected, atol=1e-12)


def test_the_label_mean_is_the_average_movement_of_the_decoded_direction():
    source, target = simulated_recording(seed=1, trials=60), simulated_recording(seed=2, trials=60)
    train, length = target.train, target.bins_per_trial
    means = np.stack([target.rates[target.trial == k].mean(0) for k in range(60)])
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(means[:48], target.trial_direction[:48])
    decoded = decode_label_mean(source, target, target.rates)
    oracle = decode_label_mean(source, target, target.rates, oracle=True)
    np.testing.assert_array_equal(oracle.direction, target.direction[~train])
    for place, (guess, real) in enumerate(zip(model.predict(means[48:]), target.trial_direction[48:], strict=True)):
        rows = slice(place * length, (place + 1) * length)
        for direction, found in ((guess, decoded), (real, oracle)):
            trials = np.flatnonzero((source.trial_direction == direction) & (np.arange(60) < 48))
            average = np.mean([source.velocity[source.trial == trial] for trial in trials], axis=0)
            np.testing.assert_allclose(found.velocity[rows], average, atol=1e-12)
            assert (found.direction[rows] == direction).all()


def test_a_direction_without_a_mean_is_refused():
    source, target = simulated_recording(seed=1), simulated_recording(seed=2)
    with pytest.raises(ValueError, match=r"no training trial of the source goes to \[0\] degrees"):
        decode_label_mean(
            replace(source, direction=np.where(source.direction == 0, 45, source.direction)), target, target.rates
        )
    with pytest.raises(ValueError, match="12 and 10 bins in a trial"):
        decode_label_mean(source, simulated_recording(bins=10), np.ones((400, 9)))


def test_the_average_has_no_skill_over_itself():
    target = simulated_recording(trials=60)
    average = decode_label_mean(target, target, target.rates, oracle=True)
    test = target.select(~target.train)
    assert over_average(test, average, average) == 0
    assert over_average(test, replace(average, velocity=test.velocity), average) == 1


def test_more_trials_align_better_and_all_of_them_as_well_as_all():
    source, target = simulated_embedding(0, trials=160), simulated_embedding(1, trials=160, noise=0.6)
    table = few_trials(source, target, maps=["procrustes", "cca"], decoder=LINEAR, counts=(2, 4, 16, 99), draws=6)
    assert sorted(table["trials"].unique()) == [2, 4, 16]
    assert len(table) == 3 * 6 * 3 * len(score(target, decode(target, LINEAR)))
    velocity = table[table["metric"] == "velocity_r2"].groupby(["map", "trials"])["value"]
    means, spreads = velocity.mean(), velocity.std()
    assert means["target_trained", 2] < means["target_trained", 16]
    # Sixteen are all there are: no draw differs from another, nor from the whole target.
    assert spreads.xs(16, level="trials").max() < 1e-9
    for name in ("procrustes", "cca"):
        whole = velocity_r2(target, decode_mapped(source, target, name, LINEAR))
        # The draw has the trials in another order, by which CCA matches them.
        assert means[name, 16] == pytest.approx(whole, abs=1e-9)
    again = few_trials(source, target, maps=["procrustes", "cca"], decoder=LINEAR, counts=(2, 4, 16, 99), draws=6)
    assert again.equals(table)


#: Held-out R2 of velocity and position that direction averages reach, measured with other code.
AVERAGES = {
    "chewie-20150629": {False: (0.730, 0.927), True: (0.758, 0.953)},
    "chewie-20161007": {False: (0.864, 0.967), True: (0.878, 0.982)},
}


@pytest.mark.parametrize("session", AVERAGES)
@pytest.mark.parametrize("oracle", [False, True])
def test_averages_of_real_recordings_reach_the_measured_values(session, oracle, mirror):
    recording = mirrored_recording(mirror, session, "M1")
    found = score(
        recording.select(~recording.train), decode_label_mean(recording, recording, recording.rates, oracle=oracle)
    )
    assert [found["velocity_r2"], found["position_r2"]] == pytest.approx(
        AVERAGES[session][oracle], abs=0.0015 if oracle else 0.0025
    )


@pytest.mark.slow
def test_cca_of_pca_latents_across_real_days_reaches_the_measured_values(mirror):
    days = [
        mirrored_recording(mirror, day, "M1")
        for day in ("chewie-20150629", "chewie-20150630", "chewie-20160929", "chewie-20161007")
    ]
    latents = [
        Embedding(
            **{name: getattr(day, name) for name in ("trial", "bin", "train", "velocity", "direction")},
            coordinates=methods.fit("pca", day, {"dimensions": 10, "fitted_to": "bins"}, seed=0).coordinates,
            metadata={"recording": day.name},
        )
        for day in days
    ]
    values = []
    for source in latents:
        for target in latents:
            if source is not target:
                found = score(target.select(~target.train), decode_mapped(source, target, "cca", LINEAR))
                values.append([found["velocity_r2"], found["position_r2"]])
    assert np.mean(values, axis=0) == pytest.approx((0.39, 0.76), abs=0.01)
