"""Changes the bank that a policy asks, while it is asked. No ROS."""

from __future__ import annotations

import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vinn_ros.policy.bank_work import Recipe, Worker, read_built
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.bundle import Bundle
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.index import Index
from vinn_training.bank.live_bank import LiveBank
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.vinn_policy import VinnPolicy

#: Called with each new version, what made it, and the versions that can be returned to.
Announce = Callable[[BankVersion, str, tuple[int, ...]], None]


class Outcome(NamedTuple):
    """What a request has led to.

    Attributes:
        version: That is asked after it; for `save`, that was saved.
        message: What was done, for people.
    """

    version: BankVersion
    message: str


class BankKeeper:
    """Answers requests from any thread; each method returns when the policy asks the changed bank.

    Disabling, enabling and rolling back are immediate. Of adding and saving, which take their time in the worker, there
    is one at a time, and another is refused; the immediate ones are possible meanwhile.

    Args:
        bundle: Whose bank the policy asks.
        policy: Asks the versions from now on, the loaded one first.
        index: Over the bundle's rows.
        worker: Embeds and saves.
        announce: Told of every version, in order, the loaded one included.

    Raises:
        InvalidInput: If the index is of another bank.
    """

    def __init__(self, bundle: Bundle, policy: VinnPolicy, index: Index, worker: Worker, announce: Announce) -> None:
        self._policy = policy
        self._worker = worker
        self._announce = announce
        # Pictures are the worker's business: here they would only take memory.
        no_pictures = Thumbnails(np.empty(0, dtype=np.uint8), np.zeros(len(bundle.bank) + 1, dtype=np.int64))
        self._live = LiveBank(bundle.bank, no_pictures, index, bundle.calibration)
        self._changing = threading.Lock()
        self._closed = False
        self._working = threading.Lock()
        self._work = ""
        # What was added stays on disk until the end: a version that needs it may be returned to, and saved.
        self._scratch = tempfile.TemporaryDirectory(prefix="vinn_bank_", ignore_cleanup_errors=True)
        self._added: dict[int, tuple[Path, ...]] = {}
        self._saved = {self._live.current.bank_id}
        self._use(self._live.current, (), "")

    @property
    def current(self) -> BankVersion:
        """The version that is asked."""
        return self._live.current

    @property
    def work(self) -> str:
        """What takes its time at the moment, in a few words; empty where nothing does."""
        return self._work

    @property
    def has_unsaved(self) -> bool:
        """Whether the bank that is asked is in no bundle."""
        return self.current.bank_id not in self._saved

    def set_enabled(self, name: str, enabled: bool) -> Outcome:
        """Answer a demonstration's frames, or do so no longer.

        Raises:
            InvalidInput: If there is no such demonstration, or no other is enabled; the bank is as it was.
        """
        word = "enabled" if enabled else "disabled"
        with self._change():
            old = self._live.current
            new = self._live.enable(name) if enabled else self._live.disable(name)
            if new is old:
                return Outcome(new, f"'{name}' was {word} already")
            return self._use(new, self._added[old.version], f"{word} '{name}'")

    def roll_back(self, version: int) -> Outcome:
        """Return to what the bank was at an earlier version.

        Raises:
            InvalidInput: If that version is not kept; the bank is as it was.
        """
        with self._change():
            old = self._live.current
            new = self._live.roll_back(version)
            if new is old:
                return Outcome(new, f"version {version} was in use already")
            return self._use(new, self._added[version], f"returned to version {version}")

    def add(self, path: str, name: str) -> Outcome:
        """Embed a demonstration and ask its frames, too.

        Args:
            path: Bag or data set, as `vinn data info` reads it; absolute.
            name: Of the demonstration there; may be empty where there is one.

        Raises:
            VinnError: If there is no such demonstration, it cannot be used, is in the bank already, or something else
                is being added or saved; the bank is as it was.
            OSError: If the disk refuses.
        """
        source = _absolute(path)
        with self._alone(f"adding {source}"):
            _, recipe = self._snapshot()
            folder = Path(self._scratch.name) / uuid.uuid4().hex
            try:
                calibration = self._worker.add(recipe, source, name, folder)
                with self._change():
                    return self._take(folder, calibration, recipe.added)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    def save(self, path: str) -> Outcome:
        """Save the version that is asked as a bundle.

        Args:
            path: Folder that does not exist, in one that does; absolute.

        Raises:
            VinnError: If the path cannot be used, or something else is being added or saved; nothing is changed.
            OSError: If the disk refuses.
        """
        target = _absolute(path)
        with self._alone(f"saving {target}"):
            if target.exists() or target.is_symlink():
                raise InvalidInput(f"{target} exists; expected a folder that does not, so that nothing is overwritten")
            if not target.parent.is_dir():
                raise InvalidInput(f"{target.parent} is no folder; expected one, in which '{target.name}' is made")
            version, recipe = self._snapshot()
            command = f"saved by the policy node as version {version.version} of its bank"
            bank_id = self._worker.save(recipe, target, command)
            if bank_id != version.bank_id:
                raise InvalidInput(
                    f"{target} holds bank {bank_id}, expected {version.bank_id}: a bug; do not use it, and report it"
                )
            self._saved.add(bank_id)
            return Outcome(version, f"saved version {version.version} as {target}")

    def close(self) -> None:
        """End the worker and forget all versions but the one that is asked."""
        with self._changing:
            self._closed = True
        self._worker.close()
        self._scratch.cleanup()

    def _take(self, folder: Path, calibration: DistanceCalibration, added: tuple[Path, ...]) -> Outcome:
        if self._added[self._live.current.version] != added:
            raise InvalidInput("the bank was returned to another version meanwhile; the demonstration was not added")
        built = read_built(folder)
        new = self._live.add(built, calibration)
        (name,) = built.bank.demonstration_names
        return self._use(new, (*added, folder), f"added '{name}', {len(built.bank)} frames")

    def _use(self, version: BankVersion, added: tuple[Path, ...], change: str) -> Outcome:
        """Let the policy ask a version, and tell of it."""
        self._policy.use(version)
        kept = self._live.versions
        self._added = {number: folders for number, folders in self._added.items() if number in kept}
        self._added[version.version] = added
        self._announce(version, change, kept)
        frames = f"{version.used} of {len(version)} frames are asked"
        return Outcome(version, f"{change}: version {version.version}, {frames}")

    def _snapshot(self) -> tuple[BankVersion, Recipe]:
        """Return the version that is asked, and how it is made."""
        with self._change():
            version = self._live.current
            calibration = version.calibration or DistanceCalibration((), 0)
            return version, Recipe(self._added[version.version], version.disabled, calibration)

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._changing:
            if self._closed:
                raise InvalidInput("the policy was cleaned up meanwhile; nothing was changed")
            yield

    @contextmanager
    def _alone(self, work: str) -> Iterator[None]:
        if not self._working.acquire(blocking=False):
            raise InvalidInput(f"{self._work} is under way; ask again when it has been answered")
        self._work = work
        try:
            yield
        finally:
            self._work = ""
            self._working.release()


def _absolute(path: str) -> Path:
    if not path:
        raise InvalidInput("the path is empty; expected that of a file or folder on the policy's machine")
    if not Path(path).is_absolute():
        raise InvalidInput(
            f"path '{path}' is relative; expected an absolute one, for the policy was started in another folder"
        )
    return Path(path)
