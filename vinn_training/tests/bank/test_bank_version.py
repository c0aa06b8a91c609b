from dataclasses import replace

import numpy as np
import pytest

from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.build import build_bank
from vinn_training.bank.index import ExactIndex
from vinn_training.bank.live_bank import LiveBank
from vinn_training.contracts import Demonstration

from .conftest import MeanColourRuntime


@pytest.fixture
def version(demonstrations: list[Demonstration]) -> BankVersion:
    return LiveBank(*build_bank(demonstrations, MeanColourRuntime("e"))).current


def test_it_answers_as_the_bank_that_it_was_made_of(version: BankVersion, demonstrations: list[Demonstration]) -> None:
    bank = build_bank(demonstrations, MeanColourRuntime("e")).bank
    assert (version.bank_id, version.rows_id, len(version)) == (bank.bank_id, bank.rows_id, 15)
    assert (version.used, version.keep, version.embedding_size) == (15, None, 512)
    disabled = replace(version, disabled=("demo_1",))
    expected = bank.with_disabled(["demo_1"])
    assert (disabled.bank_id, disabled.rows_id, disabled.used) == (expected.bank_id, bank.rows_id, 10)
    assert disabled.keep is not None
    assert expected.keep is not None
    np.testing.assert_array_equal(disabled.keep.mask, expected.keep.mask)


def test_rows_in_several_parts_are_searched_as_one_bank(version: BankVersion) -> None:
    rows = version.parts[0]
    pieces = (rows[:4], rows[4:11], rows[11:])
    opened = []

    def opener(part: np.ndarray) -> ExactIndex:
        opened.append(len(part))
        return ExactIndex(part)

    divided = replace(
        version, parts=pieces, open_parts=tuple(lambda part=part: opener(part) for part in pieces), disabled=("demo_0",)
    )
    assert opened == []  # nothing is indexed before it is asked
    query = rows[6] + np.float32(0.25)
    distances = np.linalg.norm(rows.astype(float) - query.astype(float), axis=1)
    expected = [row for row in np.lexsort((np.arange(15), distances)) if row >= 5][:6]
    assert divided.index.query(query, 6, divided.keep).rows.tolist() == expected
    _ = divided.index
    assert opened == [4, 7, 4]
    assert divided.bank_id == replace(version, disabled=("demo_0",)).bank_id
