import builtins
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput, MissingDependency

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.evaluation import training_contenders  # noqa: E402
from vinn_training.evaluation.training_contenders import TrainingBenchmark, our_step, peer_step  # noqa: E402

SMALL = TrainingBenchmark("resnet18", size=32, batch_size=4, batches=2)
FRAMES = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("make", [our_step, peer_step])
def test_a_step_changes_the_network_at_the_same_rate(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("byol_pytorch")
    kept: list[Any] = []
    optimiser = torch.optim.Adam

    def keep(parameters: Any, **options: Any) -> Any:
        kept.append(optimiser(parameters, **options))
        return kept[-1]

    monkeypatch.setattr(torch.optim, "Adam", keep)
    step = make(FRAMES, SMALL)
    weights = [value for group in kept[0].param_groups for value in group["params"]]
    before = [value.detach().clone() for value in weights]
    step()
    assert any(not torch.equal(old, new) for old, new in zip(before, weights, strict=True))
    assert all(group["lr"] == 3e-4 for group in kept[0].param_groups)


def test_a_missing_peer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without_peer(name: str, *rest: Any, **options: Any) -> Any:
        if name == "byol_pytorch":
            raise ImportError("No module named 'byol_pytorch'")
        return load(name, *rest, **options)

    monkeypatch.delitem(sys.modules, "byol_pytorch", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_peer)
    with pytest.raises(MissingDependency, match="pip install byol-pytorch"):
        peer_step(FRAMES, SMALL)


@pytest.mark.parametrize("change", [{"size": 16}, {"batch_size": 1}, {"repetitions": 0}, {"threads": -1}])
def test_what_cannot_be_timed_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="expected 32, 2, 1, 1 and 0 or more"):
        replace(SMALL, **change)
    with pytest.raises(InvalidInput, match="each once"):
        replace(SMALL, precisions=("auto", "auto"))


def test_a_step_on_a_gpu_ends_when_the_gpu_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: happened.append(str(device)))
    training_contenders._finished(lambda: happened.append("step"), torch.device("cuda", 0))()
    training_contenders._finished(lambda: happened.append("step"), torch.device("cpu"))()
    assert happened == ["step", "cuda:0", "step"]
