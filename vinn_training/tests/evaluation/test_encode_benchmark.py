import pytest

pytest.importorskip("torch")

from vinn_training.evaluation import encode_benchmark
from vinn_training.evaluation.encode_benchmark import PEER, encode_rows
from vinn_training.exceptions import MissingDependency


def test_every_runtime_stands_beside_torch_eager_and_a_missing_one_is_named(monkeypatch):
    def exported(artifact, folder, runtime, precision):
        if runtime == "onnx":
            raise MissingDependency("exporting for ONNX needs onnx")
        return artifact

    monkeypatch.setattr(encode_benchmark, "exported_encoder", exported)
    monkeypatch.setattr(encode_benchmark, "has_int8_instructions", lambda: True)
    *rows, missing = encode_rows(repetitions=1, quick=True)
    assert [row.row for row in rows] == ["encode", "encode/openvino fp32", "encode/torch"]
    assert {row.peer_name for row in rows} == {PEER}
    assert len({row.peer for row in rows}) == 1
    assert (missing.row, missing.error) == ("encode/onnx fp32", "exporting for ONNX needs onnx")


def test_a_processor_without_int8_is_measured_with_what_it_has(monkeypatch):
    monkeypatch.setattr(encode_benchmark, "exported_encoder", lambda artifact, *_: artifact)
    monkeypatch.setattr(encode_benchmark, "has_int8_instructions", lambda: False)
    assert [row.row for row in encode_rows(1, quick=True)] == ["encode", "encode/onnx fp32", "encode/torch"]


@pytest.mark.full
def test_real_exports_are_measured():
    pytest.importorskip("openvino")
    pytest.importorskip("onnxruntime")
    rows = encode_rows(repetitions=1, quick=True)
    assert {"encode", "encode/onnx fp32", "encode/torch"} <= {row.row for row in rows}
    assert not any(row.error for row in rows)
