from __future__ import annotations

from vinn_ros.latency.counts import PathCounts, path_counts

PERCEPTION = {"received": "98", "lost": "2", "encoded": "90", "skipped": "7", "rejected": "1", "publishers": "1"}
POLICY = {"received": "90", "lost": "0", "answered": "89", "rejected": "1", "held": "3"}


def test_all_is_accounted_for_where_the_sides_agree():
    counts = path_counts(100, PERCEPTION, POLICY)
    assert counts.received == 98
    assert counts.embeddings_rejected == 1
    assert set(counts.unaccounted.values()) == {0}
    assert counts.unaccounted_total == 0


def test_each_hop_that_does_not_add_up_is_named():
    for name, counts in {
        "camera to perception": path_counts(103, PERCEPTION, POLICY),
        "in perception": path_counts(100, {**PERCEPTION, "skipped": "4"}, POLICY),
        "perception to policy": path_counts(100, PERCEPTION, {**POLICY, "received": "87", "answered": "86"}),
        "in the policy": path_counts(100, PERCEPTION, {**POLICY, "answered": "86"}),
    }.items():
        assert {hop for hop, rest in counts.unaccounted.items() if rest} == {name}
        assert counts.unaccounted[name] == 3
        assert counts.unaccounted_total == 3


def test_too_many_is_as_wrong_as_too_few_and_they_do_not_cancel():
    counts = path_counts(103, {**PERCEPTION, "skipped": "10"}, POLICY)
    assert counts.unaccounted["in perception"] == -3
    assert counts.unaccounted_total == 6


def test_what_was_not_said_is_not_taken_for_nothing():
    assert path_counts(None, None, None) == PathCounts()
    assert PathCounts().unaccounted_total is None
    unknown = path_counts(100, {**PERCEPTION, "lost": "unknown"}, POLICY)
    assert unknown.unaccounted["camera to perception"] is None
    assert unknown.unaccounted["in perception"] == 0
    assert unknown.to_dict()["unaccounted_total"] is None
