"""What the tests of trials start from."""

from __future__ import annotations

from vinn_ros.trial_node.record import TrialRecord


def a_record(number: int = 1, seed: int = 0, **values) -> TrialRecord:
    return TrialRecord(
        number=number, policy="vinn", condition="white", seed=seed, started="2026-01-01T00:00:00.000+00:00", **values
    )
