import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pycolmap")

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import explained_matches
from vinn_training.collection.grabber_mask import find_grabber
from vinn_training.collection.mapping import map_pictures
from vinn_training.collection.matching import match_pictures, write_pictures
from vinn_training.collection.self_calibration import centered_camera
from vinn_training.collection.step_labels import StepConfig, StepLabels, label_steps
from vinn_training.collection.structure import Structure, StructureConfig, reconstruct
from vinn_training.exceptions import CollectionError, InvalidInput, SimulationError

TWO_CORES = StructureConfig(threads=2)


def _fly(**settings: Any) -> Any:
    flight = pytest.importorskip("vinn_training.sim.flight")
    try:
        return flight.fly(flight.FlightConfig(**settings))
    except SimulationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def short_flight() -> Any:
    return _fly(seed=1, frames=12, width_px=320, height_px=240)


@pytest.fixture(scope="module")
def short_structure(short_flight: Any) -> Structure:
    return reconstruct(short_flight.images, short_flight.camera, short_flight.grabber_mask, TWO_CORES)


def _label(structure: Structure) -> StepLabels:
    return label_steps(structure, np.arange(len(structure.centers)) / 3.0, StepConfig())


def _angles_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    cosine = (first * second).sum(axis=1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _errors_deg(structure: Structure, flight: Any) -> np.ndarray:
    """Errors of the labelled directions of steps over 1.5 cm."""
    labels = _label(structure)
    truth = flight.steps_m()[labels.frames]
    moving = (np.linalg.norm(truth, axis=1) > 0.015) & ~labels.at_rest
    return _angles_deg(labels.directions[moving], truth[moving])


def test_the_directions_of_a_short_flight_are_those_flown(short_flight: Any, short_structure: Structure) -> None:
    errors = _errors_deg(short_structure, short_flight)

    assert short_structure.registered.all()
    assert len(errors) >= 9
    assert np.median(errors) < 2.0
    assert short_structure.camera == short_flight.camera
    assert short_structure.focal_profile is None
    assert short_structure.reprojection_error_px < 1.5
    assert short_structure.explained > 0.9
    assert (short_structure.support > 20).all()


def test_the_path_is_that_flown_up_to_place_and_unit(short_flight: Any, short_structure: Structure) -> None:
    """An oracle that knows no labels: centres after the best similarity (Umeyama) and rotations after it."""
    found, truth = short_structure.centers, short_flight.centers_m
    a, b = found - found.mean(axis=0), truth - truth.mean(axis=0)
    u, scale, vt = np.linalg.svd(b.T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turn = u @ sign @ vt
    unit = (scale * np.diag(sign)).sum() / (a**2).sum()
    miss = np.linalg.norm(unit * a @ turn.T - b, axis=1)

    assert miss.max() < 0.05 * np.linalg.norm(np.ptp(truth, axis=0))
    relative = np.einsum(
        "ij,njk,nlk->nil",
        turn,
        short_structure.rotations_camera_to_world,
        short_flight.rotations_camera_to_world,
    )
    # Both map the optical frame to the true world, so their quotient is the identity.
    turned = np.degrees(np.arccos(np.clip((np.trace(relative, axis1=1, axis2=2) - 1.0) / 2.0, -1.0, 1.0)))
    assert turned.max() < 4.0


def test_equal_input_gives_equal_poses_on_one_thread(short_flight: Any) -> None:
    config = StructureConfig(threads=1)
    first, second = (
        reconstruct(short_flight.images[:6], short_flight.camera, short_flight.grabber_mask, config) for _ in range(2)
    )

    np.testing.assert_allclose(first.centers, second.centers, atol=1e-9)
    np.testing.assert_allclose(first.rotations_camera_to_world, second.rotations_camera_to_world, atol=1e-9)


def test_no_texture_is_an_error_that_says_so() -> None:
    blank = [np.full((120, 160, 3), 128, np.uint8)] * 5

    with pytest.raises(CollectionError, match=r"5 of 5 pictures have fewer than 60 features.*texture"):
        reconstruct(blank, None, None, TWO_CORES)


def test_pictures_of_different_places_are_an_error() -> None:
    rng = np.random.default_rng(0)
    strangers = [rng.integers(0, 255, (160, 200, 3)).astype(np.uint8) for _ in range(4)]

    with pytest.raises(CollectionError, match=r"no two of the 4 pictures show the same|no model|only .* in one model"):
        reconstruct(strangers, centered_camera((200, 160), 180.0), None, TWO_CORES)


def test_a_view_that_changes_at_once_in_the_middle_is_refused_or_named(short_flight: Any) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, short_flight.images[0].shape).astype(np.uint8) for _ in range(7)]
    images = [*short_flight.images[:5], *noise]

    with pytest.raises(CollectionError, match=r"only [345] of 12 pictures are in one model"):
        reconstruct(images, short_flight.camera, None, TWO_CORES)


