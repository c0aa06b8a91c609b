import math

import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.simclr import Simclr, SimclrConfig  # noqa: E402

CONFIG = SimclrConfig(hidden_size=16, projection_size=8, temperature=0.3)


def _model() -> "Simclr":
    torch.manual_seed(0)
    return Simclr(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 6)), 6, CONFIG)


def test_loss_is_the_papers() -> None:
    """Chen et al., equation 1, over all 2N views, written out one pair at a time."""
    model = _model()
    first, second = torch.rand(2, 5, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    loss = model(first, second).loss.item()
    views = [model.projector(model.backbone(view)).detach() for view in (first, second)]
    unit = [row / row.norm() for view in views for row in view]
    total = 0.0
    for i in range(10):
        similar = [math.exp(float(unit[i] @ unit[k]) / 0.3) for k in range(10)]
        total -= math.log(similar[(i + 5) % 10] / sum(value for k, value in enumerate(similar) if k != i))
    assert loss == pytest.approx(total / 10, abs=1e-4)


def test_a_batch_whose_views_agree_and_frames_differ_has_a_lower_loss() -> None:
    model = _model()
    first, second = torch.rand(2, 5, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    assert model(first, first).loss < model(first, second).loss


def test_everything_learns() -> None:
    model = _model()
    views = torch.rand(2, 5, 3, 2, 2)
    model(views[0], views[1]).loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    heads = {id(parameter) for parameter in model.head_parameters()}
    assert heads.isdisjoint(id(parameter) for parameter in model.backbone.parameters())
    assert len(heads) + len(list(model.backbone.parameters())) == len(list(model.parameters()))


@pytest.mark.parametrize("change", [{"hidden_size": 0}, {"projection_size": 0}, {"temperature": 0.0}])
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        SimclrConfig(**change)  # type: ignore[arg-type]
