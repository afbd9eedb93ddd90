"""Well-formed files of the wrong thing: each is put right, or warned of, or refused."""

import math
import re

import numpy as np
import pytest
import scipy.sparse
from raw_sessions import (
    BINS,
    METADATA,
    TARGETS,
    from_raw,
    from_smoothed,
    raw_trials,
    reach,
    smoothed_content,
    tuned_counts,
    write_cells,
    write_struct,
    write_struct_of_cells,
    write_v73,
)
from scipy.io import savemat

from ner.data.preprocessing import make_recording
from ner.data.recordings_table import notices, reasons, refuse_one_session_twice
from ner.storage.errors import InputError


@pytest.fixture
def recorded(tmp_path):
    """Makes a recording of trials, written as a struct array."""

    def make(trials, write=write_struct, **arguments):
        return from_raw(write(tmp_path / "file.mat", trials), **arguments)

    return make


def each(change):
    """Changes every trial, by its number from 0."""
    return lambda trials: [{**trial, **change(k, trial)} for k, trial in enumerate(trials)]


def of(*numbers, **fields):
    """Changes some trials, numbered from 1."""
    return each(lambda k, trial: fields if k + 1 in numbers else {})


def scaled(field, factor):
    return each(lambda k, trial: {field: trial[field] * factor})


def angles(change):
    return each(lambda k, trial: {"tgtDir": change(trial["tgtDir"])})


def glitch(trials, size=3000.0, number=21):
    start = int(trials[number - 1]["idx_goCueTime"])
    velocity = trials[number - 1]["vel"].copy()
    velocity[start : start + 2] = [size, -size]
    return of(number, vel=velocity)(trials)


def axis_constant(axis, value=0.0):
    def change(k, trial):
        velocity = trial["vel"].copy()
        velocity[:, axis] = value
        return {"vel": velocity}

    return each(change)


def shuffled_labels(trials):
    order = np.random.default_rng(3).permutation(len(trials))
    return [{**trial, "tgtDir": trials[other]["tgtDir"]} for trial, other in zip(trials, order, strict=True)]


def transposed(field):
    return each(lambda k, trial: {field: trial[field].T})


def ordered(key):
    return lambda trials: sorted(trials, key=key)


REFUSED = {
    "velocity in m/s": (scaled("vel", 0.01), "peak speeds of 0.2.* cm/s.*perhaps to m/s"),
    "velocity in mm/s": (scaled("vel", 10), "peak speeds of 2.* cm/s.*perhaps to mm/s"),
    "velocity is 0": (scaled("vel", 0), "constant in x and y throughout the train trials"),
    "velocity is 0 in x": (axis_constant(0), "constant in x throughout"),
    "velocity is 7 in y": (axis_constant(1, 7.0), "constant in y throughout"),
    "velocity is 0 in x in the test trials": (
        lambda trials: trials[:64] + axis_constant(0)(trials[64:]),
        "constant in x throughout the test trials",
    ),
    "no unit fires": (scaled("M1_spikes", 0), "no spike of any of the 3 neurons"),
    "rates in spikes/s, of 10 ms bins": (scaled("M1_spikes", 100), "all multiples of 100.*not rates"),
    "rates in spikes/s, of 30 ms bins": (scaled("M1_spikes", 1 / 0.03), "trials malformed: .*with fractions"),
    "rates, rounded": (each(lambda k, t: {"M1_spikes": np.round(t["M1_spikes"] / 0.03)}), "none between 0 and 33"),
    "smoothed counts": (each(lambda k, t: {"M1_spikes": t["M1_spikes"] * 0.9}), "with fractions"),
    "z-scored counts": (each(lambda k, t: {"M1_spikes": t["M1_spikes"] - 3}), "counts below 0"),
    "spikes transposed": (transposed("M1_spikes"), "80 of 80 trials malformed: M1_spikes is transposed"),
    "velocity transposed": (transposed("vel"), "80 of 80 trials malformed: vel is transposed"),
    "both transposed": (
        lambda trials: transposed("vel")(transposed("M1_spikes")(trials)),
        "80 of 80 trials malformed: .* is transposed",
    ),
    "bins counted from 0": (each(lambda k, t: {"idx_trial_start": 0.0}), "idx_trial_start 0 in 80.*first_index: 0"),
    "go cues in bin 0": (each(lambda k, t: {"idx_goCueTime": 0.0}), "idx_goCueTime 0 in 80.*first_index: 0"),
    "bins of 50 ms": (each(lambda k, t: {"bin_size": 0.05}), "bin_size of 0.05 s; expected 0.03 s.*bin_seconds"),
    "bins of 20 ms": (each(lambda k, t: {"bin_size": 0.02}), "bin_size of 0.02 s; expected 0.03 s, or a whole"),
    "bins of two widths": (of(5, bin_size=0.01), "bin_size of 0.01, 0.03 s"),
    "targets mirrored in y": (angles(lambda angle: -angle), "a mirror image of the movements"),
    "targets mirrored in x": (angles(lambda angle: math.pi - angle), "a mirror image of the movements"),
    "x and y of targets swapped": (angles(lambda angle: math.pi / 2 - angle), "a mirror image of the movements"),
    "targets of other trials": (shuffled_labels, "directions unlike the movements: in .*%"),
    "targets in degrees": (angles(math.degrees), "set target_unit of the session to degrees"),
    "fewer trials than targets": (lambda trials: trials[:8], "8 trials to 8 directions, none of them in train and"),
    "go cues counted from the start of the session": (
        each(lambda k, t: {"idx_goCueTime": t["idx_goCueTime"] + 60.0 * k}),
        r"1 trials, of which 0 train and 1 test, with 79 of 80 trials dropped: 0 of 4 bins after the go cue \(79\); ",
    ),
    "a session appended to itself": (lambda trials: trials[:40] * 2, "40 trials twice, the first of them 1 and 41"),
    "a test trial that is a train trial": (
        lambda trials: [*trials[:-1], trials[3]],
        "1 trials twice, the first of them 4 and 80",
    ),
    "a copy of lower precision": (
        lambda trials: trials[:40] + each(lambda k, t: {"vel": t["vel"].astype(np.float32)})(trials[:40]),
        "40 trials twice",
    ),
    "trials sorted by target": (ordered(lambda trial: trial["tgtDir"]), "sorted by target: .*in which they were"),
    "two targets, one after the other": (
        lambda trials: ordered(lambda t: t["tgtDir"])([t for k, t in enumerate(trials) if k % 8 in (0, 4)]),
        "sorted by target|single direction",
    ),
}


