"""One process that computes as several would: the same sums over a batch, in the same order.

A float32 sum depends on its order, and a network that starts from random weights makes of a difference of 1e-7 one of
1e-3 within three steps (`vinn_training.evaluation.training_noise` measures it). Where a run in two processes is to be
repeated by one, every sum over the batch must therefore be taken as they take it: each share of the batch goes through
convolutions and linear layers alone, batch-norm adds the shares' sums, and each share has gradients of its own, which
are added in the end.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from lightly.loss import NegativeCosineSimilarity
from torch import nn
from torch.nn import functional

from vinn_training.encoder.sync_batch_norm import CpuSyncBatchNorm, synchronise_batch_norm


class Shares:
    """Divides every batch of a model among shares, as so many processes would divide it.

    Weights and names of the model stay; the gradients of its parameters come from `collect`.

    Args:
        model: Changed in place; on the CPU.
        count: Shares, at least 2; they divide every batch that is trained on.
    """

    def __init__(self, model: nn.Module, count: int) -> None:
        self._count = count
        self._leaves: dict[nn.Parameter, list[nn.Parameter]] = {}
        synchronise_batch_norm(model, torch.device("cpu"))
        for module in model.modules():
            self._divide(module)

    def collect(self) -> None:
        """Make the sum of the shares' gradients that of the model's parameters, and forget them.

        A loss is a mean over shares already, where processes take the mean of their gradients.
        """
        for parameter, leaves in self._leaves.items():
            gradients = [leaf.grad for leaf in leaves if leaf.grad is not None]
            # Of two terms the sum is the same in either order, so that it is the one of two processes, to the bit.
            parameter.grad = functools.reduce(torch.add, gradients) if gradients else None
            for leaf in leaves:
                leaf.grad = None

    def _divide(self, module: nn.Module) -> None:
        if isinstance(module, CpuSyncBatchNorm):
            module.shares = list(zip(self._of(module.weight), self._of(module.bias), strict=True))
        elif isinstance(module, nn.Conv2d):
            self._divide_layer(module, module.weight, module.bias, module._conv_forward)
        elif isinstance(module, nn.Linear):
            self._divide_layer(module, module.weight, module.bias, functional.linear)
        elif isinstance(module, NegativeCosineSimilarity):
            module.forward = functools.partial(_mean_of_shares, module.forward, self._count)

    def _divide_layer(
        self,
        module: nn.Module,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        compute: Callable[..., torch.Tensor],
    ) -> None:
        weights = self._of(weight)
        biases = [None] * self._count if bias is None else self._of(bias)

        def forward(input: torch.Tensor) -> torch.Tensor:
            parts = input.chunk(self._count)
            return torch.cat([compute(*arguments) for arguments in zip(parts, weights, biases, strict=False)])

        module.forward = forward

    def _of(self, parameter: torch.Tensor) -> list[nn.Parameter]:
        """Return the parameter once a share: the same numbers in memory, each with a gradient of its own."""
        assert isinstance(parameter, nn.Parameter)  # torch's stubs say less
        if not parameter.requires_grad:
            return [parameter] * self._count
        if parameter not in self._leaves:
            self._leaves[parameter] = [nn.Parameter(parameter.data) for _ in range(self._count)]
        return self._leaves[parameter]


def _mean_of_shares(
    whole: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], count: int, first: torch.Tensor, second: torch.Tensor
) -> torch.Tensor:
    """Return the mean over shares of a loss that is a mean over rows."""
    losses = [whole(*pair) for pair in zip(first.chunk(count), second.chunk(count), strict=True)]
    return torch.stack(losses).mean()
