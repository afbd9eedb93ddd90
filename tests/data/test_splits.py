"""Which trials train and which test: a share of them, blocks of consecutive trials, and conditions held out in turn."""

import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st
from raw_sessions import BINS, TARGETS, from_raw, from_smoothed, raw_trials, smoothed_content, write_struct

from ner.data.sessions import RawTrial, Window
from ner.data.splits import split
from ner.storage.errors import InputError

WINDOW = Window(bins=4, bin_seconds=0.1, reach=2, least=4)


def trials_of(begins):
    """Trials that begin at some times, of a session cut into windows; at None, of one of trials."""
    return [
        RawTrial(number=k + 1, counts=np.zeros((4, 1)), velocity=np.zeros((4, 2)), start=0, direction=0.0, begin=begin)
        for k, begin in enumerate(begins)
    ]


def parts(begins, **how):
    """Numbers of the trials that train, of those that test and of the dropped ones."""
    trials, count, dropped = split(trials_of(begins), WINDOW, "x-m1", **how)
    numbers = [trial.number for trial in trials]
    return numbers[:count], numbers[count:], [entry["trial"] for entry in dropped]


@given(of=st.integers(2, 9), more=st.integers(0, 60))
def test_every_trial_is_held_out_once_in_blocks_of_consecutive_trials(of, more):
    count = of + more
    blocks = []
    for number in range(1, of + 1):
        train, test, dropped = parts([None] * count, fold={"number": number, "of": of})
        assert sorted([*train, *test]) == list(range(1, count + 1)) and not dropped
        assert test == list(range(test[0], test[-1] + 1)) and train == sorted(train)
        blocks.append(test)
    assert [number for block in blocks for number in block] == list(range(1, count + 1))
    lengths = set(map(len, blocks))
    assert max(lengths) - min(lengths) <= 1


@given(count=st.integers(5, 200))
def test_the_last_of_five_folds_is_the_papers_split(count):
    assert parts([None] * count, fold={"number": 5, "of": 5}) == parts([None] * count, train_fraction=0.8)


@given(
    steps=st.lists(st.sampled_from([0.1, 0.2, 0.4, 0.8, 3.0]), min_size=12, max_size=40),
    of=st.integers(2, 4),
)
def test_no_training_window_shares_spikes_with_a_held_out_one_on_either_side(steps, of):
    begins = np.round(np.cumsum(steps), 6)
    # Windows of 0.4 s, and smoothing over 0.2 s beyond both.
    near = np.abs(begins[:, None] - begins[None]) < 0.4 + 2 * 0.2 - 1e-6
    held = []
    for number in range(1, of + 1):
        train, test, dropped = parts(begins, fold={"number": number, "of": of})
        assert sorted([*train, *test, *dropped]) == list(range(1, len(begins) + 1))
        outside = [k for k in range(1, len(begins) + 1) if k not in test]
        beside = [k for k in outside if near[k - 1, np.array(test) - 1].any()]
        assert dropped == beside
        held += test
    assert held == list(range(1, len(begins) + 1))


def test_a_block_in_the_middle_loses_windows_on_both_sides_and_a_share_those_that_test():
    begins = np.round(0.2 * np.arange(30), 6)
    train, test, dropped = parts(begins, fold={"number": 2, "of": 3})
    assert (test, dropped) == (list(range(11, 21)), [8, 9, 10, 21, 22, 23])
    assert train == [*range(1, 8), *range(24, 31)]
    assert parts(begins, train_fraction=0.5) == (list(range(1, 16)), list(range(19, 31)), [16, 17, 18])


def test_a_fold_of_a_recording_holds_its_block_last(tmp_path):
    content = smoothed_content()
    scipy.io.savemat(tmp_path / "file.mat", content)
    whole = from_smoothed(tmp_path / "file.mat")
    last = from_smoothed(tmp_path / "file.mat", train_fraction=None, fold={"number": 5, "of": 5})
    for name in ("rates", "velocity", "direction", "trial", "bin", "train"):
        np.testing.assert_array_equal(getattr(last, name), getattr(whole, name))
    assert last.metadata == whole.metadata
    second = from_smoothed(tmp_path / "file.mat", train_fraction=None, fold={"number": 2, "of": 5})
    rows = np.arange(80 * BINS).reshape(80, BINS)
    order = np.concatenate([rows[:16], rows[32:], rows[16:32]]).ravel()
    np.testing.assert_array_equal(second.rates, content["neural_M1"][order])
    np.testing.assert_array_equal(second.velocity, content["continuous_index"][order])
    np.testing.assert_array_equal(second.train, np.arange(80 * BINS) < 64 * BINS)
    np.testing.assert_array_equal(second.trial, np.arange(80 * BINS) // BINS)


def test_a_condition_is_held_out_by_its_label_as_it_is_turned_and_rounded(tmp_path):
    path = write_struct(tmp_path / "file.mat", raw_trials())
    turned = {"direction_offset": 46.0, "nearest": 5.0, "train_fraction": None}
    recording = from_raw(path, **turned, fold={"condition": "90"})
    assert set(recording.direction[~recording.train]) == {90}
    assert 90 not in recording.direction[recording.train]
    assert np.count_nonzero(~recording.train) == BINS * np.count_nonzero(TARGETS % 360 == 45)
    assert not any("trials goes" in warning for warning in recording.metadata["warnings"])
    with pytest.raises(InputError, match="^config folds: chewie-20161014-m1: found trials of .* 0, 45, .*condition 30"):
        from_raw(path, train_fraction=None, fold={"condition": "30"})


def test_more_folds_than_trials_are_one_line():
    with pytest.raises(InputError, match=r"^config folds: x-m1: found 6 folds of 5 trials; [^\n]+; set fewer folds$"):
        parts([None] * 5, fold={"number": 1, "of": 6})
