import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.pose_tracks import Poses
from vinn_training.demonstrations.resampling import interpolate, keep_at_rate, steps_between

S = 1_000_000_000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.7, 1.0, 3.0, 5.0, 14.9, 40.0]))
def test_images_kept_are_those_nearest_to_each_tick(seed, rate_hz):
    rng = np.random.default_rng(seed)
    times = 1_700_000_000 * S + np.cumsum(rng.integers(S // 30, S // 5, 40))
    kept = keep_at_rate(times, rate_hz).tolist()
    expected = set()
    since = (times - times[0]) / S
    for tick in range(int(since[-1] * rate_hz) + 2):
        distance = np.abs(since - tick / rate_hz)
        if distance.min() < 0.5 / rate_hz - 1e-7:
            expected.add(int(distance.argmin()))
    assert kept == sorted(set(kept))
    assert expected <= set(kept)
    assert len(set(kept) - expected) <= 1  # one that lies half way between two ticks


def test_a_steady_camera_is_thinned_out_evenly_and_no_rate_keeps_all():
    times = np.arange(61) * (S // 15)
    np.testing.assert_array_equal(keep_at_rate(times, 3.0), np.arange(0, 61, 5))
    np.testing.assert_array_equal(keep_at_rate(times, 0.0), np.arange(61))
    np.testing.assert_array_equal(keep_at_rate(times, 1000.0), np.arange(61))
    assert len(keep_at_rate(times[:0], 3.0)) == 0


def _facing(yaw_rad):
    """Optical frame of a camera that looks along (cos, sin, 0) in a world with z up."""
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    return np.array([[sin, 0, cos], [-cos, 0, sin], [0, -1.0, 0]])


def test_directions_are_in_the_first_frames_optical_axes():
    poses = Poses(np.array([[0, 0, 0], [0.1, 0, 0], [0.1, 0.02, 0], [0.1, 0.02, 0.03]]), np.stack([_facing(0.0)] * 4))
    steps = steps_between(poses, 1, 0.0)
    np.testing.assert_allclose(steps.directions, [[0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, 0]], atol=1e-7)
    np.testing.assert_allclose(steps.lengths_m, [0.1, 0.02, 0.03, 0.0], atol=1e-7)
    turned = Poses(poses.positions_m, np.stack([_facing(yaw) for yaw in (np.pi / 2, 0, 0, 0)]))
    steps = steps_between(turned, 1, 0.0)
    np.testing.assert_allclose(
        steps.directions[0], [1, 0, 0], atol=1e-7
    )  # +x is to the right of one who looks along +y
    np.testing.assert_allclose(steps.rotations_rad[0], [0, np.pi / 2, 0], atol=1e-6)  # to the right, about y down


def test_horizon_and_rest():
    positions = np.zeros((6, 3))
    positions[:, 2] = [0.0, 0.01, 0.02, 0.0205, 0.0205, 0.03]
    steps = steps_between(Poses(positions, np.tile(np.eye(3), (6, 1, 1))), 2, 0.001)
    np.testing.assert_allclose(steps.lengths_m, [0.02, 0.0105, 0.0005, 0.0095, 0.0095, 0.0], atol=1e-7)
    np.testing.assert_array_equal(steps.directions[:, 2], [1, 1, 0, 1, 1, 0])
    np.testing.assert_array_equal(steps.targets, [2, 3, 4, 5, 5, 5])


def test_values_between_samples():
    values = np.array([[0.0, 10.0], [1.0, 20.0]])
    found = interpolate(values, np.array([0, 1]), np.array([1, 1]), np.array([0.25, 0.0]))
    np.testing.assert_allclose(found, [[0.25, 12.5], [1.0, 20.0]])
