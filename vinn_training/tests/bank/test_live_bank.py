import threading

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.live_bank import KEPT_VERSIONS, LiveBank
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy

from .conftest import MeanColourRuntime


def _long(name: str, shade: int, frames: int) -> Demonstration:
    images = [np.full((4, 4, 3), (shade, frame % 256, 1), dtype=np.uint8) for frame in range(frames)]
    return Demonstration.from_images(name, images, np.tile([1.0, 0.0, 0.0], (frames, 1)), np.zeros(frames))


def _built(*demonstrations: Demonstration) -> BuiltBank:
    return build_bank(demonstrations, MeanColourRuntime("e"))


@pytest.fixture
def live(demonstrations: list[Demonstration]) -> LiveBank:
    return LiveBank(*_built(*demonstrations))


def _nearest_name(version: BankVersion, embedding: np.ndarray) -> str:
    row = version.index.query(embedding, 1, version.keep).rows[0]
    return version.demonstration_names[version.demonstration[row]]


def test_versions_are_the_banks_that_would_have_been_built(demonstrations: list[Demonstration]) -> None:
    """The same fingerprint as a bank of all demonstrations, whatever the order of blocks of 512 rows."""
    more = [_long("long", 200, 700), _long("short", 220, 3)]
    live = LiveBank(*_built(*demonstrations))
    for count, new in enumerate(more, 1):
        version = live.add(_built(new))
        expected = _built(*demonstrations, *more[:count]).bank
        assert version.bank_id == expected.bank_id
        assert (version.version, len(version)) == (count, len(expected))
        np.testing.assert_array_equal(version.frame, expected.frame)
        query = expected.embeddings[-1]
        np.testing.assert_array_equal(version.index.query(query, 5).rows, _exact(expected, query, 5))
    assert live.disable("long").bank_id == expected.with_disabled(["long"]).bank_id


def _exact(bank: Bank, query: np.ndarray, k: int) -> np.ndarray:
    distances = np.linalg.norm(bank.embeddings.astype(float) - query.astype(float), axis=1)
    return np.lexsort((np.arange(len(bank)), distances))[:k]


def test_disabled_demonstrations_are_not_answered_until_enabled(live: LiveBank) -> None:
    first = live.current
    query = first.parts[0][7]
    assert _nearest_name(first, query) == "demo_1"
    second = live.disable("demo_1")
    assert _nearest_name(second, query) != "demo_1"
    assert _nearest_name(first, query) == "demo_1"  # a version never changes
    assert live.disable("demo_1") is second
    third = live.enable("demo_1")
    assert (third.bank_id, third.version) == (first.bank_id, 2)
    assert len({first.bank_id, second.bank_id}) == 2
    added = live.add(_built(_long("new", 41, 2)))
    live.disable("demo_1")
    assert _nearest_name(live.current, added.parts[1][0]) == "new"


def test_refusals_leave_the_bank_as_it_was(live: LiveBank, demonstrations: list[Demonstration]) -> None:
    before = live.current
    bank, thumbnails = _built(_long("new", 3, 4))
    smaller = Bank(bank.embeddings[:, :8], bank.directions, bank.gripper, bank.demonstration, bank.frame, ("new",), "e")
    foreign = build_bank([_long("new", 3, 4)], MeanColourRuntime("another"))
    for built, words in (
        (BuiltBank(smaller, thumbnails), "embeddings have 8 numbers, the bank's 512"),
        (foreign, "embedded with encoder another, the bank with e"),
        (_built(demonstrations[0]), "'demo_0' is in the bank already"),
        (BuiltBank(bank, Thumbnails.join([thumbnails, thumbnails])), "8 thumbnails for 4 new rows"),
    ):
        with pytest.raises(InvalidInput, match=words):
            live.add(built)
    for change in (live.disable, live.enable):
        with pytest.raises(InvalidInput, match="no demonstration 'nobody'"):
            change("nobody")
    assert live.current is before
    live.disable("demo_0")
    live.disable("demo_1")
    with pytest.raises(InvalidInput, match="at least one"):
        live.disable("demo_2")
    assert live.current.disabled == ("demo_0", "demo_1")
    with pytest.raises(InvalidInput, match="4 thumbnails and an index of 15 rows for a bank of 15"):
        LiveBank(_built(*demonstrations).bank, thumbnails)


