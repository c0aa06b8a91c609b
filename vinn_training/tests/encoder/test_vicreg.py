import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.vicreg import Vicreg, VicregConfig  # noqa: E402

CONFIG = VicregConfig(hidden_size=16, projection_size=8, invariance=3.0, variance=2.0, covariance=0.5)


def _model() -> "Vicreg":
    torch.manual_seed(0)
    return Vicreg(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 6)), 6, CONFIG)


def _terms(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Invariance, variance and covariance of Bardes et al., equations 1 to 5 (variance halved, as in their code)."""
    invariance = float(np.mean((first - second) ** 2))
    variance = covariance = 0.0
    for view in (first, second):
        variance += 0.5 * float(np.mean(np.maximum(0.0, 1.0 - np.sqrt(view.var(axis=0, ddof=1) + 1e-4))))
        matrix = np.cov(view.T)
        covariance += float((matrix**2).sum() - (np.diag(matrix) ** 2).sum()) / view.shape[1]
    return invariance, variance, covariance


def test_loss_is_the_papers() -> None:
    model = _model()
    first, second = torch.rand(2, 5, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    loss = model(first, second).loss.item()
    views = [model.projector(model.backbone(view)).detach().double().numpy() for view in (first, second)]
    invariance, variance, covariance = _terms(views[0], views[1])
    assert loss == pytest.approx(3.0 * invariance + 2.0 * variance + 0.5 * covariance, rel=1e-4)


def test_one_embedding_for_all_frames_costs_the_whole_variance() -> None:
    views = torch.ones(5, 3, 2, 2)
    assert _model()(views, views).loss.item() == pytest.approx(2.0 * (1.0 - 1e-2), abs=1e-4)


def test_everything_learns() -> None:
    model = _model()
    views = torch.rand(2, 5, 3, 2, 2)
    model(views[0], views[1]).loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert len(model.head_parameters()) + len(list(model.backbone.parameters())) == len(list(model.parameters()))


@pytest.mark.parametrize("change", [{"hidden_size": 0}, {"projection_size": 0}, {"variance": -1.0}])
def test_impossible_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        VicregConfig(**change)  # type: ignore[arg-type]
