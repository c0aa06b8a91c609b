import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder import learner as learner_module  # noqa: E402
from vinn_training.encoder.augmentations import AugmentationConfig  # noqa: E402
from vinn_training.encoder.byol import ByolConfig  # noqa: E402
from vinn_training.encoder.frame_store import FrameStore  # noqa: E402
from vinn_training.encoder.hardware import HardwareConfig  # noqa: E402
from vinn_training.encoder.learner import Learner  # noqa: E402
from vinn_training.encoder.processes import Processes  # noqa: E402
from vinn_training.encoder.training_config import TrainingConfig  # noqa: E402

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))
CONFIG = TrainingConfig(epochs=1, batch_size=4, byol=ByolConfig(hidden_size=32, projection_size=16, momentum=0.9))
FRAMES = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
ROWS = torch.arange(4)


def _learner(config: TrainingConfig = CONFIG) -> Learner:
    return Learner(FRAMES, SPEC, config, HardwareConfig(device="cpu"), Processes())


def test_frozen_batch_norm_keeps_its_statistics() -> None:
    def statistics(freeze: bool) -> list[torch.Tensor]:
        learner = _learner(replace(CONFIG, freeze_batch_norm=freeze))
        learner.embed(learner.frames)  # leaves evaluation mode; the next step must find its own again
        learner.train_step(ROWS, 0, 2, 2)
        assert learner._method.projector.training
        return [backbone.bn1.running_mean for backbone in learner._method.backbones()]

    for frozen in statistics(freeze=True):
        torch.testing.assert_close(frozen, torch.zeros(64))
    for learned in statistics(freeze=False):
        assert float(learned.abs().max()) > 0.01


def test_parts_of_a_batch_add_up_to_it() -> None:
    """With frozen batch-norm and the same views, the mean of the parts' gradients is that of the batch."""
    gradients = []
    for parts in (1, 2):
        config = replace(CONFIG, accumulation=parts, freeze_batch_norm=True, precision="float64")
        learner = _learner(config)
        for head in (learner._method.projector, learner._method.target_projector, learner._method.predictor):
            for module in head.modules():
                if isinstance(module, torch.nn.BatchNorm1d):
                    module.track_running_stats, module.forward = False, lambda values: values  # type: ignore[assignment]
        images = learner._normalised(learner._images(learner.frames[ROWS]))
        learner._views = lambda rows, images=images: (images[rows], images[rows].flip(3))  # type: ignore[method-assign]
        learner._optimiser.step = lambda *_: None  # type: ignore[method-assign, assignment]
        loss = learner.train_step(ROWS, 0, 2, 2).loss
        gradients.append((loss, learner._method.backbone.conv1.weight.grad.clone()))
    assert gradients[0][0] == pytest.approx(gradients[1][0], abs=1e-10)
    torch.testing.assert_close(gradients[0][1], gradients[1][1], rtol=1e-8, atol=1e-10)


def test_heads_have_a_learning_rate_of_their_own_and_both_warm_up() -> None:
    config = replace(CONFIG, learning_rate=1e-3, head_learning_rate=1e-2, warmup_epochs=2.0, freeze_batch_norm=True)
    learner = _learner(config)
    learner.train_step(ROWS, 0, 8, 2)
    rates = [group["lr"] for group in learner._optimiser.param_groups]
    assert rates == pytest.approx([0.25e-3, 0.25e-2])
    assert learner.learning_rate == pytest.approx(0.25e-3)


def test_mixed_precision_trains_float32_weights() -> None:
    """Its loss is near float32's."""
    exact = _learner().train_step(ROWS, 0, 2, 2).loss
    learner = _learner(replace(CONFIG, precision="bfloat16"))
    assert learner.train_step(ROWS, 0, 2, 2).loss == pytest.approx(exact, abs=0.05)
    assert {parameter.dtype for parameter in learner._method.parameters()} == {torch.float32}


def test_the_scale_of_float16_is_part_of_the_state() -> None:
    assert "scale" not in _learner().state()["scaler"]
    learner = _learner(replace(CONFIG, precision="float16"))
    state = learner.state()
    assert state["scaler"]["scale"] > 1.0
    state["scaler"]["scale"] = 8.0
    learner.load_state(state)
    assert learner.state()["scaler"]["scale"] == 8.0


def test_state_is_all_that_the_next_step_depends_on() -> None:
    one = _learner()
    one.train_step(ROWS, 0, 4, 2)
    state = copy.deepcopy(one.state())
    expected = one.train_step(ROWS + 4, 1, 4, 2).loss
    other = _learner(replace(CONFIG, seed=5))
    other.load_state(state)
    assert other.train_step(ROWS + 4, 1, 4, 2).loss == expected
    for name, weight in other.weights().items():
        np.testing.assert_array_equal(weight, one.weights()[name])


def test_embeddings_are_those_of_the_exported_encoder(tmp_path: Path) -> None:
    spec = EncoderSpec("resnet18", Preprocessing(size=32), "l2", 100.0, 2)
    learner = Learner(FRAMES, spec, CONFIG, HardwareConfig(device="cpu"), Processes())
    learner.train_step(ROWS, 0, 2, 2)
    runtime = load_runtime(write_encoder(tmp_path, spec, learner.weights()))
    np.testing.assert_allclose(learner.embed(learner.frames), runtime.encode(FRAMES), atol=1e-3)


