"""A bank that is changed while it is asked, without ROS and in this process."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from bank_data import write_dataset

from vinn_ros.policy.bank_keeper import BankKeeper
from vinn_ros.policy.bank_work import Recipe
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.bundle import load_bundle
from vinn_training.bank.live_bank import KEPT_VERSIONS
from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.policy.vinn_policy import PolicyConfig, VinnPolicy


class Kept:
    """A keeper with its policy, and every version that it told of."""

    def __init__(self, bundle, worker, k=3):
        self.bundle = load_bundle(bundle)
        index = self.bundle.open_index()
        self.policy = VinnPolicy(self.bundle.bank, PolicyConfig(k=k), self.bundle.calibration, index)
        self.versions: dict[int, BankVersion] = {}
        self.changes: list[str] = []
        self.keeper = BankKeeper(self.bundle, self.policy, index, worker, self._announce)

    def _announce(self, version, change, versions):
        assert version.version in versions
        self.versions[version.version] = version
        self.changes.append(change)

    def nearest_name(self, embedding):
        return self.policy.decide(embedding).action.neighbors[0].demonstration


@pytest.fixture
def kept(bundle, work):
    kept = Kept(bundle, work)
    yield kept
    kept.keeper.close()


class HeldUp:
    """A worker that waits before it works."""

    def __init__(self, work):
        self._work = work
        self.begun, self.go_on = threading.Event(), threading.Event()

    def add(self, *arguments):
        self.begun.set()
        assert self.go_on.wait(60.0)
        return self._work.add(*arguments)

    def save(self, *arguments):
        return self._work.save(*arguments)

    def close(self):
        pass


def by_brute_force(version: BankVersion, embedding, config: PolicyConfig):
    """The action of a version, written out over all its enabled rows in float64."""
    rows = np.concatenate([np.asarray(part, np.float64) for part in version.parts])
    names = np.array(version.demonstration_names)[version.demonstration]
    enabled = np.flatnonzero(~np.isin(names, version.disabled))
    distances = np.linalg.norm(rows[enabled] - embedding.astype(np.float64), axis=1)
    order = np.lexsort((enabled, distances))[: config.k]
    weights = np.exp(-(distances[order] - distances[order[0]]) / config.temperature)
    weights /= weights.sum()
    chosen = enabled[order]
    trace = [(str(names[row]), int(version.frame[row])) for row in chosen]
    return trace, weights @ version.directions[chosen], float(weights @ version.gripper[chosen])


def test_each_change_is_asked_at_once_and_can_be_taken_back(kept, dataset):
    keeper, bank = kept.keeper, kept.bundle.bank
    query = bank.embeddings[0]
    assert kept.nearest_name(query) == "a"
    assert keeper.set_enabled("a", False).version.version == 1
    assert kept.nearest_name(query) != "a"
    outcome = keeper.add(str(dataset), "new")
    assert outcome.message == "added 'new', 5 frames: version 2, 29 of 41 frames are asked"
    assert kept.nearest_name(outcome.version.parts[1][2]) == "new"
    assert outcome.version.calibration != kept.bundle.calibration
    assert keeper.set_enabled("a", True).version.version == 3
    assert kept.nearest_name(query) == "a"
    back = keeper.roll_back(1)
    assert back.version.version == 4
    assert back.version.bank_id == kept.versions[1].bank_id
    assert back.version.calibration == kept.bundle.calibration
    assert kept.nearest_name(query) != "a"
    assert kept.changes == ["", "disabled 'a'", "added 'new', 5 frames", "enabled 'a'", "returned to version 1"]


def test_what_is_so_already_makes_no_version(kept):
    keeper = kept.keeper
    assert keeper.set_enabled("a", True).message == "'a' was enabled already"
    assert keeper.roll_back(0).message == "version 0 was in use already"
    assert kept.changes == [""]


def test_a_name_that_was_rolled_back_can_be_added_anew(kept, dataset, tmp_path):
    keeper = kept.keeper
    keeper.add(str(dataset), "new")
    with pytest.raises(VinnError, match="'new' is in the bank already"):
        keeper.add(str(dataset), "new")
    keeper.roll_back(0)
    other = write_dataset(tmp_path / "other", {"new": 7}, seed=8)
    version = keeper.add(str(other), "").version
    assert len(version) == 43
    keeper.roll_back(1)
    saved = keeper.save(str(tmp_path / "saved"))
    assert (saved.version.version, len(saved.version)) == (4, 41)
    loaded = load_bundle(tmp_path / "saved", whole=True)
    assert loaded.bank.bank_id == kept.versions[1].bank_id
    assert loaded.calibration == kept.versions[1].calibration


def test_a_saved_bundle_decides_as_the_version_did(kept, dataset, tmp_path):
    keeper = kept.keeper
    keeper.add(str(dataset), "other")
    keeper.set_enabled("b", False)
    assert keeper.has_unsaved
    keeper.save(str(tmp_path / "saved"))
    assert not keeper.has_unsaved
    saved = load_bundle(tmp_path / "saved")
    policy = VinnPolicy(saved.bank, kept.policy.config, saved.calibration, saved.open_index())
    rng = np.random.default_rng(0)
    for row in range(0, 39, 3):
        query = saved.bank.embeddings[row] + rng.normal(size=512).astype(np.float32) * 0.1
        ours, theirs = kept.policy.decide(query), policy.decide(query)
        assert ours.action.neighbors == theirs.action.neighbors
        np.testing.assert_array_equal(ours.action.direction, theirs.action.direction)
        assert (ours.distance_quantile, ours.hold) == (theirs.distance_quantile, theirs.hold)
        assert ours.bank_id == theirs.bank_id


def test_mistakes_leave_the_bank_as_it_was(kept, dataset, tmp_path):
    keeper = kept.keeper
    (tmp_path / "there").mkdir()
    calls = (
        (lambda: keeper.set_enabled("nobody", False), "no demonstration 'nobody' in the bank; it has: a, b, c"),
        (lambda: keeper.set_enabled("nobody", True), "no demonstration 'nobody'"),
        (lambda: keeper.roll_back(9), "no version 9 of the bank to return to; expected one of: 0"),
        (lambda: keeper.add("", ""), "path is empty"),
        (lambda: keeper.add("somewhere/bag", ""), "'somewhere/bag' is relative; expected an absolute one"),
        (lambda: keeper.add(str(tmp_path / "missing"), ""), "no such file or folder"),
        (lambda: keeper.add(str(dataset), ""), "expected the name of one of them: new, other"),
        (lambda: keeper.save("saved"), "relative"),
        (lambda: keeper.save(str(tmp_path / "there")), "exists; expected a folder that does not"),
        (lambda: keeper.save(str(kept.bundle.path)), "exists"),
        (lambda: keeper.save(str(tmp_path / "no" / "parent")), "is no folder; expected one"),
    )
    for call, words in calls:
        with pytest.raises(VinnError, match=words):
            call()
    keeper.set_enabled("a", False)
    keeper.set_enabled("b", False)
    with pytest.raises(InvalidInput, match="at least one"):
        keeper.set_enabled("c", False)
    assert keeper.current.version == 2
    assert kept.policy.decide(kept.bundle.bank.embeddings[0]).bank_version == 2
    assert list(kept.versions) == [0, 1, 2]


def test_one_addition_at_a_time_and_immediate_changes_meanwhile(bundle, work, dataset, tmp_path):
    worker = HeldUp(work)
    kept = Kept(bundle, worker)
    keeper = kept.keeper
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(keeper.add(str(dataset), "new")))
    thread.start()
    assert worker.begun.wait(60.0)
    for call in (lambda: keeper.add(str(dataset), "other"), lambda: keeper.save(str(tmp_path / "saved"))):
        with pytest.raises(InvalidInput, match=f"adding {dataset} is under way; ask again"):
            call()
    for _ in range(KEPT_VERSIONS):  # so many that the version which the addition began with is forgotten
        keeper.set_enabled("a", False)
        keeper.set_enabled("a", True)
    keeper.set_enabled("a", False)
    worker.go_on.set()
    thread.join()
    assert outcomes[0].version.disabled == ("a",)
    assert outcomes[0].version.demonstration_names[-1] == "new"
    keeper.save(str(tmp_path / "saved"))
    assert load_bundle(tmp_path / "saved").bank.bank_id == keeper.current.bank_id
    keeper.close()


def test_an_addition_to_a_version_that_was_left_meanwhile_is_refused(bundle, work, dataset):
    worker = HeldUp(work)
    worker.go_on.set()
    keeper = Kept(bundle, worker).keeper
    keeper.add(str(dataset), "other")
    worker.go_on.clear()
    worker.begun.clear()
    problems = []

    def add():
        try:
            keeper.add(str(dataset), "new")
        except InvalidInput as error:
            problems.append(str(error))

    thread = threading.Thread(target=add)
    thread.start()
    assert worker.begun.wait(60.0)
    keeper.roll_back(0)
    worker.go_on.set()
    thread.join()
    assert problems == ["the bank was returned to another version meanwhile; the demonstration was not added"]
    assert keeper.current.demonstration_names == ("a", "b", "c")
    keeper.close()
    with pytest.raises(InvalidInput, match="cleaned up"):
        keeper.set_enabled("a", False)


def test_a_failed_worker_leaves_no_rows_behind(bundle, tmp_path):
    class Broken:
        def add(self, recipe: Recipe, source, name, folder):
            folder.mkdir()
            raise OSError(28, "No space left on device", str(folder))

    keeper = Kept(bundle, Broken()).keeper
    with pytest.raises(OSError, match="No space left"):
        keeper.add(str(tmp_path), "")
    assert keeper.work == ""
    assert keeper.current.version == 0


def test_every_decision_is_of_the_version_that_it_names(kept, dataset):
    """Ten changes while another thread asks: each action is the one of its version, recomputed by brute force."""
    stop = threading.Event()
    rng = np.random.default_rng(1)
    queries = kept.bundle.bank.embeddings[::4] + rng.normal(size=(9, 512)).astype(np.float32) * 0.05
    decisions = []

    def ask():
        index = 0
        while not stop.is_set():
            decisions.append((index, kept.policy.decide(queries[index])))
            index = (index + 1) % len(queries)

    thread = threading.Thread(target=ask)
    thread.start()
    keeper = kept.keeper
    for step in range(10):
        if step % 5 == 0:
            keeper.add(str(dataset), "new" if step == 0 else "other")
        elif step % 5 == 3:
            keeper.roll_back(max(kept.versions) - 2)
        else:
            name = ("a", "b", "new")[step % 3]
            keeper.set_enabled(name, name in keeper.current.disabled)
        asked = len(decisions)
        while len(decisions) < asked + 3:
            time.sleep(0.001)
    stop.set()
    thread.join()
    seen = {decision.bank_version for _, decision in decisions}
    assert seen == set(range(11))
    checked = set()
    for index, decision in decisions:
        if (index, decision.bank_version) in checked:
            continue
        checked.add((index, decision.bank_version))
        version = kept.versions[decision.bank_version]
        trace, direction, opening = by_brute_force(version, queries[index], decision.config)
        assert decision.bank_id == version.bank_id
        assert [(item.demonstration, item.frame) for item in decision.action.neighbors] == trace
        np.testing.assert_allclose(decision.action.direction, direction, atol=1e-6)
        assert decision.action.gripper_opening == pytest.approx(opening, abs=1e-6)
        assert version.calibration is not None
        nearest = decision.action.neighbors[0].distance
        assert decision.distance_quantile == version.calibration.quantile(nearest)
