import colorsys
from dataclasses import replace

import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")
functional = pytest.importorskip("torchvision.transforms.v2.functional")

from vinn_training.encoder import augmentations  # noqa: E402
from vinn_training.encoder.augmentations import Augmentation, AugmentationConfig, luma, rotate_hue  # noqa: E402

NOTHING = AugmentationConfig(
    crop_scale_min=1.0, crop_ratio_max=1.0, jitter_probability=0, grey_probability=0, blur_probability=0
)


def _augment(config: AugmentationConfig, images: "torch.Tensor", seed: int = 0) -> "torch.Tensor":
    return Augmentation(config, torch.Generator().manual_seed(seed))(images)


def _same_picture(count: int, size: int = 24) -> "torch.Tensor":
    return torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1)).expand(count, -1, -1, -1)


def test_defaults_are_those_of_vinn() -> None:
    config = AugmentationConfig()
    assert (config.crop_scale_min, config.jitter_probability, config.hue) == (0.6, 0.3, 0.2)
    assert (config.brightness, config.contrast, config.saturation) == (0.8, 0.8, 0.8)
    assert (config.grey_probability, config.blur_probability) == (0.2, 0.2)
    assert (config.blur_sigma_min, config.blur_sigma_max) == (1.0, 2.0)


def test_nothing_asked_nothing_changed() -> None:
    images = torch.rand(4, 3, 16, 16)
    torch.testing.assert_close(_augment(NOTHING, images), images, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "change",
    [{"crop_scale_min": 0.5}, {"crop_ratio_max": 1.3}, {"jitter_probability": 1.0}, {"blur_probability": 1.0}],
)
def test_every_image_draws_its_own_parameters(change: dict[str, float]) -> None:
    config = replace(NOTHING, **change)
    views = _augment(config, _same_picture(8))
    for first in range(8):
        for second in range(first):
            assert (views[first] - views[second]).abs().max() > 1e-4
    assert views.min() >= 0.0
    assert views.max() <= 1.0


def test_probabilities_hold() -> None:
    images = _same_picture(2000, size=8)
    for name in ("jitter_probability", "grey_probability", "blur_probability"):
        views = _augment(replace(NOTHING, **{name: 0.3}), images)
        share = ((views - images).abs().amax(dim=(1, 2, 3)) > 1e-3).float().mean()
        assert abs(float(share) - 0.3) < 0.05, name


def test_seed_decides() -> None:
    images = _same_picture(4)
    config = AugmentationConfig()
    torch.testing.assert_close(_augment(config, images, 1), _augment(config, images, 1))
    assert not torch.allclose(_augment(config, images, 1), _augment(config, images, 2))


def test_crops_keep_their_share_of_the_picture() -> None:
    size, scale = 64, 0.25
    ramp = torch.arange(size).float() / size
    images = torch.stack([ramp.expand(size, size), ramp[:, None].expand(size, size), torch.zeros(size, size)])
    views = _augment(replace(NOTHING, crop_scale_min=scale), images.expand(300, -1, -1, -1))
    width = (views[:, 0, 0, -1] - views[:, 0, 0, 0]) * size / (size - 1)
    height = (views[:, 1, -1, 0] - views[:, 1, 0, 0]) * size / (size - 1)
    area = width * height
    assert 0.2 < float(area.min()) < 0.3
    assert 0.9 < float(area.max()) < 1.01
    left = views[:, 0, 0, 0]
    assert float(left.min()) < 0.02
    assert float(left.max()) > 0.3


def test_hue_turns_as_in_colorsys() -> None:
    """A turn by a third takes red to green; luma stays where no channel is clipped."""
    images = torch.tensor([0.5, 0.4, 0.4]).view(1, 3, 1, 1).expand(2, 3, 2, 2)
    turned = rotate_hue(images, torch.tensor([1 / 3, -1 / 3]))
    hues = [colorsys.rgb_to_hsv(*view[:, 0, 0].tolist())[0] for view in turned]
    assert hues == pytest.approx([1 / 3, 2 / 3], abs=0.08) or hues == pytest.approx([2 / 3, 1 / 3], abs=0.08)
    torch.testing.assert_close(luma(turned), luma(images), atol=1e-3, rtol=0)


