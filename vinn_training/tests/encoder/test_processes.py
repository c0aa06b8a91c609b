import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.processes import Processes, process_group  # noqa: E402


@pytest.fixture
def two_processes() -> ModuleType:
    """The script that several processes run, as a module."""
    specification = importlib.util.spec_from_file_location(
        "two_processes", Path(__file__).with_name("two_processes.py")
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_shares_follow_each_other_and_cover_everything() -> None:
    for total in (0, 1, 7, 64):
        rows: list[int] = []
        for rank in range(3):
            share = Processes(rank, 3).share(total)
            assert total // 3 <= share.stop - share.start <= total // 3 + 1
            rows += range(total)[share]
        assert rows == list(range(total))


def test_one_process_needs_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    with process_group() as processes:
        assert processes == Processes()
        assert processes.first
        assert processes.mean([0.5]) == [0.5]
        rows = np.ones((2, 3))
        assert processes.gather(rows)[0] is rows
        processes.wait()


def test_a_broken_environment_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "x")
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with pytest.raises(InvalidInput, match=r"RANK=x.*torchrun"), process_group():
        pass


@pytest.mark.timeout(600)
def test_two_processes_train_as_one(two_processes: ModuleType, tmp_path: Path) -> None:
    """SimCLR: negatives come from both, and batch-norm is over both; float64, so that rounding says nothing."""
    one, two = (two_processes.run(_made(tmp_path / str(count)), count, "simclr", 2, "float64") for count in (1, 2))
    np.testing.assert_allclose(two["losses"], one["losses"], atol=1e-9)
    np.testing.assert_allclose(two["conv1"], one["conv1"], atol=1e-6)
    np.testing.assert_allclose(two["variance"], one["variance"], rtol=1e-6)
    np.testing.assert_allclose(two["embeddings"], one["embeddings"], atol=1e-4)
    np.testing.assert_array_equal(two["gathered"], [[0, 0], [1, 1], [1, 1]])
    np.testing.assert_array_equal(two["mean"], [0.5, 1.0])


@pytest.mark.full
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("method", ["byol", "simclr", "vicreg"])
def test_two_processes_train_as_one_over_twenty_steps(two_processes: ModuleType, tmp_path: Path, method: str) -> None:
    """In float64. In float32 the first losses agree to 1e-6; then Adam, which divides by a gradient's own size, turns
    the sums' other order into 1e-2 within these steps."""
    one, two = (
        two_processes.run(_made(tmp_path / str(count)), count, method, 20, "float64", 900.0) for count in (1, 2)
    )
    assert len(one["losses"]) == 20
    np.testing.assert_allclose(two["losses"], one["losses"], atol=1e-7, rtol=0)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