@pytest.mark.parametrize(("spoil", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_right_is_refused(recorded, spoil, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        recorded(spoil(raw_trials()))
    assert "\n" not in str(raised.value)


WARNED = {
    "targets turned by 45 degrees": (angles(lambda angle: angle + math.pi / 4), "direction_offset: -45"),
    "targets turned by -90 degrees": (angles(lambda angle: angle - math.pi / 2), "direction_offset: 90"),
    "targets turned by 180 degrees": (angles(lambda angle: angle + math.pi), r"goes .1[78]\d.* degrees from them"),
    "every fourth reach to the opposite": (
        each(lambda k, t: {"tgtDir": t["tgtDir"] + math.pi * (k % 4 == 0)}),
        r"25% of the trials go elsewhere than their label: \d",
    ),
    "a neuron twice": (
        each(lambda k, t: {"M1_spikes": np.column_stack([t["M1_spikes"], t["M1_spikes"][:, :1]])}),
        "neurons with the same spikes: 0 and 3",
    ),
    "no width of the bins": (
        lambda trials: [{key: v for key, v in t.items() if key != "bin_size"} for t in trials],
        "no bin_size: its bins are taken for 30 ms",
    ),
    "a width of the bins in words": (
        each(lambda k, t: {"bin_size": "30 ms"}),
        "a bin_size that is no number: its bins are taken for 30 ms",
    ),
    "a position that moves thrice as fast": (
        each(lambda k, t: {"pos": 3 * 0.03 * np.cumsum(t["vel"], axis=0)}),
        "position changes [23].* times as fast",
    ),
    "a position of something else": (
        each(lambda k, t: {"pos": np.random.default_rng(k).normal(size=t["vel"].shape)}),
        "not the change of the position",
    ),
    "a cut within the movement": (lambda trials: trials, "already moves in the first bin"),
    "spikes of other trials": (
        each(lambda k, t: {"M1_spikes": tuned_counts(0, len(t["vel"]), 3, np.random.default_rng(k))}),
        "no better than chance",
    ),
    "a hand on a line": (
        lambda trials: [
            {**t, "vel": t["vel"] * [1, 0.01], "tgtDir": 0.0 if k % 2 else math.pi}
            for k, t in enumerate(raw_trials(targets=[180, 0]))
        ],
        "moves along one axis",
    ),
    "a target of test trials alone": (
        of(*range(1, 64, 8), tgtDir=0.0),
        "none of the train trials goes towards 180 deg",
    ),
    "implausibly many spikes": (scaled("M1_spikes", 1), "neurons fire .* times a second"),
    "every target another": (
        each(lambda k, t: {"tgtDir": t["tgtDir"] + math.radians(k % 40)}),
        "averages over a direction say little",
    ),
    "one trial to a target": (of(3, tgtDir=math.radians(-80)), "one trial only towards 280 degrees"),
}


@pytest.mark.parametrize(("spoil", "warning"), WARNED.values(), ids=WARNED)
def test_what_is_odd_is_warned_of(recorded, spoil, warning):
    trials = raw_trials()
    if "neurons fire" in warning:
        trials = [{**t, "M1_spikes": t["M1_spikes"] + 1} for t in trials]
    recording = recorded(spoil(trials))
    assert len(set(recording.trial)) == 80
    text = "\n".join(recording.metadata["warnings"])
    assert re.search(warning, text), text
    assert any(re.search(warning, line) for line in notices(recording))


def empty(trials):
    return of(
        8, M1_spikes=np.zeros((0, 0)), vel=np.zeros((0, 0)), idx_goCueTime=np.zeros((0, 0)), tgtDir=np.zeros((0, 0))
    )(trials)


def shorter(field, number=8):
    return lambda trials: of(number, **{field: trials[number - 1][field][:-1]})(trials)


def nan_before(field):
    def change(k, trial):
        values = trial[field].copy()
        values[:1] = np.nan
        return {field: values, "idx_goCueTime": 7.0} if k == 7 else {}

    return each(change)


def nan_behind(trials):
    """In the second bin behind the cut, which smoothing sees."""
    counts = trials[7]["M1_spikes"].copy()
    counts[int(trials[7]["idx_goCueTime"]) - 1 + BINS + 1] = np.nan
    return of(8, M1_spikes=counts)(trials)


DROPPED = {
    "NaN that smoothing reaches": (nan_behind, "spike counts are NaN"),
    "all fields empty": (empty, "M1_spikes is empty"),
    "two go cues": (of(8, idx_goCueTime=np.array([2.0, 3.0])), "several go cues in idx_goCueTime"),
    "two targets": (of(8, tgtDir=np.array([0.0, 1.0])), "several targets in tgtDir"),
    "no go cue": (of(8, idx_goCueTime=np.nan), "no go cue"),
    "a go cue in bin 0": (of(8, idx_goCueTime=0.0), "idx_goCueTime is no bin number, from 1"),
    "a go cue between bins": (of(8, idx_goCueTime=2.5), "idx_goCueTime is no bin number, from 1"),
    "a go cue after the end": (of(8, idx_goCueTime=99.0), "0 of 4 bins after the go cue"),
    "spikes one bin short": (shorter("M1_spikes"), "M1_spikes and vel have other numbers of bins"),
    "velocity one bin short": (shorter("vel"), "M1_spikes and vel have other numbers of bins"),
    "other neurons": (
        of(8, M1_spikes=np.ones((12, 5)), vel=np.ones((12, 2))),
        "M1_spikes of 5 neurons, not 3",
    ),
    "a text as velocity": (of(8, vel="fast"), "vel of type str, not numbers"),
    "NaN among the kept spikes": (
        of(8, M1_spikes=np.full((12, 3), np.nan), vel=np.ones((12, 2))),
        "spike counts are NaN",
    ),
    "an infinite velocity": (of(8, vel=np.full((12, 2), np.inf), M1_spikes=np.ones((12, 3))), "velocity is infinite"),
    "a frozen velocity": (of(8, vel=np.full((12, 2), 9.0), M1_spikes=np.ones((12, 3))), "the velocity does not change"),
    "a glitch": (lambda trials: glitch(trials, number=8), "a speed of 42.. cm/s, the usual peak being 2."),
    "a small glitch": (lambda trials: glitch(trials, 200, number=8), "a speed of 28. cm/s"),
    "a failed trial": (
        each(lambda k, t: {"result": "F" if k == 7 else "R"}),
        "result F",
    ),
    "a trial without result": (each(lambda k, t: {"result": "" if k == 7 else "R"}), "result "),
    "a result by number": (each(lambda k, t: {"result": 70.0 if k == 7 else "R"}), "result 70.0"),
}


@pytest.mark.parametrize(("spoil", "reason"), DROPPED.values(), ids=DROPPED)
@pytest.mark.parametrize("write", [write_struct, write_cells, write_struct_of_cells, write_v73])
def test_one_bad_trial_is_dropped_alone(recorded, spoil, reason, write):
    trials = raw_trials()
    recording = recorded(spoil(trials), write)
    (entry,) = recording.metadata["dropped_trials"]
    assert entry["trial"] == 8
    assert re.match(reason, entry["reason"]), entry
    whole = recorded(trials)
    np.testing.assert_array_equal(recording.rates, whole.rates[whole.trial != 7])
    np.testing.assert_array_equal(recording.velocity, whole.velocity[whole.trial != 7])


@pytest.mark.parametrize("field", ["vel", "M1_spikes"])
def test_nan_before_the_cut_drops_nothing(recorded, field):
    recording = recorded(nan_before(field)(raw_trials()), half_width=4)
    assert recording.metadata["dropped_trials"] == []
    assert np.isfinite(recording.rates).all()


@pytest.mark.parametrize("write", [write_struct, write_cells, write_struct_of_cells, write_v73])
def test_a_file_gives_the_same_numbers_however_it_was_saved(recorded, write):
    trials = [{**trial, "result": "R"} for trial in raw_trials()]
    expected, recording = recorded(trials), recorded(trials, write)
    np.testing.assert_array_equal(recording.rates, expected.rates)
    np.testing.assert_array_equal(recording.velocity, expected.velocity)
    np.testing.assert_array_equal(recording.direction, expected.direction)


@pytest.mark.parametrize(
    "convert", [scipy.sparse.csc_array, np.uint8, lambda values: values > 0], ids=["sparse", "integers", "logical"]
)
def test_spikes_of_other_types(recorded, convert):
    trials = raw_trials()
    expected = [{**trial, "M1_spikes": np.asarray(convert(trial["M1_spikes"]) + 0.0)} for trial in trials]
    if convert is scipy.sparse.csc_array:
        expected = trials
    recording = recorded([{**trial, "M1_spikes": convert(trial["M1_spikes"])} for trial in trials])
    np.testing.assert_array_equal(recording.rates, recorded(expected).rates)


def test_sparse_spikes_of_a_v73_file(tmp_path):
    import h5py

    trials = raw_trials()
    path = write_v73(tmp_path / "file.mat", trials)
    expected = from_raw(path)
    with h5py.File(path, "r+") as file:
        for k, trial in enumerate(trials):
            matrix = scipy.sparse.csc_array(trial["M1_spikes"])
            group = file.create_group(f"#refs#/sparse{k}")
            group.attrs["MATLAB_sparse"] = np.uint64(matrix.shape[0])
            group["data"], group["ir"], group["jc"] = matrix.data, matrix.indices, matrix.indptr
            file["trial_data/M1_spikes"][k, 0] = group.ref
    np.testing.assert_array_equal(from_raw(path).rates, expected.rates)


def test_a_width_of_each_bin_is_read(recorded):
    widths = each(lambda k, t: {"bin_size": np.full(len(t["vel"]), 0.03)})(raw_trials())
    assert not any("bin_size" in line for line in recorded(widths).metadata["warnings"])
    with pytest.raises(InputError, match="bin_size of 0.02 s; expected 0.03 s"):
        recorded(each(lambda k, t: {"bin_size": t["bin_size"] * 2 / 3})(widths))


def test_many_reasons_are_counted_in_one_line(recorded):
    with pytest.raises(
        InputError, match=r"80 trials, all to be dropped: (\d+ of 99 .*?\(\d+\),? ){5}and \d+ other reasons"
    ):
        recorded(raw_trials(), bins=99)


def test_bins_of_10_ms_are_joined_from_the_go_cue_on(recorded):
    coarse = raw_trials()
    rng = np.random.default_rng(5)
    fine = []
    for trial in coarse:
        # Three bins of each: the counts split at random, the velocities around their mean; one or two bins in front.
        first = rng.binomial(trial["M1_spikes"].astype(int), 1 / 3)
        second = rng.binomial((trial["M1_spikes"] - first).astype(int), 1 / 2)
        parts = np.stack([first, second, trial["M1_spikes"] - first - second], axis=1)
        spread = rng.normal(size=(len(trial["vel"]), 3, 2))
        spread -= spread.mean(axis=1, keepdims=True)
        lead = int(rng.integers(0, 3))
        pad = np.zeros((lead, 3)), np.zeros((lead, 2))
        fine.append(
            {
                **trial,
                "M1_spikes": np.concatenate([pad[0], parts.reshape(-1, 3)]),
                "vel": np.concatenate([pad[1], (trial["vel"][:, None] + spread).reshape(-1, 2)]),
                "idx_goCueTime": lead + 3 * (trial["idx_goCueTime"] - 1) + 1,
                "bin_size": 0.01,
            }
        )
    expected, recording = recorded(coarse), recorded(fine)
    np.testing.assert_allclose(recording.rates, expected.rates, rtol=1e-12)
    np.testing.assert_allclose(recording.velocity, expected.velocity, atol=1e-12)
    native = recorded(fine, bin_seconds=0.01)
    assert native.bin_seconds == 0.01
    np.testing.assert_array_equal(native.velocity[:BINS], fine[0]["vel"][int(fine[0]["idx_goCueTime"]) - 1 :][:BINS])


@pytest.mark.parametrize(("unit", "factor"), [("m/s", 0.01), ("mm/s", 10), ("cm/s", 1)])
def test_a_stated_unit_is_converted(recorded, unit, factor):
    expected = recorded(raw_trials())
    recording = recorded(scaled("vel", factor)(raw_trials()), settings={"velocity_unit": unit})
    np.testing.assert_allclose(recording.velocity, expected.velocity, rtol=1e-12)


def test_a_stated_unit_is_believed_with_a_warning(recorded):
    recording = recorded(scaled("vel", 0.1)(raw_trials()), settings={"velocity_unit": "cm/s"})
    assert any("is velocity_unit right?" in line for line in recording.metadata["warnings"])


def test_labels_are_turned_back(recorded):
    turned = angles(lambda angle: angle + math.pi / 4)(raw_trials())
    recording = recorded(turned, direction_offset=-45)
    np.testing.assert_array_equal(recording.direction, np.repeat(TARGETS % 360, BINS))
    assert not any("turned" in line for line in recording.metadata["warnings"])


def test_directions_to_the_nearest_of_8(recorded):
    trials = each(lambda k, t: {"tgtDir": t["tgtDir"] + math.radians(k % 40 - 20)})(raw_trials())
    assert set(recorded(trials, nearest=45).direction.tolist()) == set(range(0, 360, 45))


@pytest.mark.parametrize(
    "keep", [{"result": ["R", "F"]}, {"result": ["F"]}, {"block": [1]}, {"block": [1], "result": ["R"]}]
)
def test_trials_are_kept_by_their_fields(recorded, keep):
    trials = each(lambda k, t: {"result": "FR"[k % 3 > 0], "block": float(k // 40)})(raw_trials())
    expected = [k for k, t in enumerate(trials) if all(t[field] in allowed for field, allowed in keep.items())]
    recording = recorded(trials, settings={"keep": keep})
    np.testing.assert_array_equal(recording.trial_direction, TARGETS[expected] % 360)
    assert len(recording.metadata["dropped_trials"]) == 80 - len(expected)


def test_a_field_to_keep_by_that_no_trial_has(recorded):
    with pytest.raises(InputError, match=r"also \['block'\].*`keep`"):
        recorded(raw_trials(), settings={"keep": {"block": [1]}})


def test_fields_of_other_names(recorded, tmp_path):
    names = {
        "M1_spikes": "spk",
        "vel": "hand_vel",
        "idx_goCueTime": "idx_movement_on",
        "tgtDir": "dir",
        "bin_size": "dt",
    }
    trials = [{names.get(key, key): value for key, value in trial.items()} for trial in raw_trials()]
    path = write_struct(tmp_path / "other.mat", trials, variable="td")
    fields = {
        "trials": "td",
        "spikes": "spk",
        "velocity": "hand_vel",
        "start": "idx_movement_on",
        "direction": "dir",
        "bin_size": "dt",
    }
    recording = from_raw(path, settings={"fields": fields})
    np.testing.assert_array_equal(recording.rates, recorded(raw_trials()).rates)
    with pytest.raises(InputError, match=r"the variables \['td'\].*`fields`"):
        from_raw(path)


def test_bins_counted_from_0_when_config_says_so(recorded):
    trials = each(lambda k, t: {"idx_goCueTime": t["idx_goCueTime"] - 1, "idx_trial_start": 0.0})(raw_trials())
    recording = recorded(trials, settings={"first_index": 0})
    np.testing.assert_array_equal(recording.rates, recorded(raw_trials()).rates)


@pytest.mark.parametrize("targets", [[0, 90, 180, 270], [20, 140, 260], [0, 180], list(range(0, 360, 30))])
def test_any_number_of_directions_at_any_angle(recorded, targets):
    recording = recorded(raw_trials(96, targets=np.resize(targets, 96)))
    np.testing.assert_array_equal(recording.trial_direction, np.resize(targets, 96))
    assert not any("towards" in line or "turned" in line for line in recording.metadata["warnings"])


def test_many_dropped_trials_are_said(recorded):
    trials = each(lambda k, t: {"result": "FR"[k % 3 > 0]})(raw_trials())
    assert any("27 of 80 trials dropped (result F: 27 (1, 4, 7" in line for line in notices(recorded(trials)))
    trials = each(lambda k, t: {"result": "FR"[k % 8 > 0]})(raw_trials())
    assert not any("dropped" in line for line in notices(recorded(trials)))


def test_reasons_are_counted():
    dropped = [{"trial": k, "reason": "no target"} for k in (3, 4, 5, 9)] + [{"trial": 7, "reason": "no go cue"}]
    assert reasons(dropped) == "no target: 4 (3-5, 9); no go cue: 1 (7)"
    assert reasons([]) == ""


def test_nothing_of_a_smoothed_file_is_dropped(tmp_path):
    content = smoothed_content()
    content["continuous_index"][100:102] = 3000
    savemat(tmp_path / "file.mat", content)
    recording = from_smoothed(tmp_path / "file.mat")
    assert len(set(recording.trial)) == 80
    assert any(
        "speeds of up to 4243 cm/s" in line and "in trials 26" in line for line in recording.metadata["warnings"]
    )


# ---- Two sessions that are one


def session_recording(tmp_path, session, trials, file=None, **arguments):
    path = tmp_path / (file or f"{session}.mat")
    if not path.exists():
        write_struct(path, trials)
    metadata = {**METADATA, "session": session, "source": path.name}
    form = {"format": "trial_data", "area": "M1", "bins": BINS, "train_fraction": 0.8}
    return make_recording(path, f"{session}-m1", metadata=metadata, **form | arguments)


@pytest.mark.parametrize("part", [slice(None), slice(20, None), slice(None, None, 2)])
def test_two_days_of_the_same_trials_are_refused(tmp_path, part):
    trials = raw_trials()
    one, other = session_recording(tmp_path, "one", trials), session_recording(tmp_path, "other", trials[part])
    with pytest.raises(InputError, match=r"sessions one and other: found 100% of the trials.*one.mat, other.mat"):
        refuse_one_session_twice([one, other])


def test_areas_of_a_session_and_other_days_are_not_refused(tmp_path):
    one = session_recording(tmp_path, "one", raw_trials())
    same = session_recording(tmp_path, "one", None, area="PMd")
    refuse_one_session_twice([one, same, session_recording(tmp_path, "other", raw_trials(seed=1))])


def test_areas_with_the_same_spikes_are_refused(tmp_path):
    trials = each(lambda k, t: {"PMd_spikes": t["M1_spikes"]})(raw_trials())
    one = session_recording(tmp_path, "one", trials)
    with pytest.raises(InputError, match=r"recordings one-m1 and one-m1: found the same spikes \(one.mat\)"):
        refuse_one_session_twice([one, session_recording(tmp_path, "one", None, area="PMd")])


def test_selections_of_one_file_may_share_trials(tmp_path):
    trials = each(lambda k, t: {"block": float(k % 3)})(raw_trials())
    one, other, again = (
        session_recording(tmp_path, name, trials, "file.mat", settings={"keep": {"block": blocks}})
        for name, blocks in (("one", [0, 1]), ("other", [1, 2]), ("again", [1, 2]))
    )
    refuse_one_session_twice([one, other])
    with pytest.raises(InputError, match="sessions other and again"):
        refuse_one_session_twice([other, again])


def test_movements_that_a_simulation_repeats_are_no_copies(tmp_path):
    trials = raw_trials()
    for k, trial in enumerate(trials):
        trial["vel"] = reach(TARGETS[k], len(trial["vel"]), np.random.default_rng(0))
    sessions = [session_recording(tmp_path, name, trials) for name in ("one", "other")]
    refuse_one_session_twice(sessions)
