"""A bank that changes while a policy uses it: demonstrations are added, disabled and enabled; nothing is rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

import numpy as np

from vinn_training.bank.bank import Bank, check_known, row_filter
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.build import BuiltBank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.fingerprint import BLOCK_ROWS, block_digests
from vinn_training.bank.index import ExactIndex, Index
from vinn_training.bank.row_blocks import BankArray
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.exceptions import InvalidInput

#: Newest versions that a live bank can return to, beside the loaded one. They share their embeddings.
KEPT_VERSIONS = 20


class LiveBank:
    """Makes the versions, one after another; from several threads, too.

    A change costs what it adds: the loaded rows and their index stay as they are, added rows are searched exactly
    beside them, and disabled ones are filtered out.

    Args:
        bank: As loaded.
        thumbnails: One a row.
        index: Over the bank's rows; exact where None, made when it is first asked for.
        calibration: Yardstick for the bank's distances, where it is known.

    Raises:
        InvalidInput: If there is not one thumbnail a row, or the index is of another number of rows.
    """

    def __init__(
        self,
        bank: Bank,
        thumbnails: Thumbnails,
        index: Index | None = None,
        calibration: DistanceCalibration | None = None,
    ) -> None:
        if len(thumbnails) != len(bank) or (index is not None and len(index) != len(bank)):
            raise InvalidInput(
                f"{len(thumbnails)} thumbnails and an index of {len(bank if index is None else index)} rows for a bank "
                f"of {len(bank)}; expected as many"
            )
        self._lock = threading.Lock()
        open_base = cache(lambda: index if index is not None else ExactIndex(bank.embeddings))
        self._current = BankVersion(
            version=0, parts=bank.parts, directions=bank.directions, gripper=bank.gripper,
            demonstration=bank.demonstration, frame=bank.frame, demonstration_names=bank.demonstration_names,
            encoder_id=bank.encoder_id, disabled=bank.disabled, digests=bank.digests, thumbnails=(thumbnails,),
            open_parts=(open_base,), calibration=calibration,
        )  # fmt: skip
        self._kept = {0: self._current}

    @property
    def current(self) -> BankVersion:
        """The newest version."""
        return self._current

    @property
    def versions(self) -> tuple[int, ...]:
        """Numbers of the versions that `roll_back` can return to: the loaded one and the newest 20, in rising order."""
        return tuple(self._kept)

    def add(self, built: BuiltBank, calibration: DistanceCalibration | None = None) -> BankVersion:
        """Add demonstrations, and return the version that has them.

        Args:
            built: What `build_bank` makes of them.
            calibration: Yardstick for the version's distances; that of the version before where None.

        Raises:
            InvalidInput: If they are of another encoder or embedding size, or a name is there already; the bank is as
                it was.
        """
        with self._lock:
            old, new = self._current, built.bank
            _check_fit(old, built)
            parts, open_parts = _appended(old, new.embeddings.astype(old.parts[0].dtype))
            whole_blocks = len(old) // BLOCK_ROWS
            return self._take(
                replace(
                    old,
                    parts=parts,
                    open_parts=open_parts,
                    directions=np.concatenate([old.directions, new.directions]),
                    gripper=np.concatenate([old.gripper, new.gripper]),
                    demonstration=np.concatenate(
                        [old.demonstration, new.demonstration + np.int32(len(old.demonstration_names))]
                    ),
                    frame=np.concatenate([old.frame, new.frame]),
                    demonstration_names=old.demonstration_names + new.demonstration_names,
                    disabled=tuple(sorted(old.disabled + new.disabled)),
                    digests=old.digests[:whole_blocks] + block_digests(parts, whole_blocks),
                    thumbnails=(*old.thumbnails, built.thumbnails),
                    calibration=calibration or old.calibration,
                )
            )

    def disable(self, name: str) -> BankVersion:
        """Answer no rows of a demonstration from now on, and return the version that does so.

        Raises:
            InvalidInput: If there is no such demonstration, or it is the last enabled one; the bank is as it was.
        """
        with self._lock:
            return self._set_disabled({*self._current.disabled, name})

    def enable(self, name: str) -> BankVersion:
        """Answer the rows of a demonstration again, and return the version that does so.

        Raises:
            InvalidInput: If there is no such demonstration; the bank is as it was.
        """
        with self._lock:
            check_known(self._current.demonstration_names, (name,))
            return self._set_disabled(set(self._current.disabled) - {name})

    def set_disabled(self, names: Iterable[str]) -> BankVersion:
        """Answer the rows of all demonstrations but these, and return the version that does so.

        Raises:
            InvalidInput: If there is no such demonstration, or none would be enabled; the bank is as it was.
        """
        with self._lock:
            return self._set_disabled(set(names))

    def roll_back(self, version: int) -> BankVersion:
        """Return to what the bank was at an earlier version; this makes a new version, unless it is the newest one.

        Args:
            version: One of `versions`.

        Raises:
            InvalidInput: If it is none of them; the bank is as it was.
        """
        with self._lock:
            if version not in self._kept:
                kept = ", ".join(str(number) for number in self._kept)
                raise InvalidInput(f"there is no version {version} of the bank to return to; expected one of: {kept}")
            return self._current if version == self._current.version else self._take(self._kept[version])

    def _set_disabled(self, names: set[str]) -> BankVersion:
        old = self._current
        if names == set(old.disabled):
            return old
        row_filter(old.demonstration, old.demonstration_names, names)  # refuses before anything changes
        return self._take(replace(old, disabled=tuple(sorted(names))))

    def _take(self, like: BankVersion) -> BankVersion:
        """Make the next version, with the content of `like`."""
        new = replace(like, version=self._current.version + 1)
        kept = {**self._kept, new.version: new}
        dropped = list(kept)[1:-KEPT_VERSIONS]
        self._kept = {number: version for number, version in kept.items() if number not in dropped}
        self._current = new
        return new


def _opener(part: BankArray) -> Callable[[], Index]:
    return cache(lambda: ExactIndex(part))


def _appended(old: BankVersion, rows: BankArray) -> tuple[tuple[BankArray, ...], tuple[Callable[[], Index], ...]]:
    """Return the parts of a bank with more rows, and what opens their indices.

    An added part that is not longer than the one behind it is joined with it: there are only a few, and a row is copied
    only a few times, however many demonstrations are added. The loaded rows are never copied.
    """
    parts: list[BankArray] = [*old.parts, rows]
    while len(parts) > 2 and len(parts[-2]) <= len(parts[-1]):
        parts[-2:] = [np.concatenate(parts[-2:])]
    parts[-1].setflags(write=False)
    shared = len(parts) - 1
    return tuple(parts), (*old.open_parts[:shared], _opener(parts[-1]))


def check_new(version: BankVersion, names: Iterable[str]) -> None:
    """Look for names that the bank has already, before anything is embedded for it.

    Raises:
        InvalidInput: If there is one.
    """
    doubled = sorted(set(names) & set(version.demonstration_names))
    if doubled:
        raise InvalidInput(
            f"demonstration '{doubled[0]}' is in the bank already; give the new one another name (a bag has "
            "that of its folder)"
        )


def _check_fit(old: BankVersion, built: BuiltBank) -> None:
    new = built.bank
    if new.embedding_size != old.embedding_size:
        raise InvalidInput(
            f"the new demonstrations' embeddings have {new.embedding_size} numbers, the bank's {old.embedding_size}; "
            "embed them with the encoder of this bank"
        )
    if new.encoder_id != old.encoder_id:
        raise InvalidInput(
            f"the new demonstrations were embedded with encoder {new.encoder_id}, the bank with {old.encoder_id}; "
            "distances between them mean nothing: embed them with the encoder of this bank"
        )
    check_new(old, new.demonstration_names)
    if len(built.thumbnails) != len(new):
        raise InvalidInput(f"{len(built.thumbnails)} thumbnails for {len(new)} new rows; expected as many")
