from __future__ import annotations

import pytest

from vinn_ros.trial_node.policy_watch import Identity, PolicyWatch
from vinn_training.exceptions import InvalidInput


def test_the_newest_answer_counts_for_five_seconds():
    watch = PolicyWatch()
    with pytest.raises(InvalidInput, match="nothing heard on 'action' for 5 s"):
        watch.current(1.0)
    watch.heard(Identity("a", "e"), 100.0)
    watch.heard(Identity("b", "e"), 101.0)
    assert watch.current(106.0) == ("b", "e")
    with pytest.raises(InvalidInput, match="are camera, perception and policy running"):
        watch.current(106.1)
