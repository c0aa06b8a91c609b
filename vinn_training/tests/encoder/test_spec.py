import pytest

from vinn_training.encoder.spec import EncoderSpec
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

PREPROCESSING = Preprocessing(size=32)


def test_an_exported_encoder_says_where_it_runs() -> None:
    spec = EncoderSpec("resnet18", PREPROCESSING, runtime="openvino", precision="int8")
    assert spec.exported
    assert spec.file_names == ("encoder.xml", "encoder.bin", "encoder.json")
    assert EncoderSpec.from_dict(spec.to_dict()) == spec
    assert (spec.to_dict()["runtime"], spec.to_dict()["precision"]) == ("openvino", "int8")


def test_a_trained_encoder_is_described_without_a_runtime() -> None:
    """So that the id of an encoder, which covers its description, is the same with and without exports about."""
    spec = EncoderSpec("resnet18", PREPROCESSING)
    assert not spec.exported
    assert spec.file_names == ("encoder.safetensors",)
    assert not {"runtime", "precision"} & set(spec.to_dict())
    assert EncoderSpec.from_dict(spec.to_dict()) == spec


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"runtime is 'tensorrt'; expected one of: torch, openvino, onnx"):
        EncoderSpec("resnet18", PREPROCESSING, runtime="tensorrt")
    with pytest.raises(InvalidInput, match="precision is 'int8' with runtime torch"):
        EncoderSpec("resnet18", PREPROCESSING, precision="int8")
    with pytest.raises(InvalidInput, match="precision is 'fp16' with runtime onnx"):
        EncoderSpec("resnet18", PREPROCESSING, runtime="onnx", precision="fp16")
