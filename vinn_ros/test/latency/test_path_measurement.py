from __future__ import annotations

import json
from pathlib import Path

import pytest
from measurements import measurement

from vinn_ros.latency.path_measurement import PathRunConfig
from vinn_training.exceptions import InvalidInput


def test_a_duration_that_measures_nothing_is_refused():
    with pytest.raises(InvalidInput, match=r"duration_s is 0\.5; expected 1 to 3600"):
        PathRunConfig(Path("bundle"), duration_s=0.5)


def test_it_is_written_as_json_with_what_was_run():
    content = json.loads(json.dumps(measurement().to_dict()))
    assert content["config"]["bundle"] == "bundle"
    assert content["config"]["width_px"] == 640
    assert content["hops"]["camera to command"]["p50_ms"] == 12.0
    assert content["use"]["processes"]["policy"]["cpu_percent"] == 12.4