def test_wrong_input_is_refused(short_flight: Any) -> None:
    images, camera = short_flight.images, short_flight.camera
    with pytest.raises(CollectionError, match="there are 2 pictures"):
        reconstruct(images[:2], camera, None, TWO_CORES)
    with pytest.raises(InvalidInput, match=r"mask has shape \(3, 3\)"):
        reconstruct(images, camera, np.zeros((3, 3), np.uint8), TWO_CORES)
    with pytest.raises(InvalidInput, match="the camera is of 960x540"):
        reconstruct(images, PinholeCamera(960, 540, 400.0, 400.0, 480.0, 270.0), None, TWO_CORES)
    with pytest.raises(InvalidInput, match="picture 1"):
        reconstruct([images[0], images[1][:100], *images[2:]], camera, None, TWO_CORES)
    with pytest.raises(InvalidInput, match="mapper is 'other'"):
        StructureConfig(mapper="other")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="overlap is 1"):
        StructureConfig(overlap=1)


def test_nothing_of_pycolmap_reaches_the_terminal_whatever_was_imported_first(tmp_path: Any, short_flight: Any) -> None:
    """In a process of its own, for pycolmap writes past Python's streams, and with pycolmap loaded before OpenCV."""
    np.save(tmp_path / "images.npy", np.array(short_flight.images[:5]))
    program = (
        "import pycolmap, numpy as np\n"
        "from vinn_training.collection.structure import StructureConfig, reconstruct\n"
        "from vinn_training.collection.self_calibration import centered_camera\n"
        f"images = list(np.load({str(tmp_path / 'images.npy')!r}))\n"
        f"camera = centered_camera((320, 240), {short_flight.camera.fx})\n"
        "found = reconstruct(images, camera, None, StructureConfig(threads=2))\n"
        "print(found.registered.sum())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, env=dict(os.environ), check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "5"
    assert done.stderr == ""


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("texture", "median_deg", "tail_deg"), [("rich", 1.0, 3.0), ("low", 2.0, 5.0)])
def test_directions_of_ten_flights_hold_against_the_truth(
    texture: str, median_deg: float, tail_deg: float, record_property: Callable[[str, object], None]
) -> None:
    errors, steps = [], 0
    for seed in range(10):
        flight = _fly(seed=seed, texture=texture)
        structure = reconstruct(flight.images, flight.camera, find_grabber(flight.images), TWO_CORES)
        errors.append(_errors_deg(structure, flight))
        steps += int((np.linalg.norm(flight.steps_m(), axis=1) > 0.015).sum())
    joined = np.concatenate(errors)
    record_property("median_deg", float(np.median(joined)))
    record_property("p90_deg", float(np.quantile(joined, 0.9)))
    record_property("worst_deg", float(joined.max()))

    assert len(joined) > 0.9 * steps  # what is dropped must not be what makes the numbers good
    assert np.median(joined) <= median_deg
    assert np.quantile(joined, 0.9) <= tail_deg


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_leaving_out_what_moves_makes_poses_better() -> None:
    medians = []
    for without_moving in (False, True):
        config = StructureConfig(threads=2, without_moving=without_moving)
        errors = []
        for seed in (4, 6):
            flight = _fly(seed=seed)
            mask = find_grabber(flight.images)
            errors.append(_errors_deg(reconstruct(flight.images, flight.camera, mask, config), flight))
        medians.append(np.median(np.concatenate(errors)))

    assert medians[1] < 0.8 * medians[0]


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [1, 3])
def test_the_focal_length_of_a_flight_is_found(seed: int) -> None:
    flight = _fly(seed=seed)

    structure = reconstruct(flight.images, None, flight.grabber_mask, TWO_CORES)

    assert structure.camera.fx == pytest.approx(flight.camera.fx, rel=0.03)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_camera_that_never_turns_gives_no_focal_length_but_a_reason() -> None:
    flight = _fly(seed=0, turns=False, door_moves=False, with_grabber=False)

    with pytest.raises(CollectionError, match=r"focal length cannot be found from this video.*vinn calibrate"):
        reconstruct(flight.images, None, None, TWO_CORES)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("rate_hz", [3.0, 5.0])