def test_rolling_back_makes_a_new_version_of_an_old_bank(live: LiveBank) -> None:
    added = live.add(_built(_long("new", 41, 2)), DistanceCalibration((1.0, 2.0), 3))
    disabled = live.disable("demo_0")
    assert disabled.calibration == added.calibration
    back = live.roll_back(1)
    assert (back.version, back.bank_id, back.calibration) == (3, added.bank_id, added.calibration)
    loaded = live.roll_back(0)
    assert (loaded.version, loaded.demonstration_names) == (4, ("demo_0", "demo_1", "demo_2"))
    assert loaded.calibration is None
    assert live.add(_built(_long("new", 9, 3))).version == 5  # the name is free again
    assert live.roll_back(2).disabled == ("demo_0",)
    assert _nearest_name(live.current, added.parts[1][0]) == "new"
    assert live.versions == tuple(range(7))
    before = live.current
    with pytest.raises(InvalidInput, match="no version 7 of the bank to return to; expected one of: 0, 1, 2"):
        live.roll_back(7)
    assert live.roll_back(6) is live.current is before


def test_the_loaded_version_and_the_newest_are_kept(live: LiveBank) -> None:
    for _ in range(KEPT_VERSIONS):
        live.disable("demo_0")
        live.enable("demo_0")
    newest = 2 * KEPT_VERSIONS
    assert live.versions == (0, *range(newest - KEPT_VERSIONS + 1, newest + 1))
    with pytest.raises(InvalidInput, match=f"no version {newest - KEPT_VERSIONS} "):
        live.roll_back(newest - KEPT_VERSIONS)


def test_many_additions_are_searched_in_few_parts(demonstrations: list[Demonstration]) -> None:
    """Every version answers as one bank of the same rows does, the kept ones too, and shares their rows."""
    live = LiveBank(*_built(*demonstrations))
    new = [_long(f"new_{index}", 120 + index, 4 + index % 3) for index in range(20)]
    versions = [live.add(_built(item)) for item in new]
    assert max(len(version.parts) for version in versions) <= 6
    assert all(version.parts[0] is versions[0].parts[0] for version in versions)
    for count in (1, 7, 20):
        expected = _built(*demonstrations, *new[:count]).bank
        version = versions[count - 1]
        assert version.bank_id == expected.bank_id
        query = expected.embeddings[-3] + np.float32(0.1)
        np.testing.assert_array_equal(version.index.query(query, 7).rows, _exact(expected, query, 7))
    disabled = live.disable("new_3")
    opened = [open_part() for open_part in versions[-1].open_parts]
    assert [open_part() for open_part in disabled.open_parts] == opened  # nothing is indexed again


def test_exactly_the_named_demonstrations_are_disabled(live: LiveBank) -> None:
    live.disable("demo_0")
    assert live.set_disabled(("demo_2", "demo_1")).disabled == ("demo_1", "demo_2")
    assert live.set_disabled(()).bank_id == live.roll_back(0).bank_id
    before = live.current
    for names, words in ((("demo_0", "nobody"), "no demonstration 'nobody'"), (("demo_0", "demo_1", "demo_2"), "left")):
        with pytest.raises(InvalidInput, match=words):
            live.set_disabled(names)
    assert live.current is before


def test_a_policy_uses_versions_while_it_decides(live: LiveBank, demonstrations: list[Demonstration]) -> None:
    """Every decision names a demonstration that some version had, with its own action: versions never mix."""
    policy = VinnPolicy(_built(*demonstrations).bank, PolicyConfig(k=1))
    new = _built(_long("new", 99, 5))
    query, stop = new.bank.embeddings[2], threading.Event()
    found: set[tuple[str, bool]] = set()

    def decide() -> None:
        while not stop.is_set():
            action = policy.decide(query).action
            found.add((action.neighbors[0].demonstration, bool(action.direction[0] == 1.0)))

    thread = threading.Thread(target=decide)
    thread.start()
    policy.use(live.add(new))
    for change in (live.disable, live.enable) * 20:
        policy.use(change("new"))
    stop.set()
    thread.join()
    assert policy.decide(query).action.neighbors[0].distance == 0.0
    assert found <= {("new", True), ("demo_2", False)}
    with pytest.raises(InvalidInput, match="expected the same encoder"):
        policy.use(LiveBank(*build_bank(demonstrations, MeanColourRuntime("another"))).current)
    assert policy.bank.bank_id == live.current.bank_id
