"""Methods and alignments compared across recordings: which, their intervals, and their spread over seeds."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ner.decoding.alignment_tests import COMPARISONS, alignment_tests
from ner.decoding.columns import ACROSS
from ner.methods.names import method_name
from ner.storage.tables import names

RECORDINGS = ["r1", "r2", "r3", "r4", "r5"]
METHODS = ["ner", "pca"]
PROTOCOLS = ["strict", "unaligned", "target-trained"]


def across(*, seeds=2, recordings=RECORDINGS, methods=METHODS, value=None):
    """Random values; those of a decoder of the target itself are of the target, as they are in a run."""
    random = np.random.default_rng(0)
    value = value or (lambda method, protocol, seed: 0.0)
    rows = []
    for method, protocol, seed in itertools.product(methods, PROTOCOLS, range(seeds)):
        values = random.normal(size=(len(recordings),) * 2)
        if protocol == "target-trained":
            values[:] = values[0]
        for (s, source), (t, target) in itertools.product(enumerate(recordings), repeat=2):
            of = (method, "g", source, target, "linear", protocol, "velocity_r2", seed, np.nan)
            rows.append((*of, values[s, t] + value(method, protocol, seed)))
    return pd.DataFrame(rows, columns=names(ACROSS))


def compared(table, **of):
    of = {"methods": METHODS, "protocols": PROTOCOLS, "ceiling": ("ner", "target-trained")} | of
    return alignment_tests(table, **of)


def row(tests, first, second):
    found = tests.set_index(["method", "protocol", "other_method", "other_protocol"])
    return found.loc[(*first, *second)]


def matrix(table, method, protocol):
    rows = table[(table["method"] == method) & (table["protocol"] == protocol)]
    return rows.groupby(["source", "target"])["value"].mean().unstack().to_numpy()


def off_diagonal_mean(values, left_out=None):
    places = [k for k in range(len(values)) if k != left_out]
    return np.mean([values[s, t] for s, t in itertools.permutations(places, 2)])


def interval_by_hand(values):
    """The jackknife: one recording left out at a time, with all pairs that it is part of."""
    count = len(values)
    without = [off_diagonal_mean(values, k) for k in range(count)]
    error = np.sqrt((count - 1) / count * sum((mean - np.mean(without)) ** 2 for mean in without))
    mean = off_diagonal_mean(values)
    t = stats.t.ppf(0.975, count - 1)
    return mean, mean - t * error, mean + t * error


def test_compared_is_what_differs_in_one_thing_and_all_with_the_ceiling():
    tests = compared(across())
    assert list(tests.columns) == names(COMPARISONS)
    pairs = {tuple(pair) for pair in tests[["method", "protocol", "other_method", "other_protocol"]].to_numpy()}
    assert len(pairs) == len(tests)
    top = ("ner", "target-trained")
    others = [way for way in itertools.product(METHODS, PROTOCOLS) if way != top]
    assert {(*way, *top) for way in others} <= pairs
    among = {frozenset((a, b)) for a, b in itertools.combinations(others, 2) if (a[0] == b[0]) != (a[1] == b[1])}
    assert {frozenset((pair[:2], pair[2:])) for pair in pairs if pair[2:] != top} == among


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("ner", "strict"), ("ner", "unaligned")),
        (("ner", "strict"), ("pca", "strict")),
        (("pca", "strict"), ("ner", "target-trained")),
    ],
)
def test_the_interval_is_over_recordings_off_the_diagonal(first, second):
    table = across()
    difference = matrix(table, *first) - matrix(table, *second)
    found = row(compared(table), first, second)
    assert (found.difference, found.low, found.high) == pytest.approx(interval_by_hand(difference))
    targets = stats.ttest_1samp([np.delete(difference[:, k], k).mean() for k in range(5)], 0).confidence_interval()
    assert (found.low, found.high) != pytest.approx((targets.low, targets.high), rel=0.01)


def test_of_decoders_of_the_target_itself_it_is_the_t_interval_over_targets():
    table = across()
    found = row(compared(table), ("pca", "target-trained"), ("ner", "target-trained"))
    pca, ner = (matrix(table, method, "target-trained")[0] for method in ("pca", "ner"))
    theirs = stats.ttest_rel(pca, ner).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


def test_a_difference_within_the_spread_of_seeds_is_said_so():
    """Recordings agree on the difference of the methods, which the seeds of one of them move as far."""
    moved = {0: 0.0, 1: 0.6, 2: -0.6}
    table = across(seeds=3, value=lambda method, protocol, seed: (method == "ner") * (0.3 + moved[seed]))
    random = np.random.default_rng(1)
    noise = {(s, t): 0.01 * random.normal() for s, t in itertools.product(RECORDINGS, repeat=2)}
    alike = [
        (method == "ner") * (0.3 + moved[seed] + noise[source, target])
        for method, seed, source, target in table[["method", "seed", "source", "target"]].itertuples(index=False)
    ]
    found = row(compared(table.assign(value=alike), name=method_name), ("ner", "strict"), ("pca", "strict"))
    # PCA does not move; the mean of three seeds moves as one does, by the root of three less.
    assert found.seed_sd == pytest.approx(0.6 / np.sqrt(3))
    assert found.low > 0
    assert found.sentence.startswith("Velocity R² of NER (rotated) is larger than that of PCA (rotated) by 0.3")
    assert "but not more than seeds explain; seeds: SD 0.346" in found.sentence


def test_two_alignments_of_a_method_share_its_seeds():
    """A seed that moves both alike moves no difference between them, but one between two methods."""
    moved = {0: 0.0, 1: 0.6, 2: -0.6}
    steady = across(seeds=1)
    table = pd.concat(
        steady.assign(seed=seed, value=steady["value"] + by * (steady["method"] == "ner")) for seed, by in moved.items()
    )
    tests = compared(table)
    assert row(tests, ("ner", "strict"), ("ner", "unaligned")).seed_sd == pytest.approx(0, abs=1e-9)
    assert row(tests, ("ner", "strict"), ("pca", "strict")).seed_sd == pytest.approx(0.6 / np.sqrt(3))


def test_two_recordings_have_no_interval_and_one_no_comparison():
    tests = compared(across(recordings=RECORDINGS[:2]))
    assert tests[["low", "high", "p_recordings"]].isna().all(axis=None)
    assert tests["sentence"].str.contains("no interval can be had of 2 recordings").all()
    assert compared(across(recordings=RECORDINGS[:1])).empty


def test_a_method_that_was_not_decoded_by_an_alignment_is_passed_over():
    table = across()
    tests = compared(table[(table["method"] != "pca") | (table["protocol"] != "unaligned")])
    assert not ((tests["method"] == "pca") & (tests["protocol"] == "unaligned")).any()
    # Less those with the ceiling, with the method's two other ones, and with the other method's own.
    assert len(tests) == len(compared(table)) - 4