def test_the_authors_video_without_calibration(authors_frames: Any, rate_hz: float) -> None:
    images, numbers = authors_frames(rate_hz)
    found: dict[str, tuple[Structure, StepLabels]] = {}
    for mapper in ("global", "incremental"):
        start = time.monotonic()
        structure = reconstruct(
            images,
            None,
            find_grabber(images),
            StructureConfig(mapper=mapper, threads=2),  # type: ignore[arg-type]
        )
        assert time.monotonic() - start < 180.0
        found[mapper] = (structure, _label(structure))
        assert structure.registered.mean() >= 0.95
        assert 380.0 < structure.camera.fx < 440.0
        labels = found[mapper][1]
        at = numbers[labels.frames]
        moving = ~labels.at_rest
        assert (labels.directions[(at <= 41) & moving][:, 2] > 0.8).all()
        pull = (at >= 61) & (numbers[labels.frames + 1] <= 92) & moving
        assert pull.sum() >= 3
        assert (labels.directions[pull][:, 2] < -0.6).all()
        assert labels.at_rest[np.isin(at, (49, 51, 55))].any()
    (_, first), (_, second) = found["global"], found["incremental"]
    common = sorted(set(first.frames[~first.at_rest]) & set(second.frames[~second.at_rest]))
    rows = [[list(labels.frames).index(frame) for frame in common] for labels in (first, second)]
    assert len(common) > 0.7 * len(images)
    assert np.median(_angles_deg(first.directions[rows[0]], second.directions[rows[1]])) < 2.0


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("rate_hz", "matching"), [(1.0, "sequential"), (2.0, "sequential"), (3.0, "exhaustive")])
@pytest.mark.parametrize("mapper", ["global", "incremental"])
def test_self_calibration_does_not_collapse_where_a_free_focal_length_does(
    authors_frames: Any, rate_hz: float, matching: Any, mapper: Any
) -> None:
    images, _ = authors_frames(rate_hz)

    structure = reconstruct(images, None, None, StructureConfig(mapper=mapper, matching=matching, threads=2))

    assert 360.0 < structure.camera.fx < 460.0


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("focal_px", [800.0, 3000.0])
def test_a_collapsed_model_registers_everything_and_is_told_by_its_score(
    authors_frames: Any, tmp_path: Any, focal_px: float
) -> None:
    images, _ = authors_frames(2.0)
    write_pictures(images, None, tmp_path / "work")
    matches = match_pictures(
        tmp_path / "work", (960, 540), None, matching="exhaustive", overlap=5, max_features=8192, seed=0, threads=2
    )

    scores = []
    for focal in (410.0, focal_px):
        mapped = map_pictures(
            tmp_path / "work", centered_camera((960, 540), focal), len(images), mapper="global", seed=0, threads=2
        )
        assert mapped is not None
        assert mapped.held.registered.all()
        model = mapped.held
        scores.append(
            explained_matches(model.rotations_camera_to_world, model.centers, model.camera, matches.pairs, 1.5)
        )
    assert scores[1] < 0.95 * scores[0]
