import numpy as np
import pytest

from vinn_training.bank.build import build_bank
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy, bank_of
from vinn_training.policy.vinn_policy import VinnPolicy


def test_the_bank_is_the_one_that_the_robot_loads(coloured, mean_colour) -> None:
    demonstrations = coloured(3, 7, 0)
    assert bank_of(demonstrations, mean_colour).bank_id == build_bank(demonstrations, mean_colour.runtime).bank.bank_id


def test_answers_are_those_of_the_robots_policy(coloured, mean_colour) -> None:
    demonstrations = coloured(4, 10, 0)
    config = PolicyConfig(k=3, temperature=0.2)
    policy = NearestNeighborsPolicy(config)
    policy.fit(demonstrations[:3], mean_colour)
    directions, openings = predict_episode(policy, demonstrations[3], mean_colour)

    robot = VinnPolicy(build_bank(demonstrations[:3], mean_colour.runtime).bank, config)
    for t, embedding in enumerate(mean_colour.embed(demonstrations[3])):
        action = robot.act(embedding)
        np.testing.assert_allclose(directions[t], action.direction, atol=1e-7)
        assert openings[t] == action.gripper_opening


def test_a_frame_of_the_bank_gets_its_own_action(coloured, mean_colour) -> None:
    demonstrations = coloured(2, 10, 0)
    policy = NearestNeighborsPolicy(PolicyConfig(k=1))
    policy.fit(demonstrations, mean_colour)
    directions, openings = predict_episode(policy, demonstrations[1], mean_colour)
    np.testing.assert_allclose(directions, demonstrations[1].directions, atol=1e-6)
    np.testing.assert_array_equal(openings, demonstrations[1].gripper)


def test_what_is_missing_is_said(coloured, mean_colour) -> None:
    policy = NearestNeighborsPolicy()
    with pytest.raises(InvalidInput, match="before it was fitted"):
        policy.predict(Observation(embedding=np.zeros(3, dtype=np.float32)), 0)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        policy.fit(coloured(1, 3, 0), None)
    with pytest.raises(InvalidInput, match="no demonstrations"):
        policy.fit([], mean_colour)
