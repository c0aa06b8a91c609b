"""The versions of the bank that a session asked, made again from the bundle."""

from __future__ import annotations

from vinn_training.bank.bundle import Bundle
from vinn_training.bank.index import Index
from vinn_training.bank.live_bank import BankVersion, LiveBank
from vinn_training.exceptions import InvalidInput
from vinn_training.replay.session import Session


def known_banks(session: Session, bundle: Bundle, index: Index) -> dict[str, BankVersion]:
    """Return the versions that the bundle's rows can make, by bank id.

    These are the bundle's own, and those in which only other demonstrations were disabled. A version with
    demonstrations that were added while the policy ran is not among them, until it is saved as a bundle.

    Args:
        session: Its announcements of versions are read.
        bundle: Has the rows.
        index: Over them.
    """
    live = LiveBank(bundle.bank, bundle.thumbnails, index, bundle.calibration)
    banks = {live.current.bank_id: live.current}
    for state in session.banks:
        if state.bank_id in banks or set(state.demonstrations) != set(bundle.bank.demonstration_names):
            continue
        try:
            version = live.set_disabled(state.disabled)
        except InvalidInput:  # all of them: no version that a policy can have asked
            continue
        banks[version.bank_id] = version
    return banks
