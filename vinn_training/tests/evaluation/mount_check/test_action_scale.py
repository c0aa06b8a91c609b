import pytest

from vinn_training.evaluation.mount_check.action_scale import suggest_action_scale

ALIKE = {"x": 1.0, "y": 0.98, "z": 1.01}


def test_the_demonstrated_step_is_repeated() -> None:
    # 30 mm of a step of 50 mm, of which the base goes only 80 %: 0.03 / (0.05 * 0.8) = 0.75.
    scale = suggest_action_scale({"x": 0.8, "y": 1.0, "z": 1.0}, 0.05, 0.03)

    assert scale.values == (0.75, 0.6, 0.6)
    assert "30.0 mm" in scale.reasons[0]


def test_a_step_longer_than_the_bridges_asks_for_a_longer_one() -> None:
    scale = suggest_action_scale({"x": 0.5, "y": 1.0, "z": 1.0}, 0.05, 0.05)

    assert scale.values == (1.0, 0.5, 0.5)
    assert "step_length_m to 0.100" in scale.reasons[1]
    # Both together repeat the step along each axis.
    assert [0.1 * c * g for c, g in zip(scale.values, (0.5, 1.0, 1.0), strict=True)] == pytest.approx([0.05] * 3)


def test_without_a_demonstrated_step_only_ratios_are_claimed() -> None:
    alike = suggest_action_scale(ALIKE, 0.05, None)
    slow = suggest_action_scale({"x": 0.6, "y": 1.0, "z": 1.2}, 0.05, None)

    assert alike.values == (0.8, 0.8, 0.8)
    assert slow.values == (0.8, 0.48, 0.4)
    for scale in (alike, slow):
        assert "not known" in scale.reasons[0]


@pytest.mark.parametrize(
    ("gains", "words"),
    [
        ({"x": 1.0, "y": 1.0}, "along z"),
        ({"x": 0.1, "y": 1.0, "z": 1.0}, "x 0.10"),
        ({"x": 1.0, "y": 1.0, "z": 25.4}, "z 25.40"),
        ({"x": 1.0, "y": -1.0, "z": 1.0}, "y -1.00"),
    ],
)
def test_there_is_no_suggestion_where_the_robot_did_not_follow(gains: dict[str, float], words: str) -> None:
    scale = suggest_action_scale(gains, 0.05, 0.03)

    assert scale.values is None
    assert words in scale.reasons[0]
