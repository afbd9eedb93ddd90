"""The first losses of trainings, published and ours."""

import numpy as np
import pytest

from ner.storage.tables import names
from ner.verification.losses import LOSSES, first_losses, losses_agree, mean_differences

DAY, OTHER = "chewie-20161007-m1", "chewie-20150629-m1"
CURVE = np.arange(1.0, 2001.0)


def test_curves_of_a_method_and_recording_are_compared_where_both_have_them():
    ours = {
        ("ner", DAY, 0): CURVE + 0.1,
        ("ner", DAY, 1): CURVE[:1500] - 0.3,
        ("ner", OTHER, 0): CURVE,
        ("cebra", DAY, 0): CURVE,
    }
    table = first_losses({("ner", DAY): CURVE, ("pivae", DAY): CURVE}, ours)
    assert list(table.columns) == names(LOSSES)
    assert table[["method", "recording"]].drop_duplicates().to_numpy().tolist() == [["ner", DAY]]
    # The mean of the 200 steps that end at step s is s - 99.5.
    assert [(row.seed, row.step, row.published) for row in table.itertuples()] == [
        (0, 200, 100.5),
        (0, 1000, 900.5),
        (0, 2000, 1900.5),
        (1, 200, 100.5),
        (1, 1000, 900.5),
    ]
    assert table["difference"].tolist() == pytest.approx([0.1, 0.1, 0.1, -0.3, -0.3])
    means = mean_differences(table)
    assert means["curves"].tolist() == [2, 2, 1]
    assert means["difference"].tolist() == pytest.approx([-0.1, -0.1, 0.1])


def test_short_trainings_have_no_first_losses():
    table = first_losses({("ner", DAY): CURVE}, {("ner", DAY, 0): CURVE[:199]})
    assert table.empty and list(table.columns) == names(LOSSES)


@pytest.mark.parametrize(("shift", "agree"), [(0.09, True), (-0.09, True), (0.11, False), (-0.11, False)])
def test_agreement_is_of_the_means_over_recordings_and_seeds(shift, agree):
    published = {("ner", DAY): CURVE, ("ner", OTHER): CURVE}
    ours = {("ner", DAY, 0): CURVE + shift - 0.5, ("ner", OTHER, 0): CURVE + shift + 0.5}
    assert losses_agree(first_losses(published, ours)) == agree
    # Neither a method nor a step hides another.
    assert not losses_agree(first_losses(published, {**ours, ("ner", DAY, 1): np.r_[CURVE[:1800], CURVE[1800:] + 3]}))
