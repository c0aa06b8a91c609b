"""Batch-norm over each image alone: what a network left in training mode computes when it is given one image.

VINN's code does not switch its encoder to evaluation mode on the robot, nor, unless asked to, where it embeds the
demonstrations, and it encodes one image at a time. Every channel is then scaled by its mean and (biased) variance
within that image; the statistics gathered in training are of no effect.
"""

from __future__ import annotations

import copy

from torch import nn

from vinn_training.encoder.artifact import EncoderSpec


def normalise_each_image(model: nn.Module) -> nn.Module:
    """Return the model with every 2-d batch-norm replaced by one over each image alone, in place; weights stay.

    An image's output then does not depend on those beside it, so that batches are as good as single images.
    """
    for name, child in model.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            # Of training-mode batch-norm at batch 1 this is the definition, for a batch of any size.
            alone = nn.InstanceNorm2d(child.num_features, child.eps, affine=True, track_running_stats=False)
            alone.weight, alone.bias = child.weight, child.bias
            setattr(model, name, alone)
        else:
            normalise_each_image(child)
    return model


def as_policies_see_it(backbone: nn.Module, spec: EncoderSpec) -> nn.Module:
    """Return a backbone that is being trained as a policy will run it: itself, or a copy with other batch-norms."""
    if spec.batch_norm == "stored":
        return backbone
    return normalise_each_image(copy.deepcopy(backbone)).eval()
