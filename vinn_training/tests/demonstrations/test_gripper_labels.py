import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.demonstrations.gripper_labels import ORIGINAL_GRIPPER, GripperLabels
from vinn_training.exceptions import InvalidInput


def test_larger_classes_of_the_original_are_more_open() -> None:
    assert [ORIGINAL_GRIPPER.to_opening(label) for label in (0, 1, 2, 3)] == pytest.approx([0, 1 / 3, 2 / 3, 1])


@given(st.permutations([0, 1, 2, 3]))
def test_classes_round_trip_in_any_order(order: list[int]) -> None:
    labels = GripperLabels(closed_to_open=tuple(order))
    assert [labels.to_label(labels.to_opening(label)) for label in range(4)] == [0, 1, 2, 3]
    assert labels.to_opening(order[0]) == 0.0
    assert labels.to_opening(order[-1]) == 1.0
    assert GripperLabels.from_dict(labels.to_dict()) == labels


@given(st.floats(0, 1))
def test_openings_are_kept_exactly(opening: float) -> None:
    labels = GripperLabels(meaning="opening")
    assert labels.to_opening(labels.to_label(opening)) == opening


def test_openings_between_classes_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r'0\.5 falls on none.*"opening"'):
        ORIGINAL_GRIPPER.to_label(0.5)
    assert ORIGINAL_GRIPPER.to_label(float.fromhex("0x1.555556p-2")) == 1  # float32's third


def test_constant_labels_say_so() -> None:
    labels = GripperLabels(meaning="constant", constant_opening=0.25)
    assert labels.to_opening(0) == 0.25
    with pytest.raises(InvalidInput, match=r"always 0\.25"):
        labels.to_label(0.3)


@pytest.mark.parametrize("opening", [-0.1, 1.1, float("nan")])
def test_openings_out_of_range_are_refused(opening: float) -> None:
    for meaning in ("class", "opening", "constant"):
        with pytest.raises(InvalidInput):
            GripperLabels(meaning=meaning).to_label(opening)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        GripperLabels(meaning="opening").to_opening(opening)


@pytest.mark.parametrize(
    "values",
    [
        {}, {"meaning": "angle"}, {"meaning": "class", "closed_to_open": [0]},
        {"meaning": "class", "closed_to_open": [0, 0]}, {"meaning": "class", "closed_to_open": ["open"]},
        {"meaning": "constant", "constant_opening": 2}, {"meaning": "opening", "order": 1}, "class",
    ],
)  # fmt: skip
def test_bad_descriptions_are_refused(values: object) -> None:
    with pytest.raises(InvalidInput):
        GripperLabels.from_dict(values)  # type: ignore[arg-type]
