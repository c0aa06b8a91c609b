import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 0}, "k is 0"),
        ({"k": 1001}, "k is 1001"),
        ({"k": 2.5}, r"k is 2\.5"),
        ({"k": True}, "k is True"),
        ({"k": float("nan")}, "k is nan"),
        ({"k": float("inf")}, "k is inf"),
        ({"temperature": 0.0}, "temperature is 0"),
        ({"temperature": float("inf")}, "temperature is inf"),
        ({"action_scale": (0.5, 0.5)}, "action_scale"),
        ({"action_scale": (0.5, 0.0, 0.5)}, "action_scale"),
        ({"action_scale": (0.5, 1.1, 0.5)}, "action_scale"),
        ({"action_scale": (0.5, float("nan"), 0.5)}, "action_scale"),
        ({"gripper_close_below": 0.8}, "close_below"),
        ({"hold_distance_quantile": 1.1}, "hold_distance_quantile"),
        ({"hold_distance_quantile": float("nan")}, "hold_distance_quantile"),
    ],
)
def test_out_of_range_is_refused_with_its_name(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        PolicyConfig(**change)  # type: ignore[arg-type]


def test_lists_as_parameters_give_them_are_taken() -> None:
    assert PolicyConfig(action_scale=[0.5, 1, 0.25]).action_scale == (0.5, 1.0, 0.25)  # type: ignore[arg-type]