def test_grey_and_blur_agree_with_torchvision() -> None:
    images = torch.rand(3, 3, 16, 16)
    grey = _augment(replace(NOTHING, grey_probability=1.0), images)
    torch.testing.assert_close(grey, functional.rgb_to_grayscale(images, 3), atol=1e-3, rtol=0)
    blurred = _augment(replace(NOTHING, blur_probability=1.0, blur_sigma_min=1.5, blur_sigma_max=1.5), images)
    torch.testing.assert_close(blurred, functional.gaussian_blur(images, [3, 3], [1.5, 1.5]), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "change",
    [
        {"crop_scale_min": 0.0}, {"crop_scale_min": 1.1}, {"crop_ratio_max": 0.9}, {"jitter_probability": 1.1},
        {"brightness": -0.1}, {"hue": 0.6}, {"blur_sigma_min": 0.0}, {"blur_sigma_min": 3.0},
    ],
)  # fmt: skip
def test_empty_ranges_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        AugmentationConfig(**change)


def test_a_share_of_a_batch_gets_the_views_it_has_in_the_whole_one() -> None:
    images = torch.rand(8, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    whole = _augment(AugmentationConfig(), images)
    augmentation = Augmentation(AugmentationConfig(), torch.Generator().manual_seed(0))
    torch.testing.assert_close(augmentation(images[3:5], start=3, total=8), whole[3:5])
    other = Augmentation(AugmentationConfig(), torch.Generator().manual_seed(0))
    other(images)
    torch.testing.assert_close(augmentation(images[:2], total=8), other(images)[:2])  # as much was drawn


def test_per_batch_all_images_get_the_same_parameters() -> None:
    """Eight copies of a picture stay copies, in every change; the next view is another."""
    config = replace(
        NOTHING, crop_scale_min=0.5, crop_ratio_max=1.3, jitter_probability=1.0, blur_probability=1.0, per_batch=True
    )
    augmentation = Augmentation(config, torch.Generator().manual_seed(0))
    first, second = augmentation(_same_picture(8)), augmentation(_same_picture(8))
    torch.testing.assert_close(first, first[:1].expand_as(first), rtol=0, atol=1e-6)
    assert (first - second).abs().max() > 1e-3


def test_per_batch_a_coin_is_tossed_for_the_whole_batch() -> None:
    images = _same_picture(6, size=8)
    augmentation = Augmentation(
        replace(NOTHING, grey_probability=0.3, per_batch=True), torch.Generator().manual_seed(0)
    )
    grey = [(augmentation(images) - images).abs().amax(dim=(1, 2, 3)) > 1e-3 for _ in range(600)]
    assert all(bool(batch.all()) or not bool(batch.any()) for batch in grey)
    assert abs(sum(bool(batch.all()) for batch in grey) / 600 - 0.3) < 0.06


def test_per_batch_processes_draw_alike() -> None:
    config = replace(NOTHING, jitter_probability=1.0, per_batch=True)
    images = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    whole = _augment(config, images)
    for start in (0, 2):
        part = Augmentation(config, torch.Generator().manual_seed(0))(images[start : start + 2], start, 4)
        torch.testing.assert_close(part, whole[start : start + 2], rtol=0, atol=1e-6)


def test_the_pictures_themselves_are_never_changed() -> None:
    images = torch.rand(4, 3, 16, 16)
    kept = images.clone()
    everything = replace(NOTHING, jitter_probability=1.0, grey_probability=1.0, blur_probability=1.0)
    for config in (NOTHING, everything, AugmentationConfig()):
        views = _augment(config, images)
        assert views.data_ptr() != images.data_ptr()
        assert torch.equal(images, kept)


def test_a_change_that_nobody_draws_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever draws it gets what a batch of its own would get."""
    images = _same_picture(64, size=16)
    jittered: list[int] = []
    turn = augmentations.rotate_hue

    def counted(some: "torch.Tensor", turns: "torch.Tensor") -> "torch.Tensor":
        jittered.append(len(some))
        return turn(some, turns)

    monkeypatch.setattr(augmentations, "rotate_hue", counted)
    views = _augment(replace(NOTHING, jitter_probability=0.3), images)
    changed = (views != images).flatten(1).any(dim=1)
    assert jittered == [int(changed.sum())]
    assert 5 < jittered[0] < 40
    _augment(NOTHING, images)
    assert len(jittered) == 1
    everyone = _augment(replace(NOTHING, jitter_probability=1.0), images)
    torch.testing.assert_close(views[changed], everyone[changed])
