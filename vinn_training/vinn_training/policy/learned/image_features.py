"""The picture network of the sequence form: ResNet-18 with group norm and spatial softmax, trained with the policy."""

from __future__ import annotations

import torch
import torchvision
from torch import nn

_KEYPOINTS = 32
FEATURES = 64
#: Share of the side that is kept: 76 of 84 pixels. At random while training, the middle otherwise.
_CROP = 76 / 84


class SpatialSoftmax(nn.Module):
    """Expected position of each channel's activation (Levine et al., 2016).

    Turns (B, C, H, W) into (B, 2 C): x and y in [-1, 1], x right and y down.
    """

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return the positions."""
        count, channels, height, width = maps.shape
        shares = torch.softmax(maps.reshape(count, channels, -1), dim=2).reshape(maps.shape)
        xs = torch.linspace(-1.0, 1.0, width, device=maps.device)
        ys = torch.linspace(-1.0, 1.0, height, device=maps.device)
        x = (shares.sum(dim=2) * xs).sum(dim=2)
        y = (shares.sum(dim=3) * ys).sum(dim=2)
        return torch.cat([x, y], dim=1)


class ImageFeatures(nn.Module):
    """From (B, H, W, 3) uint8 to (B, 64). Group norm, because windows of one episode fill a batch."""

    def __init__(self) -> None:
        super().__init__()
        trunk = torchvision.models.resnet18(weights=None, norm_layer=lambda size: nn.GroupNorm(size // 16, size))
        self.trunk = nn.Sequential(*list(trunk.children())[:-2])
        self.keypoints = nn.Conv2d(512, _KEYPOINTS, 1)
        self.positions = SpatialSoftmax()
        self.out = nn.Linear(2 * _KEYPOINTS, FEATURES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features."""
        values = self._crop(images.permute(0, 3, 1, 2)).float() / 127.5 - 1.0
        features: torch.Tensor = self.out(self.positions(self.keypoints(self.trunk(values))))
        return features

    def _crop(self, images: torch.Tensor) -> torch.Tensor:
        height, width = images.shape[2:]
        rows, columns = max(1, round(height * _CROP)), max(1, round(width * _CROP))
        if not self.training:
            top, left = (height - rows) // 2, (width - columns) // 2
            return images[:, :, top : top + rows, left : left + columns]
        tops = torch.randint(0, height - rows + 1, (len(images),)).tolist()
        lefts = torch.randint(0, width - columns + 1, (len(images),)).tolist()
        return torch.stack(
            [
                image[:, top : top + rows, left : left + columns]
                for image, top, left in zip(images, tops, lefts, strict=True)
            ]
        )