def test_a_batch_too_large_for_the_memory_is_said_with_a_smaller_one(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = _learner(replace(CONFIG, batch_size=8))

    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(learner, "_optimise", fail)
    with pytest.raises(InvalidInput, match="--batch-size 4, or --accumulation 2"):
        learner.train_step(ROWS, 0, 2, 2)

    def break_otherwise(*_: object) -> None:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(learner, "_optimise", break_otherwise)
    with pytest.raises(RuntimeError, match="shapes"):
        learner.train_step(ROWS, 0, 2, 2)


def test_the_backbones_are_compiled_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    monkeypatch.setattr(learner_module, "compile_in_place", lambda modules, device: compiled.extend(modules))
    learner = Learner(FRAMES, SPEC, CONFIG, HardwareConfig(device="cpu", compile=True), Processes())
    assert compiled == learner._method.backbones()
    compiled.clear()
    _learner()
    assert not compiled


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_compiled_steps_are_those_of_the_network_as_written() -> None:
    """Needs a C++ compiler. Embeddings, of any number of frames, take no compilation."""
    plain, compiled = (
        Learner(FRAMES, SPEC, CONFIG, HardwareConfig(device="cpu", compile=use), Processes()) for use in (False, True)
    )
    for step in range(2):
        expected = plain.train_step(ROWS, step, 4, 2).loss
        assert compiled.train_step(ROWS, step, 4, 2).loss == pytest.approx(expected, abs=1e-3)
    torch._dynamo.utils.counters.clear()
    np.testing.assert_allclose(compiled.embed(compiled.frames[:3]), plain.embed(plain.frames[:3]), atol=0.05)
    assert not torch._dynamo.utils.counters["frames"]


def test_frames_sent_batch_by_batch_train_as_those_on_the_device() -> None:
    losses = []
    for on_device in (True, False):
        learner = _learner(replace(CONFIG, accumulation=2))
        learner._store = FrameStore(FRAMES, torch.device("cpu"), on_device)
        losses.append([learner.train_step(ROWS + 4 * step, step, 4, 2, ROWS + 4).loss for step in (0, 1)])
    assert losses[0] == losses[1]


def test_the_fused_optimiser_takes_the_steps_of_adam() -> None:
    """Weights and gradients lie channels-last in memory; the oracle is torch's plain loop."""
    learner = _learner(replace(CONFIG, precision="float64", head_learning_rate=1e-2))
    plain = copy.deepcopy(learner._method)
    other = torch.optim.Adam(
        [
            {"params": list(plain.backbone.parameters()), "lr": CONFIG.learning_rate},
            {"params": plain.head_parameters(), "lr": 1e-2},
        ],
        foreach=False, fused=False,
    )  # fmt: skip
    views = [learner._views(ROWS) for _ in range(2)]
    for step, pair in enumerate(views):
        learner._views = lambda rows, pair=pair: pair  # type: ignore[method-assign]
        learner.train_step(ROWS, step, 4, 2)
        other.zero_grad()
        plain.train()
        plain(*pair).loss.backward()
        other.step()
        plain.after_step(step, 4)
    for (name, found), expected in zip(learner._method.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9, msg=name)


def test_channels_are_normalised_twice_for_training_and_once_for_an_embedding() -> None:
    """A white picture: (1 - 0.485) / 0.229 = 2.248908 in red, and (2.248908 - 0.485) / 0.229 = 7.702656 after twice."""
    nothing = AugmentationConfig(
        crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=0.0, grey_probability=0.0, blur_probability=0.0
    )
    white = np.full((4, 32, 32, 3), 255, dtype=np.uint8)
    red = []
    for twice in (False, True):
        config = replace(CONFIG, normalise_twice=twice, augmentation=nothing)
        learner = Learner(white, SPEC, config, HardwareConfig(device="cpu"), Processes())
        for view in learner._views(ROWS):
            torch.testing.assert_close(view[:, 0], view[:1, :1, :1, :1].squeeze(1).expand(4, 32, 32))
        red.append(float(view[0, 0, 0, 0]))
        seen: list[torch.Tensor] = []
        learner._method.backbone.conv1.register_forward_pre_hook(lambda _, inputs, seen=seen: seen.append(inputs[0]))
        learner.embed(learner.frames)
        assert float(seen[0][0, 0, 0, 0]) == pytest.approx(2.248908, abs=1e-5)
    assert red == pytest.approx([2.248908, 7.702656], abs=1e-4)


def test_views_are_drawn_from_pictures_that_are_normalised_already() -> None:
    """As in VINN's code, jitter clamps to [0, 1] what normalising has moved out of it: a black picture stays black."""
    jitter = AugmentationConfig(
        crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=1.0, grey_probability=0.0, blur_probability=0.0
    )
    black = np.zeros((4, 32, 32, 3), dtype=np.uint8)
    config = replace(CONFIG, normalise_twice=True, augmentation=jitter)
    view, _ = Learner(black, SPEC, config, HardwareConfig(device="cpu"), Processes())._views(ROWS)
    # Normalised once black is -2.1 in red; clamped to 0, then normalised again: -0.485 / 0.229.
    torch.testing.assert_close(view[:, 0], torch.full((4, 32, 32), -0.485 / 0.229), atol=1e-4, rtol=0)


def test_embeddings_follow_the_spec_with_image_statistics(tmp_path: Path) -> None:
    spec = EncoderSpec("resnet18", Preprocessing(size=64), batch_norm="image")
    frames = np.repeat(np.repeat(FRAMES, 2, axis=1), 2, axis=2)
    learner = Learner(frames, spec, CONFIG, HardwareConfig(device="cpu"), Processes())
    learner.train_step(ROWS, 0, 2, 2)
    found = learner.embed(learner.frames)
    runtime = load_runtime(write_encoder(tmp_path, spec, learner.weights()))
    np.testing.assert_allclose(found, runtime.encode(frames), atol=1e-3)
    learner.train_step(ROWS, 1, 2, 2)
    assert isinstance(learner._method.backbone.bn1, torch.nn.BatchNorm2d)
