"""Selections of a session's trials, against the same trials picked out of the whole session."""

import numpy as np
import pytest
from nwb_files import mc_maze, write
from raw_sessions import BINS, raw_trials, write_struct

from ner.data.preprocessing import make_recording
from ner.storage.errors import InputError


def maze(path, area="M1", **settings):
    given = {"nwb": {"layout": "mc-maze", "keep": {}, "condition": None}, **settings}
    return make_recording(path, "x", format="nwb", area=area, bins=40, train_fraction=0.5, settings=given)


def raw(path, **settings):
    return make_recording(path, "x", format="trial_data", area="M1", bins=BINS, train_fraction=0.5, settings=settings)


def test_a_selection_of_an_nwb_file_is_those_trials_of_the_whole_and_drops_none(tmp_path):
    content = mc_maze()
    path = write(tmp_path / "file.nwb", content)
    chosen = np.isin(content.trials["trial_type"], [11, 14, 16]) & (content.trials["trial_version"] >= 1)
    whole = maze(path)
    part = maze(path, selections={"some": {"trial_type": [11, 14, 16], "trial_version": [1, 2]}})
    assert 0 < chosen.sum() < len(chosen) and part.metadata["dropped_trials"] == whole.metadata["dropped_trials"] == []
    for values, of_whole in ((part.rates, whole.rates), (part.velocity, whole.velocity)):
        np.testing.assert_array_equal(part.per_trial(values), whole.per_trial(of_whole)[chosen])


def test_what_is_dropped_of_a_selection_is_said_and_the_other_trials_are_not(tmp_path):
    content = mc_maze()
    content.trials["success"][[1, 4]] = False
    path = write(tmp_path / "file.nwb", content)
    given = {"nwb": {"layout": "mc-maze", "condition": None}, "selections": {"some": {"trial_type": [11, 13]}}}
    part = make_recording(path, "x", format="nwb", area="M1", bins=40, train_fraction=0.5, settings=given)
    assert part.metadata["dropped_trials"] == [{"trial": 2, "reason": "success False"}]


def test_every_unit_of_a_file(tmp_path):
    content = mc_maze()
    path = write(tmp_path / "file.nwb", content)
    areas = [maze(path, area) for area in ("PMd", "M1")]
    np.testing.assert_array_equal(maze(path, "all").rates, np.hstack([recording.rates for recording in areas]))


def test_a_selection_of_trial_data(tmp_path):
    trials = raw_trials()
    for k, trial in enumerate(trials):
        trial["block"] = float(k % 4)
    path = write_struct(tmp_path / "file.mat", trials)
    part, whole = raw(path, selections={"some": {"block": [1, 2]}}), raw(path)
    chosen = np.isin(np.arange(len(trials)) % 4, [1, 2])
    np.testing.assert_array_equal(part.per_trial(part.rates), whole.per_trial(whole.rates)[chosen])
    assert part.metadata["dropped_trials"] == []


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"trial_type": [99]}, "no trial of trial_type [99], but trial_type 10, 11, 12"),
        ({"trial_kind": [1]}, "trial_kind"),
    ],
)
def test_a_selection_of_nothing_is_refused_in_one_line(tmp_path, selection, said):
    path = write(tmp_path / "file.nwb", mc_maze())
    with pytest.raises(InputError) as error:
        maze(path, selections={"some": selection})
    assert said in str(error.value) and "selections" in str(error.value) and "\n" not in str(error.value)


def test_a_selection_of_nothing_in_trial_data_is_refused(tmp_path):
    path = write_struct(tmp_path / "file.mat", [trial | {"block": 1.0} for trial in raw_trials()])
    with pytest.raises(InputError, match="no trial of block"):
        raw(path, selections={"some": {"block": [9]}})
    with pytest.raises(InputError, match="blocks"):
        raw(path, selections={"some": {"blocks": [1]}})
