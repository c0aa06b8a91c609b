"""Batch-norm over the batch of all processes.

torch's own SyncBatchNorm runs on accelerators only. On the CPU the same statistics are put together from torch's
differentiable collectives, so that a CPU run in several processes computes what one process would. The same module
adds the shares of a batch where one process computes as several would (see shares.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.distributed.nn.functional import all_reduce
from torch.nn import functional

from vinn_training.encoder.hardware import at_least_float32


class CpuSyncBatchNorm(nn.modules.batchnorm._BatchNorm):
    """BatchNorm1d and 2d whose batch is that of all processes of the default group.

    In evaluation mode, and with frozen statistics, it is a plain batch-norm.

    Attributes:
        shares: Where one process computes as several would: weight and bias of each share of its batch. None: the
            batch is the share of this process.
    """

    shares: Sequence[tuple[nn.Parameter, nn.Parameter]] | None = None

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Return (N, C) or (N, C, H, W) normalised by channel."""
        self._check_input_dim(input)
        shares = self.shares or [(self.weight, self.bias)]
        parts = input.chunk(len(shares))
        if not self.training:
            statistics = (self.running_mean, self.running_var)
            outputs = [
                functional.batch_norm(part, *statistics, weight, bias, eps=self.eps)
                for part, (weight, bias) in zip(parts, shares, strict=False)
            ]
        else:
            outputs = self._normalised([at_least_float32(part) for part in parts], shares)
        return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)).to(input.dtype)

    def _normalised(
        self, parts: Sequence[torch.Tensor], shares: Sequence[tuple[nn.Parameter, nn.Parameter]]
    ) -> list[torch.Tensor]:
        """Return the parts normalised by the statistics of the whole batch, and track these."""
        axes = [axis for axis in range(parts[0].dim()) if axis != 1]
        shape = [1, -1, *[1] * (parts[0].dim() - 2)]
        counts = [part.new_tensor([part.numel() // part.shape[1]]) for part in parts]
        sums = _over_all([torch.cat([part.sum(dim=axes), n]) for part, n in zip(parts, counts, strict=True)])
        total = float(sums[0][-1].detach())
        means = [values[:-1] / total for values in sums]
        centred = [part - mean.view(shape) for part, mean in zip(parts, means, strict=True)]
        # A second round instead of E[x^2] - E[x]^2, which cancels where the mean is large.
        variances = [values / total for values in _over_all([part.square().sum(dim=axes) for part in centred])]
        self._track(means[0].detach(), variances[0].detach(), total)
        outputs = []
        for part, variance, (weight, bias) in zip(centred, variances, shares, strict=True):
            scale = torch.rsqrt(variance + self.eps) * weight
            outputs.append(part * scale.view(shape) + bias.view(shape))
        return outputs

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


class _SumOfShares(torch.autograd.Function):
    """What all_reduce is to processes, to the shares of one: the sum for each, and in the gradients likewise."""

    @staticmethod
    def forward(ctx: Any, *parts: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return _sum_for_each(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return _sum_for_each(gradients)


def _sum_for_each(parts: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    total = torch.stack(tuple(parts)).sum(dim=0)
    return tuple(total.clone() for _ in parts)


def _over_all(parts: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
    """Return the sum over all shares or, where this process has one, over all processes; once a part."""
    return _SumOfShares.apply(*parts) if len(parts) > 1 else [all_reduce(parts[0])]


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
