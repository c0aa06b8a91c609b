import copy

import numpy as np
import pytest

from vinn_training.encoder.spec import EncoderSpec
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from torch import nn  # noqa: E402

from vinn_training.encoder.backbone import empty_backbone  # noqa: E402
from vinn_training.encoder.byol import Byol, ByolConfig  # noqa: E402
from vinn_training.encoder.hardware import HardwareConfig  # noqa: E402
from vinn_training.encoder.learner import Learner  # noqa: E402
from vinn_training.encoder.processes import Processes  # noqa: E402
from vinn_training.encoder.shares import Shares  # noqa: E402
from vinn_training.encoder.simclr import Simclr, SimclrConfig  # noqa: E402
from vinn_training.encoder.training_config import TrainingConfig  # noqa: E402


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def _byol() -> Byol:
    torch.manual_seed(0)
    return Byol(empty_backbone("resnet18"), 512, ByolConfig(hidden_size=16, projection_size=8)).double()


def _views(rows: int) -> "tuple[torch.Tensor, torch.Tensor]":
    generator = torch.Generator().manual_seed(1)
    first, second = (torch.rand(rows, 3, 32, 32, generator=generator, dtype=torch.float64) for _ in range(2))
    return first, second


@pytest.mark.parametrize("frozen", [False, True])
def test_loss_gradients_and_statistics_are_those_of_the_whole_batch(frozen: bool) -> None:
    """In float64, where the order of a sum says nothing."""
    whole, divided = _byol(), _byol()
    shares = Shares(divided, 3)
    for model in (whole, divided):
        model.train()
        if frozen:
            for module in model.backbone.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
    losses = [model(*_views(6)).loss for model in (whole, divided)]
    assert losses[1].item() == pytest.approx(losses[0].item(), abs=1e-12)
    for loss in losses:
        loss.backward()
    assert all(parameter.grad is None for parameter in divided.parameters())
    shares.collect()
    for (name, one), two in zip(whole.named_parameters(), divided.parameters(), strict=True):
        if one.grad is None:
            assert two.grad is None, name
        else:
            torch.testing.assert_close(two.grad, one.grad, rtol=1e-7, atol=1e-12, msg=name)
    assert list(whole.state_dict()) == list(divided.state_dict())
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(divided.state_dict()[name], value, rtol=1e-9, atol=1e-12, msg=name)


def test_each_share_is_computed_alone_to_the_bit() -> None:
    """A float32 gradient is the sum of the two that the halves of the batch have, not that of the whole batch."""
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 30 * 30, 4))
    divided = copy.deepcopy(plain)
    shares = Shares(divided, 2)
    values = torch.rand(8, 3, 32, 32)
    divided(values).square().sum().backward()
    shares.collect()
    for part in values.chunk(2):  # gradients add up
        plain(part).square().sum().backward()
    for one, two in zip(plain.parameters(), divided.parameters(), strict=True):
        torch.testing.assert_close(two.grad, one.grad, rtol=0, atol=0)


def test_weights_are_not_copied_and_gradients_are_forgotten() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    shares = Shares(model, 2)
    values = torch.ones(4, 3)
    before = model(values).detach()
    model(values).sum().backward()
    shares.collect()
    gradient = model[0].weight.grad.clone()
    with torch.no_grad():
        model[0].weight.add_(1.0)
    torch.testing.assert_close(model(values), before + 3.0)
    shares.collect()
    assert model[0].weight.grad is None
    model(values).sum().backward()
    shares.collect()
    torch.testing.assert_close(model[0].weight.grad, gradient)


def test_a_loss_over_all_pairs_stays_one_of_the_whole_batch() -> None:
    """SimCLR's negatives are in the other shares too."""
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        backbone = nn.Sequential(nn.Flatten(), nn.Linear(12, 6))
        models.append(Simclr(backbone, 6, SimclrConfig(hidden_size=8, projection_size=4), distributed=False).double())
    Shares(models[1], 2)
    views = (torch.rand(4, 3, 2, 2, dtype=torch.float64), torch.rand(4, 3, 2, 2, dtype=torch.float64))
    assert models[1](*views).loss.item() == pytest.approx(models[0](*views).loss.item(), abs=1e-10)


def test_fewer_rows_than_shares_are_no_obstacle_to_an_embedding() -> None:
    backbone = empty_backbone("resnet18").eval()
    picture = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        expected = backbone(picture)
        Shares(backbone, 3)
        torch.testing.assert_close(backbone.eval()(picture), expected, rtol=1e-5, atol=1e-5)


def test_it_is_for_one_process_on_the_cpu() -> None:
    config = TrainingConfig(epochs=1, batch_size=4, byol=ByolConfig(hidden_size=8, projection_size=4))
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    learner = Learner(
        frames, EncoderSpec("resnet18", Preprocessing(size=32)), config, HardwareConfig("cpu"), Processes()
    )
    assert learner._divided(1) is None
    learner._processes = Processes(0, 2)
    with pytest.raises(InvalidInput, match=r"as_processes is 2 in 2 process\(es\) on cpu; expected one process"):
        learner._divided(2)
    with pytest.raises(InvalidInput, match="as_processes is 0"):
        HardwareConfig(as_processes=0)
