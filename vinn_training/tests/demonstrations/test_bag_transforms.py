import numpy as np
import pytest

from vinn_training.demonstrations.bag_files import find_bags
from vinn_training.demonstrations.bag_messages import TYPES, Messages
from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.demonstrations.bag_transforms import chain_to_root, read_tree
from vinn_training.exceptions import InvalidDemonstration


@pytest.fixture
def tree(bag, tmp_path):
    bag.transform(0.0, "map", "odom", (1, 0, 0))
    bag.transform(0.1, "/odom", "base_link", (0, 1, 0))
    bag.transform(0.2, "odom", "base_link", (0, 2, 0))
    bag.transform(0.0, "base_link", "camera", (0, 0, 1), static=True)
    return _read(bag, tmp_path / "bag")[0]


def _read(bag, path):
    (files,) = find_bags(bag.write(path))
    messages = Messages(Bag(files, TYPES), "header")
    return read_tree(messages), messages.notes


def test_the_way_up_ends_at_the_smoothest_fixed_frame_or_the_one_named(tree):
    assert [edge.child for edge in chain_to_root(tree, "/camera", "").edges] == ["camera", "base_link"]
    assert chain_to_root(tree, "camera", "").root == "odom"
    assert chain_to_root(tree, "camera", "map").root == "map"
    assert chain_to_root(tree, "camera", "base_link").edges[0].is_static
    np.testing.assert_array_equal(tree["base_link"].track.positions_m, [[0, 1, 0], [0, 2, 0]])


def test_frames_that_are_not_there_are_named(tree):
    with pytest.raises(InvalidDemonstration, match="'lens' has no transform; there are: base_link, camera, odom"):
        chain_to_root(tree, "lens", "")
    with pytest.raises(
        InvalidDemonstration, match="'kitchen' is not above the images' frame; there are: base_link, odom, map"
    ):
        chain_to_root(tree, "camera", "kitchen")


def test_a_circle_a_second_parent_and_a_broken_rotation(bag, tmp_path):
    bag.transform(0.0, "a", "b", (0, 0, 0))
    bag.transform(0.0, "b", "a", (0, 0, 0))
    bag.transform(0.0, "x", "c", (0, 0, 0))
    bag.transform(0.1, "a", "c", (0, 0, 5))
    bag.transform(0.1, "a", "d", (0, 0, 5), (0, 0, 0, 0))
    tree, notes = _read(bag, tmp_path / "bag")
    with pytest.raises(InvalidDemonstration, match="in a circle"):
        chain_to_root(tree, "c", "")
    assert tree["c"].track.positions_m.tolist() == [[0, 0, 5]]
    assert "d" not in tree
    assert "transforms of c have several parents" in notes[0]
    assert "transforms of d are not used" in notes[1]
