"""The encoder on torch: evaluation mode, batch-norm folded into the convolutions where it can be, channels last."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec
from vinn_training.encoder.backbone import empty_backbone, load_backbone_weights, read_state_dict
from vinn_training.encoder.batched_runtime import BatchedRuntime
from vinn_training.encoder.hardware import find_device
from vinn_training.encoder.image_batch_norm import normalise_each_image
from vinn_training.exceptions import InvalidInput


class TorchRuntime(BatchedRuntime):
    """Runs an encoder with torch, in float32.

    Args:
        artifact: The encoder, as it was trained.
        threads: Threads for one image; 0 leaves torch's choice. It holds for the whole process.
        device: auto (a GPU where there is one), cpu, cuda or cuda:N.

    Raises:
        InvalidCheckpoint: If the weights do not fit the architecture.
        InvalidInput: If `threads` is negative, or the device is not on this machine.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int = 0, device: str = "cpu") -> None:
        super().__init__(artifact, threads)
        if threads:
            torch.set_num_threads(threads)
        self._device = find_device(device)
        self._model = load_for_inference(artifact).to(self._device)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
        self._warm_up()

    def _encode_batch(self, images: Sequence[ImageArray] | ImageArray, embeddings: FloatArray) -> None:
        batch = torch.from_numpy(self._preprocessing.batch(images)).to(self._device)
        # Without TF32, which a GPU would use by default: its embeddings are then those of the CPU but for rounding.
        with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
            found = self._model(batch.contiguous(memory_format=torch.channels_last))
        embeddings[:] = normalise(found.float(), self.artifact.spec).cpu().numpy()


def load_for_inference(artifact: EncoderArtifact) -> nn.Module:
    """Return an encoder's backbone, ready to run; see `for_inference`.

    Raises:
        InvalidInput: If the encoder is an exported one.
        InvalidCheckpoint: If the weights do not fit the architecture.
    """
    if artifact.spec.exported:
        raise InvalidInput(
            f"{artifact.weights_path}: exported for {artifact.spec.runtime}; expected the encoder it was exported "
            "from, which `vinn train` wrote"
        )
    model = empty_backbone(artifact.spec.architecture, artifact.spec.pooling)
    load_backbone_weights(model, read_state_dict(artifact.weights_path), str(artifact.weights_path))
    return for_inference(model, artifact.spec)


def normalise(embeddings: torch.Tensor, spec: EncoderSpec) -> torch.Tensor:
    """Return the backbone's (N, D) output as an encoder's spec wants it compared."""
    if spec.normalisation == "l2":
        embeddings = torch.nn.functional.normalize(embeddings, dim=1)
    return embeddings * spec.scale


def for_inference(model: nn.Module, spec: EncoderSpec) -> nn.Module:
    """Return a backbone with its weights, in evaluation mode, changed in place to what a spec says and no slower."""
    if spec.batch_norm == "image":
        return normalise_each_image(model).eval()
    return fold_batch_norm(model.eval())


def fold_batch_norm(model: nn.Module) -> nn.Module:
    """Return a ResNet in evaluation mode with each batch-norm folded into the convolution before it.

    torchvision names them conv1 and bn1, conv2 and bn2, ..., and "0" and "1" within `downsample`.
    """
    for module in model.modules():
        children = dict(module.named_children())
        for name, child in children.items():
            follower = "1" if name == "0" else name.replace("conv", "bn")
            norm = children.get(follower)
            if isinstance(child, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(child, norm))
                setattr(module, follower, nn.Identity())
    return model
