import threading

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.build import BuiltBank, build_bank
from vinn_training.bank.live_bank import BankVersion, LiveBank
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
