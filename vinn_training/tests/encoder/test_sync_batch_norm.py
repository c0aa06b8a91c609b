import copy

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import nn  # noqa: E402

from vinn_training.encoder import sync_batch_norm  # noqa: E402
from vinn_training.encoder.backbone import empty_backbone  # noqa: E402
from vinn_training.encoder.sync_batch_norm import CpuSyncBatchNorm, synchronise_batch_norm  # noqa: E402

CPU = torch.device("cpu")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process whose sums are those of all; two real ones meet in test_processes.py."""
    monkeypatch.setattr(sync_batch_norm, "all_reduce", lambda tensor: tensor)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("shape", [(6, 4), (6, 4, 3, 2)])
def test_alone_it_is_torchs_batch_norm(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    plain: nn.Module = nn.BatchNorm2d(4, momentum=0.3) if len(shape) == 4 else nn.BatchNorm1d(4, momentum=0.3)
    nn.init.uniform_(plain.weight)
    nn.init.uniform_(plain.bias)
    ours = synchronise_batch_norm(nn.Sequential(copy.deepcopy(plain)), CPU)
    values = (100.0 + torch.randn(shape)).requires_grad_()
    other = values.detach().clone().requires_grad_()
    weights = torch.randn(shape)
    for _ in range(2):
        expected, found = plain(values), ours(other)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
        (expected * weights).sum().backward()
        (found * weights).sum().backward()
    torch.testing.assert_close(other.grad, values.grad, rtol=1e-3, atol=1e-3)
    for (name, one), two in zip(plain.named_parameters(), ours.parameters(), strict=True):
        torch.testing.assert_close(two.grad, one.grad, rtol=1e-3, atol=1e-3, msg=name)
    for (name, one), two in zip(plain.named_buffers(), ours.buffers(), strict=True):
        torch.testing.assert_close(two, one, rtol=1e-5, atol=1e-4, msg=name)
    torch.testing.assert_close(ours.eval()(other), plain.eval()(values), rtol=1e-4, atol=1e-4)


def test_a_network_keeps_its_names_weights_and_frozen_parameters() -> None:
    backbone = empty_backbone("resnet18").double()
    backbone.bn1.weight.requires_grad_(False)
    weight, names = backbone.bn1.weight, list(backbone.state_dict())
    assert synchronise_batch_norm(backbone, CPU) is backbone
    assert list(backbone.state_dict()) == names
    norms = [module for module in backbone.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    assert len(norms) == 20
    assert all(type(norm) is CpuSyncBatchNorm for norm in norms)
    assert backbone.bn1.weight is weight
    assert not backbone.bn1.weight.requires_grad
    assert {value.dtype for value in backbone.state_dict().values()} == {torch.float64, torch.int64}


@pytest.mark.usefixtures("alone")
def test_statistics_survive_a_large_mean() -> None:
    """E[x^2] - E[x]^2 in float32 would leave nothing of this spread."""
    norm = CpuSyncBatchNorm(1)
    values = 1e4 + torch.randn(256, 1, generator=torch.Generator().manual_seed(0))
    assert float(norm(values).detach().std()) == pytest.approx(1.0, abs=0.02)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="2D or 4D"):
        CpuSyncBatchNorm(4).eval()(torch.zeros(2, 4, 3))


def test_on_a_gpu_torchs_own_is_used() -> None:
    model = synchronise_batch_norm(nn.Sequential(nn.BatchNorm2d(4)), torch.device("cuda"))
    assert type(model[0]) is nn.SyncBatchNorm
