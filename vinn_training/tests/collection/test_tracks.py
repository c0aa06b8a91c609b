import numpy as np

from vinn_training.collection.tracks import fit_static_points, link_tracks

from .synthetic import CAMERA, synthetic_views


def test_a_point_matched_from_picture_to_picture_is_one_track_through_all() -> None:
    views = synthetic_views()

    tracks = link_tracks(views.pairs(reach=1))

    # Every feature is numbered by its point, so the truth is known.
    seen_twice = views.inside[:-1] & views.inside[1:]
    runs = (np.diff(seen_twice.astype(int), axis=0, prepend=0) == 1).sum()
    assert tracks.point.max() + 1 == runs
    assert (np.diff(tracks.point) >= 0).all()


def test_points_at_rest_get_their_true_places() -> None:
    views = synthetic_views()
    tracks = link_tracks(views.pairs())

    fit = fit_static_points(tracks, views.rotations, views.centers, CAMERA, 3.0, seed=0)

    found = fit.place[np.isfinite(fit.place).all(axis=1)]
    nearest = np.linalg.norm(found[:, None] - views.points[None], axis=2).min(axis=1)
    assert len(found) > 150
    assert nearest.max() < 1e-6
    assert np.nanmax(fit.error_px) < 1e-6


def test_sightings_of_a_point_that_moves_later_disagree_with_where_it_was_longest() -> None:
    views = synthetic_views(count=14, door_from=10)
    tracks = link_tracks(views.pairs(noise_px=0.2))

    fit = fit_static_points(tracks, views.rotations, views.centers, CAMERA, 3.0, seed=0)

    still = synthetic_views(count=14)
    point = np.array(
        [
            np.abs(views.pixels[picture] - pixel).max(axis=1).argmin()
            for picture, pixel in zip(tracks.picture, tracks.pixel, strict=True)
        ]
    )
    shift = np.linalg.norm((views.pixels - still.pixels)[tracks.picture, point], axis=1)
    known = np.isfinite(fit.error_px)
    assert (shift > 10.0).sum() > 30
    assert (fit.error_px[known & (shift > 10.0)] > 5.0).mean() > 0.9
    assert (fit.error_px[known & (shift == 0.0)] < 3.0).mean() > 0.98


def test_two_sightings_are_too_few_to_tell() -> None:
    views = synthetic_views(count=2)
    tracks = link_tracks(views.pairs())

    fit = fit_static_points(tracks, views.rotations, views.centers, CAMERA, 3.0, seed=0)

    assert np.isnan(fit.error_px).all()
    assert len(link_tracks(()).point) == 0
