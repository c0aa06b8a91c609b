import torch

from vinn_training.policy.learned.image_features import FEATURES, ImageFeatures, SpatialSoftmax


def test_spatial_softmax_finds_the_peak() -> None:
    maps = torch.zeros(1, 2, 5, 7)
    maps[0, 0, 0, 6] = 100.0  # top right
    maps[0, 1, 4, 0] = 100.0  # bottom left
    x_first, x_second, y_first, y_second = SpatialSoftmax()(maps)[0].tolist()
    assert (x_first, y_first) == (1.0, -1.0)
    assert (x_second, y_second) == (-1.0, 1.0)


def test_crops_are_random_while_training_and_fixed_otherwise() -> None:
    network = ImageFeatures()
    images = torch.arange(84, dtype=torch.uint8)[None, None, :, None].expand(8, 84, 84, 3)
    network.eval()
    fixed = network._crop(images.permute(0, 3, 1, 2))
    assert fixed.shape == (8, 3, 76, 76)
    assert set(fixed[:, 0, 0, 0].tolist()) == {4}
    network.train()
    assert len(set(network._crop(images.permute(0, 3, 1, 2))[:, 0, 0, 0].tolist())) > 1


def test_features_have_no_batch_norm() -> None:
    network = ImageFeatures().eval()
    images = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    with torch.inference_mode():
        both = network(images)
        alone = network(images[:1])
    assert both.shape == (2, FEATURES)
    torch.testing.assert_close(both[:1], alone, atol=1e-4, rtol=1e-3)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
