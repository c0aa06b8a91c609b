import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # bank_data.py, in pytest's importlib mode

from bank_data import write_dataset

from vinn_ros.policy.bank_work import BankWork
from vinn_training.bank.bundle import load_bundle


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Path:
    """Two demonstrations, "new" and "other", that the bundle does not have."""
    return write_dataset(tmp_path_factory.mktemp("dataset"), {"new": 5, "other": 3})


@pytest.fixture(scope="session")
def work(bundle) -> BankWork:
    """What the worker process does, in this one."""
    return BankWork(bundle, load_bundle(bundle).bank.bank_id)
