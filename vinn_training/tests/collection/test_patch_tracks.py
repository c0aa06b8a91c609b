import numpy as np

from vinn_training.collection.patch_tracks import Rarity, best_path, cut_patch, follow, learn_from


def _brute_force(cost: np.ndarray, jump: float, step: float) -> float:
    count, height, width = cost.shape
    cells = [(row, column) for row in range(height) for column in range(width)]
    total = {cell: float(cost[(0, *cell)]) for cell in cells}
    for frame in range(1, count):
        total = {
            cell: cost[(frame, *cell)]
            + min(
                total[other]
                + (
                    0.0
                    if other == cell
                    else min(jump, step if max(abs(cell[0] - other[0]), abs(cell[1] - other[1])) == 1 else jump)
                )
                for other in cells
            )
            for cell in cells
        }
    return min(total.values())


def test_the_best_path_is_that_of_every_path_tried() -> None:
    cost = np.random.default_rng(0).uniform(0, 1, (6, 4, 5)).astype(np.float32)
    path = best_path(cost)
    total = 0.0
    for frame, cell in enumerate(path):
        total += float(cost[(frame, *cell)])
        if frame:
            far = int(np.abs(cell - path[frame - 1]).max())
            total += 0.0 if far == 0 else 0.004 if far == 1 else 0.25
    assert abs(total - _brute_force(cost, 0.25, 0.004)) < 1e-5


def _video() -> tuple[np.ndarray, np.ndarray]:
    """A red part at known places, before grey noise that is new in every frame."""
    rng = np.random.default_rng(0)
    columns = np.array([60] * 6 + [70, 80, 90] + [100] * 5)
    images = np.repeat(rng.integers(60, 180, (len(columns), 100, 200, 1), dtype=np.uint8), 3, axis=3)
    for image, column in zip(images, columns, strict=True):
        image[46:55, column - 6 : column + 7] = (210, 40, 30)
        image[49:52, column - 2 : column + 3] = (40, 40, 160)
    return images, columns


def test_a_part_is_followed_and_the_scene_behind_does_not_count() -> None:
    images, columns = _video()
    rarity = Rarity(images)
    patch = cut_patch(images, rarity, (60, 50), (0, 3), 8)
    assert patch is not None
    assert patch.present.tolist() == [True] * 6 + [False] * 8
    assert patch.weight[:3].max() < 0.2  # above the part: scene
    assert patch.weight[5:12, 4:13].mean() > 0.3
    track = follow(images, patch)
    assert track.known.all()
    np.testing.assert_allclose(track.positions_px[:, 0], columns, atol=1)
    np.testing.assert_allclose(track.positions_px[:, 1], 50, atol=1)
    learnt = learn_from(images, rarity, patch, track)
    np.testing.assert_allclose(follow(images, learnt).positions_px[:, 0], columns, atol=1)


def test_no_part_where_only_the_scene_is() -> None:
    images, _ = _video()
    assert cut_patch(images, Rarity(images), (150, 50), (0, 3), 8) is None
    assert cut_patch(images, Rarity(images), (2, 50), (0, 3), 8) is None


def test_rare_colours_weigh_more() -> None:
    images, _ = _video()
    rarity = Rarity(images)
    weights = rarity(np.array([[[210, 40, 30], [120, 120, 120]]], np.uint8))[0]
    assert weights[0] > 2 * weights[1]
