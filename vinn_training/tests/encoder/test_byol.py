import copy

import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.byol import Byol, ByolConfig  # noqa: E402

SMALL = ByolConfig(hidden_size=16, projection_size=8, momentum=0.9, momentum_end=1.0)


def _byol(config: ByolConfig = SMALL) -> "Byol":
    torch.manual_seed(0)
    backbone = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 6))
    return Byol(backbone, 6, config)


def _views() -> "tuple[torch.Tensor, torch.Tensor]":
    generator = torch.Generator().manual_seed(1)
    return torch.rand(5, 3, 2, 2, generator=generator), torch.rand(5, 3, 2, 2, generator=generator)


def test_loss_is_the_papers() -> None:
    """2 - 2 cos of predictor and target, both ways (Grill et al., eq. 2), written out; ours is half of it minus 1."""
    model, (first, second) = _byol(), _views()
    loss = float(copy.deepcopy(model)(first, second).loss.detach())

    def error(online: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        prediction = model.predictor(model.projector(model.backbone(online)))
        projection = model.target_projector(model.target_backbone(target))
        unit_prediction = prediction / prediction.norm(dim=1, keepdim=True)
        unit_projection = projection / projection.norm(dim=1, keepdim=True)
        return (unit_prediction - unit_projection).pow(2).sum(dim=1).mean()

    expected = (error(first, second) + error(second, first)).item()
    assert loss == pytest.approx(expected / 4 - 1, abs=1e-5)


def test_symmetric_in_the_views() -> None:
    first, second = _views()
    both = [_byol()(*views).loss.item() for views in ((first, second), (second, first))]
    assert both[0] == pytest.approx(both[1], abs=1e-6)


def test_only_the_online_network_learns() -> None:
    model = _byol()
    model(*_views()).loss.backward()
    for name, parameter in model.named_parameters():
        assert (parameter.grad is None) == name.startswith("target_"), name


def test_target_moves_by_its_momentum_and_stops_at_the_end() -> None:
    model = _byol()
    before = [parameter.clone() for parameter in model.target_backbone.parameters()]
    with torch.no_grad():
        for parameter in model.backbone.parameters():
            parameter.add_(1.0)
    model.after_step(0, 100)
    for old, new in zip(before, model.target_backbone.parameters(), strict=True):
        torch.testing.assert_close(new, old + 0.1)
    moved = [parameter.clone() for parameter in model.target_backbone.parameters()]
    model.after_step(99, 100)
    for old, new in zip(moved, model.target_backbone.parameters(), strict=True):
        torch.testing.assert_close(new, old)


@pytest.mark.parametrize("change", [{"hidden_size": 0}, {"projection_size": 0}, {"momentum": 1.1}, {"momentum": -0.1}])
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        ByolConfig(**change)  # type: ignore[arg-type]
