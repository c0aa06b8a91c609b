from dataclasses import replace

import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.byol import Byol  # noqa: E402
from vinn_training.encoder.simclr import Simclr  # noqa: E402
from vinn_training.encoder.training_config import TrainingConfig, build_method  # noqa: E402
from vinn_training.encoder.vicreg import Vicreg, VicregConfig  # noqa: E402


@pytest.mark.parametrize(("name", "kind"), [("byol", Byol), ("simclr", Simclr), ("vicreg", Vicreg)])
def test_methods_by_name(name: str, kind: type) -> None:
    config = replace(TrainingConfig(vicreg=VicregConfig(16, 16)), method=name)  # type: ignore[arg-type]
    assert type(build_method(config, torch.nn.Identity(), 4, distributed=False)) is kind


def test_an_unknown_method_is_refused() -> None:
    config = replace(TrainingConfig(), method="moco")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="expected byol, simclr or vicreg"):
        build_method(config, torch.nn.Identity(), 4, distributed=False)


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": -1}, {"batch_size": 1}, {"learning_rate": 0.0}, {"head_learning_rate": 0.0}, {"weight_decay": -1.0},
        {"accumulation": 0}, {"accumulation": 100}, {"warmup_epochs": -1.0},
    ],
)  # fmt: skip
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        replace(TrainingConfig(), **change)  # type: ignore[arg-type]
