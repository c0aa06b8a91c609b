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


@pytest.mark.timeout(600)
def test_one_process_repeats_two_to_the_bit(two_processes: ModuleType, tmp_path: Path) -> None:
    """BYOL in float32, where another order of sums would make 1e-3 of nothing within these steps."""
    _check_repeated(two_processes, tmp_path, "byol", steps=3, side=32, batch=8, timeout_s=270.0)


@pytest.mark.full
@pytest.mark.timeout(3700)
@pytest.mark.parametrize("method", ["byol", "simclr", "vicreg"])
def test_one_process_repeats_two_over_twenty_steps(two_processes: ModuleType, tmp_path: Path, method: str) -> None:
    _check_repeated(two_processes, tmp_path, method, steps=20, side=64, batch=32, timeout_s=1800.0)


def _check_repeated(
    two_processes: ModuleType, tmp_path: Path, method: str, steps: int, timeout_s: float, **sizes: int
) -> None:
    folders = [_made(tmp_path / name) for name in ("one", "two")]
    one = two_processes.run(folders[0], 1, method, steps, "float32", timeout_s, as_processes=2, **sizes)
    two = two_processes.run(folders[1], 2, method, steps, "float32", timeout_s, **sizes)
    assert len(one["losses"]) == steps
    np.testing.assert_allclose(two["losses"], one["losses"], atol=1e-6, rtol=1e-6)  # their mean is taken in float64
    for name in ("conv1", "variance"):
        np.testing.assert_array_equal(two[name], one[name])


@pytest.mark.full
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("method", ["byol", "simclr", "vicreg"])
def test_two_processes_train_as_one_over_twenty_steps(two_processes: ModuleType, tmp_path: Path, method: str) -> None:
    """In float64. In float32 the sums' other order is noise that the network turns into 1e-3 and more within these
    steps, as it does with half a unit in the last place of its weights: see test_training_noise.py."""
    one, two = (
        two_processes.run(_made(tmp_path / str(count)), count, method, 20, "float64", 900.0) for count in (1, 2)
    )
    assert len(one["losses"]) == 20
    np.testing.assert_allclose(two["losses"], one["losses"], atol=1e-7, rtol=0)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
