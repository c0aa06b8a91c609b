from dataclasses import replace

import pytest

from vinn_training.collection.collect_config import CollectConfig
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize("change", [{"rate_hz": -1.0}, {"rate_hz": float("nan")}, {"size": 10}, {"most_frames": 2}])
def test_impossible_configurations_are_refused(change: dict) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        replace(CollectConfig(), **change)
