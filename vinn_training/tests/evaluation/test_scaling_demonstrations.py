import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.bank.bundle import load_bundle
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.evaluation import scaling_demonstrations
from vinn_training.evaluation.bank_benchmark import write_demonstrations
from vinn_training.evaluation.scaling_demonstrations import (
    demonstration_points,
    time_build,
    time_load,
    write_synthetic_bundle,
)
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing


def test_a_synthetic_bundle_is_one_that_loads_and_acts(tmp_path):
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    spec = EncoderSpec("resnet18", Preprocessing(size=32), pooling=2)  # 2048 numbers, as a ResNet-50
    encoder = write_encoder(tmp_path / "encoder", spec, weights)
    (pictures,) = write_demonstrations(tmp_path / "data", 1, 64, 48)
    write_synthetic_bundle(tmp_path / "bundle", 3, encoder, pictures)
    bundle = load_bundle(tmp_path / "bundle")
    assert len(bundle.bank) == 180
    assert len(bundle.bank.demonstration_names) == 3
    np.testing.assert_array_equal(bundle.thumbnails[0], bundle.thumbnails[60])
    load_s, act_ms, mib = time_load(tmp_path / "bundle")
    assert load_s > 0
    assert act_ms > 0
    assert np.isfinite(mib)
    assert time_build(tmp_path / "data", 2, encoder) > 0


def test_time_of_more_demonstrations_is_scaled_and_says_so(monkeypatch, tmp_path):
    built = []

    def apart(function, *arguments):
        if function is time_build:
            built.append(arguments[1])
            return 2.0 * arguments[1]
        return 0.5, 1.0, 100.0

    monkeypatch.setattr(scaling_demonstrations, "random_encoder", lambda folder: None)
    encoder = EncoderArtifact(EncoderSpec("resnet18", Preprocessing()), tmp_path / "none" / "encoder.xml", "e")
    monkeypatch.setattr(scaling_demonstrations, "fastest_encoder", lambda *_: encoder)
    monkeypatch.setattr(scaling_demonstrations, "in_fresh_process", apart)
    monkeypatch.setattr(scaling_demonstrations, "write_demonstrations", lambda *_: [None])
    monkeypatch.setattr(scaling_demonstrations, "write_synthetic_bundle", lambda path, *_: path.mkdir())
    points = list(demonstration_points([5, 2, 3], lambda _: None, most_built=3))
    assert [point.demonstrations for point in points] == [2, 3, 5]
    assert [point.build_s for point in points] == [4.0, 6.0, 10.0]
    assert [point.built_frames for point in points] == [120, 180, 180]
    assert built == [2, 3]


def test_numbers_that_cannot_be_used_are_refused():
    with pytest.raises(InvalidInput, match=r"numbers of demonstrations are \[0, 3\]; expected one or more"):
        list(demonstration_points([3, 0], print))
