"""Batch-norm over the batch of all processes.

torch's own SyncBatchNorm runs on accelerators only. On the CPU the same statistics are put together from torch's
differentiable collectives, so that a CPU run in several processes computes what one process would.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.distributed.nn.functional import all_reduce

from vinn_training.encoder.hardware import at_least_float32


class CpuSyncBatchNorm(nn.modules.batchnorm._BatchNorm):
    """BatchNorm1d and 2d whose batch is that of all processes of the default group.

    In evaluation mode, and with frozen statistics, it is a plain batch-norm.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Return (N, C) or (N, C, H, W) normalised by channel."""
        if not self.training:
            return super().forward(input)
        axes = [axis for axis in range(input.dim()) if axis != 1]
        shape = [1, -1, *[1] * (input.dim() - 2)]
        values = at_least_float32(input)
        count = values.new_tensor([values.numel() // values.shape[1]])
        sums = all_reduce(torch.cat([values.sum(dim=axes), count]))
        total = float(sums[-1].detach())
        mean = sums[:-1] / total
        centred = values - mean.view(shape)
        # A second round instead of E[x^2] - E[x]^2, which cancels where the mean is large.
        variance = all_reduce(centred.square().sum(dim=axes)) / total
        self._track(mean.detach(), variance.detach(), total)
        scale = torch.rsqrt(variance + self.eps) * self.weight
        return (centred * scale.view(shape) + self.bias.view(shape)).to(input.dtype)

    def _track(self, mean: torch.Tensor, variance: torch.Tensor, total: float) -> None:
        """Move the running statistics; their variance is the unbiased one, as in torch."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1.0 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (total / max(total - 1.0, 1.0)), share)

    def _check_input_dim(self, input: torch.Tensor) -> None:
        if input.dim() not in (2, 4):
            raise ValueError(f"expected 2D or 4D input, got {input.dim()}D")


def synchronise_batch_norm(model: nn.Module, device: torch.device) -> nn.Module:
    """Return the model with every batch-norm replaced by one over all processes; weights and names stay."""
    if device.type != "cpu":
        return nn.SyncBatchNorm.convert_sync_batchnorm(model)
    for name, child in model.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            setattr(model, name, _converted(child))
        else:
            synchronise_batch_norm(child, device)
    return model


def _converted(norm: nn.modules.batchnorm._BatchNorm) -> CpuSyncBatchNorm:
    new = CpuSyncBatchNorm(norm.num_features, norm.eps, norm.momentum, affine=True)
    # The same tensors, in their type and on their device, whoever else holds them.
    for name, parameter in norm.named_parameters():
        setattr(new, name, parameter)
    for name, buffer in norm.named_buffers():
        setattr(new, name, buffer)
    return new.train(norm.training)
