import cv2
import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import similarity
from vinn_training.demonstrations.episode_checks import EpisodeTraces, scan_episode
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.similarity import compare_episodes

RIGHT, LEFT, DOWN = np.array([1.0, 0, 0]), np.array([-1.0, 0, 0]), np.array([0, 1.0, 0])


def _traces(images, direction=RIGHT, name="demo") -> EpisodeTraces:
    directions = np.tile(direction, (len(images), 1))
    demonstration = Demonstration.from_images(name, images, directions, np.zeros(len(images)))
    return scan_episode(demonstration, None, Findings())


def _jpeg(image: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 75])[1], cv2.IMREAD_COLOR)


@pytest.mark.parametrize(
    "change",
    [
        lambda images: images,
        lambda images: [_jpeg(image) for image in images],
        lambda images: [cv2.resize(image, (32, 24), interpolation=cv2.INTER_AREA) for image in images],
        lambda images: [(image * 0.9 + 10).astype(np.uint8) for image in images],
        lambda images: images[5:15],  # cut
        lambda images: images[::2],  # thinned out
        lambda images: images[::-1],
    ],
    ids=["same", "jpeg", "half size", "contrast", "cut", "every second", "backwards"],
)
def test_a_copied_episode_is_found(views, change) -> None:
    images = views(0, 20)
    result = compare_episodes([_traces(images), _traces(views(1, 20)), _traces(change(images))])
    (found,) = result.copies
    assert {found.first, found.second} == {0, 2}
    assert found.frames >= 0.9 * found.of  # of the shorter one, nearly all


def test_other_recordings_of_the_same_place_are_no_copies(views) -> None:
    """Frames between the first episode's, as a second walk along the same path gives them."""
    images = views(0, 40, step_px=3)
    assert not compare_episodes([_traces(images[::2]), _traces(images[1::2])]).copies


def test_a_camera_that_hardly_moves_makes_no_copies(views) -> None:
    """All frames are alike, as from a camera at the wall; noise of the sensor tells them apart."""
    rng = np.random.default_rng(0)
    base = views(0, 1)[0].astype(np.int16)
    episodes = [
        _traces([np.clip(base + rng.integers(-3, 4, base.shape), 0, 255).astype(np.uint8) for _ in range(10)])
        for _ in range(2)
    ]
    assert not compare_episodes(episodes).copies


def test_opposed_actions_for_one_view_are_found(views) -> None:
    images = views(0, 12)
    again = [_jpeg(image) for image in images]
    result = compare_episodes([_traces(images, RIGHT), _traces(again, LEFT)])
    assert result.contradicting_pairs == result.similar_pairs >= 12
    for item in result.contradictions:
        assert item.first[0] != item.second[0]
        assert item.angle_deg == pytest.approx(180.0)
        assert item.distance < result.similar_distance
    assert {item.first[1] - item.second[1] for item in result.contradictions} <= {-1, 0, 1}


@pytest.mark.parametrize("other", [RIGHT, DOWN, np.zeros(3)], ids=["same", "90 degrees", "at rest"])
def test_actions_that_do_not_contradict(views, other) -> None:
    images = views(0, 12)
    assert not compare_episodes([_traces(images, RIGHT), _traces(images, other)]).contradictions


def test_contradictions_are_those_of_a_plain_calculation(views, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows give what a double loop over all pairs gives."""
    monkeypatch.setattr(similarity, "_BLOCK_PAIRS", 100)
    rng = np.random.default_rng(5)
    traces = []
    for name, images in (("a", views(0, 15)), ("b", views(0, 15)), ("c", views(1, 9))):
        directions = rng.normal(size=(len(images), 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        demonstration = Demonstration.from_images(name, images, directions, np.zeros(len(images)))
        traces.append(scan_episode(demonstration, None, Findings()))
    result = compare_episodes(traces)
    frames = [(e, f) for e, item in enumerate(traces) for f in range(len(item.demonstration))]
    expected = set()
    for number, (episode, frame) in enumerate(frames):
        for other, partner in frames[number + 1 :]:
            if episode == other and partner - frame <= similarity.SAME_EPISODE_FRAMES:
                continue
            first, second = traces[episode], traces[other]
            apart = np.linalg.norm(first.thumbnails[frame] - second.thumbnails[partner])
            cosine = first.demonstration.directions[frame] @ second.demonstration.directions[partner]
            if apart < result.similar_distance and cosine < 0.0:
                expected.add(((episode, frame), (other, partner)))
    assert result.contradicting_pairs == len(expected) > 5
    assert {(item.first, item.second) for item in result.contradictions} <= expected
    assert {item.first for item in result.contradictions} == {first for first, _ in expected}


def test_where_a_motion_turns_round_is_no_contradiction(views) -> None:
    """Neighbours in time are alike and opposed there; only views far apart in time count."""
    images = views(0, 3, step_px=1)
    directions = np.array([RIGHT, np.zeros(3), LEFT])
    demonstration = Demonstration.from_images("a", images, directions, np.zeros(3))
    assert not compare_episodes([scan_episode(demonstration, None, Findings())]).contradictions


def test_a_single_frame() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    assert compare_episodes([_traces([image])]).copies == ()
