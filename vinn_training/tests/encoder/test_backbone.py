import logging
import pickle
import urllib.error
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")

from safetensors.torch import save_file  # noqa: E402

from vinn_training.encoder.artifact import CHANNELS  # noqa: E402
from vinn_training.encoder.backbone import build_backbone  # noqa: E402


@pytest.fixture(scope="module")
def original() -> "torch.nn.Module":
    """A whole torchvision network, with its last layer and statistics that are not the initial ones."""
    torch.manual_seed(3)
    model = torchvision.models.resnet18()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.mark.parametrize("architecture", CHANNELS)
def test_embedding_sizes(architecture: str) -> None:
    model = build_backbone(architecture).eval()
    with torch.inference_mode():
        assert model(torch.zeros(1, 3, 32, 32)).shape == (1, CHANNELS[architecture])


def test_pooling_keeps_places_apart() -> None:
    """Cell (row, column) of the grid is the average of that quarter of the last feature map, channel by channel."""
    torch.manual_seed(0)
    grid = build_backbone("resnet18", pooling=2).eval()
    whole = build_backbone("resnet18").eval()
    whole.load_state_dict(grid.state_dict())
    with torch.inference_mode():
        images = torch.rand(1, 3, 64, 64)
        cells = grid(images)
        assert cells.shape == (1, 2048)
        torch.testing.assert_close(cells.view(512, 4).mean(dim=1), whole(images)[0])


@pytest.mark.parametrize("kind", ["torchvision", "vinn", "safetensors"])
def test_local_weights_give_the_features_before_the_last_layer(
    tmp_path: Path, original: "torch.nn.Module", kind: str
) -> None:
    state = original.state_dict()
    path = tmp_path / ("weights.safetensors" if kind == "safetensors" else "weights.pt")
    if kind == "torchvision":
        torch.save(state, path)
    elif kind == "vinn":
        torch.save({"model_state_dict": state, "epoch": 99, "loss": 0.1}, path)
    else:
        save_file({name: value for name, value in state.items() if not name.startswith("fc.")}, path)
    features: list[torch.Tensor] = []
    hook = original.avgpool.register_forward_hook(lambda _, __, output: features.append(output.flatten(1)))
    images = torch.rand(2, 3, 48, 48)
    with torch.inference_mode():
        original(images)
        hook.remove()
        torch.testing.assert_close(build_backbone("resnet18", str(path)).eval()(images), features[0])


def test_log_says_which_weights(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("vinn_training").propagate = True
    with caplog.at_level(logging.INFO, "vinn_training"):
        build_backbone("resnet18")
    assert "resnet18 starts from random weights" in caplog.text


def test_imagenet_that_cannot_be_had_proposes_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(torchvision.models, "get_model", offline)
    with pytest.raises(InvalidCheckpoint, match=r"cannot be downloaded.*no route.*--weights none"):
        build_backbone("resnet18", "imagenet")


def test_foreign_files_are_refused(tmp_path: Path, original: "torch.nn.Module") -> None:
    with pytest.raises(InvalidInput, match="architecture is 'vgg'"):
        build_backbone("vgg")
    with pytest.raises(InvalidCheckpoint, match="no such weights file"):
        build_backbone("resnet18", str(tmp_path / "nothing.pt"))
    cut = tmp_path / "cut.pt"
    torch.save(original.state_dict(), cut)
    cut.write_bytes(cut.read_bytes()[:1000])
    with pytest.raises(InvalidCheckpoint, match=r"cut\.pt"):
        build_backbone("resnet18", str(cut))
    torch.save(original.state_dict(), cut)
    with pytest.raises(InvalidCheckpoint, match=r"cut\.pt: weights do not fit"):
        build_backbone("resnet34", str(cut))
    with pytest.raises(InvalidCheckpoint, match=r"cut\.pt: weights do not fit"):
        build_backbone("resnet50", str(cut))
    torch.save([1, 2], cut)
    with pytest.raises(InvalidCheckpoint, match="expected a state dict"):
        build_backbone("resnet18", str(cut))


def test_code_in_a_weights_file_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path(tmp_path / "sprung").touch, ())

    path = tmp_path / "trap.pt"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InvalidCheckpoint, match=r"trap\.pt"):
        build_backbone("resnet18", str(path))
    torch.save({"model_state_dict": Trap()}, path)
    with pytest.raises(InvalidCheckpoint, match=r"trap\.pt"):
        build_backbone("resnet18", str(path))
    assert not (tmp_path / "sprung").exists()
