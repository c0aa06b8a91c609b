"""Interpolation against scipy's, and against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations.pose_tracks import Poses, PoseTrack, bracket, slerp, sort_samples
from vinn_training.exceptions import InvalidInput

transform = pytest.importorskip("scipy.spatial.transform", reason="the oracle is scipy")
SEEDS = st.integers(0, 2**32 - 1)


def _track(seed, count, turn_rad=1.0):
    """A path that turns by up to `turn_rad` between samples, with quaternions of either sign."""
    rng = np.random.default_rng(seed)
    times = 1_700_000_000_000_000_000 + np.cumsum(rng.integers(1, 10**8, count))
    turns = rng.normal(size=(count, 3))
    turns *= rng.uniform(0, turn_rad, (count, 1)) / np.linalg.norm(turns, axis=1, keepdims=True)
    rotation, found = transform.Rotation.random(random_state=seed % 2**31), []
    for turn in turns:
        found.append(rotation.as_quat() * rng.choice([-1.0, 1.0]))
        rotation = rotation * transform.Rotation.from_rotvec(turn)
    return times, rng.normal(size=(count, 3)), np.array(found), rng


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 12), st.sampled_from([0.0, 1e-9, 1e-3, 1.0, 3.1]))
def test_poses_between_samples_are_those_of_scipy(seed, count, turn_rad):
    times, positions, quaternions, rng = _track(seed, count, turn_rad)
    moments = np.sort(rng.integers(times[0], times[-1] + 1, 20))
    found = PoseTrack(times, positions, quaternions).at(bracket(times, moments))
    since, at = (times - times[0]) * 1e-9, (moments - times[0]) * 1e-9
    oracle = transform.Slerp(since, transform.Rotation.from_quat(quaternions))(at)
    np.testing.assert_allclose(found.rotations, oracle.as_matrix(), atol=1e-7)
    for axis in range(3):
        np.testing.assert_allclose(found.positions_m[:, axis], np.interp(at, since, positions[:, axis]), atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 8))
def test_brackets_are_those_of_a_plain_loop(seed, count):
    rng = np.random.default_rng(seed)
    times = np.unique(rng.integers(0, 30, count))
    moments = rng.integers(-5, 35, 30)
    found = bracket(times, moments)
    for index, moment in enumerate(moments):
        before = [i for i, t in enumerate(times) if t <= moment]
        after = [i for i, t in enumerate(times) if t >= moment]
        if not before or not after:
            assert found.gap_ns[index] == -1
            continue
        assert (found.lower[index], found.upper[index]) == (before[-1], after[0])
        gap = times[after[0]] - times[before[-1]]
        assert found.gap_ns[index] == gap
        assert found.fraction[index] == pytest.approx((moment - times[before[-1]]) / gap if gap else 0.0)


def test_fractions_are_exact_for_times_since_1970():
    start = 1_763_700_000_123_456_789
    found = bracket(np.array([start, start + 1000]), np.array([start + 1, start + 500]))
    np.testing.assert_array_equal(found.fraction, [0.001, 0.5])


def test_half_a_turn_and_equal_rotations():
    same = np.array([[0.0, 0.0, 0.0, 1.0]])
    np.testing.assert_allclose(slerp(same, -same, np.array([[0.3]])), same, atol=1e-12)
    half = slerp(same, np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[0.5]]))
    np.testing.assert_allclose(np.abs(half), [[np.sqrt(0.5), 0, 0, np.sqrt(0.5)]], atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_composition_and_inverse_are_those_of_homogeneous_matrices(seed):
    rng = np.random.default_rng(seed)

    def draw():
        return Poses(
            rng.normal(size=(3, 3)), transform.Rotation.random(3, random_state=rng.integers(2**31)).as_matrix()
        )

    def matrices(poses):
        result = np.tile(np.eye(4), (3, 1, 1))
        result[:, :3, :3], result[:, :3, 3] = poses.rotations, poses.positions_m
        return result

    a, b = draw(), draw()
    np.testing.assert_allclose(matrices(a.then(b)), matrices(a) @ matrices(b), atol=1e-12)
    np.testing.assert_allclose(matrices(a.inverse()), np.linalg.inv(matrices(a)), atol=1e-12)


def test_samples_are_sorted_and_repeated_times_dropped():
    np.testing.assert_array_equal(sort_samples(np.array([5, 3, 5, 1])), [3, 1, 0])
    track = PoseTrack.from_samples(np.array([2, 1, 2]), np.eye(3), np.tile([0, 0, 0, 2.0], (3, 1)))
    np.testing.assert_array_equal(track.positions_m, [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(track.quaternions[0], [0, 0, 0, 1])


@pytest.mark.parametrize(
    ("positions", "quaternions"),
    [
        (np.zeros((1, 3)), np.zeros((1, 4))),
        (np.full((1, 3), np.nan), np.ones((1, 4))),
        (np.zeros((2, 3)), np.ones((1, 4))),
    ],
)
def test_what_is_no_pose_is_refused(positions, quaternions):
    with pytest.raises(InvalidInput):
        PoseTrack(np.array([1]), positions, quaternions)
