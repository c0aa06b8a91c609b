import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation, Prediction, check_demonstrations, predict_episode


class Recorder:
    """Notes what it is shown and answers with the frame's number."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, float, int]] = []

    def fit(self, demonstrations, encoder) -> None:
        pass

    def predict(self, observation: Observation, t: int) -> Prediction:
        image = observation.required_image()
        self.seen.append((t, float(observation.required_embedding()[0]), int(image[0, 0, 0])))
        return Prediction(np.array([t, 0.0, 0.0]), t / 10)


def test_frames_are_shown_in_order_each_with_its_own_image_and_embedding(coloured, mean_colour) -> None:
    (demonstration,) = coloured(1, 5, 0)
    policy = Recorder()
    directions, openings = predict_episode(policy, demonstration, mean_colour)

    assert [t for t, _, _ in policy.seen] == [0, 1, 2, 3, 4]
    for t, red, pixel in policy.seen:
        assert pixel == demonstration.load_image(t)[0, 0, 0]
        assert red == pytest.approx(pixel / 127.5 - 1.0)
    np.testing.assert_array_equal(directions[:, 0], [0, 1, 2, 3, 4])
    np.testing.assert_allclose(openings, [0.0, 0.1, 0.2, 0.3, 0.4])


def test_what_is_missing_is_said() -> None:
    with pytest.raises(InvalidInput, match="no embedding"):
        Observation().required_embedding()
    with pytest.raises(InvalidInput, match="no image"):
        Observation().required_image()
    with pytest.raises(InvalidInput, match="training side empty"):
        check_demonstrations([])
