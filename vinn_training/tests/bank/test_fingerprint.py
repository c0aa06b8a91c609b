import hashlib

import numpy as np

from vinn_training.bank.fingerprint import block_digests, with_disabled


def test_digests_do_not_depend_on_where_the_rows_lie() -> None:
    rows = np.random.default_rng(0).normal(size=(1300, 3)).astype(np.float32)
    digests = block_digests([rows])
    assert digests == tuple(hashlib.sha256(rows[start : start + 512].tobytes()).hexdigest() for start in (0, 512, 1024))
    for cuts in ([100], [512], [511, 513, 1299]):
        parts = np.split(rows, cuts)
        assert block_digests(parts) == digests
        assert block_digests(parts, first=2) == digests[2:]


def test_disabled_names_change_the_fingerprint_whatever_their_order() -> None:
    assert with_disabled("a" * 16, []) == "a" * 16
    assert with_disabled("a" * 16, ["x", "y"]) == with_disabled("a" * 16, ["y", "x"])
    assert len({with_disabled("a" * 16, names) for names in ([], ["x"], ["y"], ["x", "y"])}) == 4
