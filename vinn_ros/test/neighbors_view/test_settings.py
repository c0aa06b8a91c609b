from __future__ import annotations

from vinn_ros.neighbors_view.core import ViewConfig
from vinn_ros.neighbors_view.settings import PARAMETERS, view_config


def test_the_defaults_are_those_of_the_core():
    assert view_config({spec.name: spec.default for spec in PARAMETERS}) == ViewConfig()


def test_every_parameter_is_described_and_its_default_allowed():
    for spec in PARAMETERS:
        assert spec.description
        assert spec.problem(spec.default) is None


def test_parameters_reach_the_core():
    values = {spec.name: spec.default for spec in PARAMETERS}
    config = view_config({**values, "neighbors": 2, "images_kept": 7, "match_wait_s": 0.25})
    assert (config.neighbors, config.images_kept, config.match_wait_s) == (2, 7, 0.25)
