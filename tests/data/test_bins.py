import numpy as np
from samples import simulated_recording


def test_turned_labels_go_round():
    recording = simulated_recording()
    turned = recording.turned(-45)
    np.testing.assert_array_equal(turned.direction, np.where(recording.direction >= 45, recording.direction - 45, 315))
    np.testing.assert_array_equal(turned.turned(45).direction, recording.direction)
    np.testing.assert_array_equal(turned.velocity, recording.velocity)
