import numpy as np
import pytest

from vinn_training.evaluation.neighbor_pictures import NeighborRow, draw_neighbors, spread_frames
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.nearest_neighbors import bank_of
from vinn_training.policy.vinn_policy import VinnPolicy


@pytest.fixture
def row(coloured, mean_colour) -> NeighborRow:
    *training, test = coloured(3, 6, 0)
    policy = VinnPolicy(bank_of(training, mean_colour), PolicyConfig(k=4))
    return NeighborRow(test, 2, policy.act(mean_colour.embed(test)[2]))


def test_the_picture_shows_query_and_neighbours_in_order(row, coloured) -> None:
    training = {item.name: item for item in coloured(3, 6, 0)[:2]}
    picture = draw_neighbors([row, row], training)
    assert picture.shape == (2 * 238, 6 * 204, 3)
    # The corner of each cell below the words has the picture's colour; arrows stay away from it.
    for column, (item, frame) in enumerate(
        [(row.demonstration, 2)] * 2 + [(training[n.demonstration], n.frame) for n in row.action.neighbors]
    ):
        np.testing.assert_array_equal(picture[40, column * 204 + 8], item.load_image(frame)[0, 0])


def test_the_record_names_what_was_retrieved(row) -> None:
    record = row.to_dict()
    assert (record["demonstration"], record["frame"]) == ("demo_2", 2)
    assert sum(item["weight"] for item in record["neighbors"]) == pytest.approx(1.0)
    distances = [item["distance"] for item in record["neighbors"]]
    assert distances == sorted(distances)


def test_frames_are_spread_over_all_demonstrations(coloured) -> None:
    demonstrations = coloured(2, 6, 0)
    chosen = spread_frames(demonstrations, 4)
    assert [(item.name, frame) for item, frame in chosen] == [
        ("demo_0", 0), ("demo_0", 3), ("demo_1", 0), ("demo_1", 3),
    ]  # fmt: skip
    assert len(spread_frames(demonstrations, 100)) == 12
    with pytest.raises(InvalidInput, match="one or more"):
        spread_frames(demonstrations, 0)
    with pytest.raises(InvalidInput, match="no queries"):
        draw_neighbors([], {})
