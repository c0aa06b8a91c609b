import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vinn_training.encoder.artifact import EncoderSpec, fingerprint, load_encoder, write_encoder, write_exported
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))
WEIGHTS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(2, dtype=np.float32)}


def test_round_trip(tmp_path: Path) -> None:
    written = write_encoder(tmp_path, SPEC, WEIGHTS)
    for place in (tmp_path, tmp_path / "encoder.safetensors"):
        assert load_encoder(place) == written
    assert written.spec.embedding_size == 512
    assert [file.name for file in tmp_path.iterdir()] == ["encoder.safetensors"]


def test_id_covers_spec_and_weights_but_not_their_order() -> None:
    variants = [
        fingerprint(SPEC, WEIGHTS),
        fingerprint(EncoderSpec("resnet34", SPEC.preprocessing), WEIGHTS),
        fingerprint(EncoderSpec("resnet18", Preprocessing(size=33)), WEIGHTS),
        fingerprint(EncoderSpec("resnet18", SPEC.preprocessing, "l2"), WEIGHTS),
        fingerprint(EncoderSpec("resnet18", SPEC.preprocessing, scale=2.0), WEIGHTS),
        fingerprint(EncoderSpec("resnet18", SPEC.preprocessing, pooling=2), WEIGHTS),
        fingerprint(SPEC, {**WEIGHTS, "b": np.array([1, 1.0001], dtype=np.float32)}),
        fingerprint(SPEC, {**WEIGHTS, "a": WEIGHTS["a"].reshape(3, 2)}),
        fingerprint(SPEC, {"a": WEIGHTS["a"], "c": WEIGHTS["b"]}),
    ]
    assert len(set(variants)) == len(variants)
    assert fingerprint(SPEC, dict(reversed(WEIGHTS.items()))) == variants[0]


def test_spec_round_trip_and_refusals() -> None:
    assert EncoderSpec.from_dict(SPEC.to_dict()) == SPEC
    with pytest.raises(InvalidInput, match=r"architecture is 'vgg'.*resnet18"):
        EncoderSpec("vgg", SPEC.preprocessing)
    with pytest.raises(InvalidInput, match="normalisation is 'l1'"):
        EncoderSpec("resnet18", SPEC.preprocessing, "l1")
    with pytest.raises(InvalidInput, match="pooling is 8"):
        EncoderSpec("resnet18", SPEC.preprocessing, pooling=8)
    assert EncoderSpec("resnet50", SPEC.preprocessing, pooling=2).embedding_size == 8192
    with pytest.raises(InvalidInput, match="scale is 0"):
        EncoderSpec("resnet18", SPEC.preprocessing, scale=0.0)
    with pytest.raises(InvalidInput, match="architecture"):
        EncoderSpec.from_dict({key: value for key, value in SPEC.to_dict().items() if key != "architecture"})


def test_damage_is_named(tmp_path: Path) -> None:
    file = write_encoder(tmp_path, SPEC, WEIGHTS).weights_path
    data = bytearray(file.read_bytes())
    file.write_bytes(data[:-3])
    with pytest.raises(InvalidCheckpoint, match=r"encoder\.safetensors: cannot be read"):
        load_encoder(tmp_path)
    data[-2] ^= 1
    file.write_bytes(data)
    with pytest.raises(InvalidCheckpoint, match=r"fingerprint is .* it was changed"):
        load_encoder(tmp_path)
    save_file({"a": np.array([np.nan])}, file)
    with pytest.raises(InvalidCheckpoint, match="'a' holds NaN"):
        load_encoder(tmp_path)
    save_file(WEIGHTS, file)
    with pytest.raises(InvalidCheckpoint, match="without a description"):
        load_encoder(tmp_path)
    with pytest.raises(InvalidCheckpoint, match="missing"):
        load_encoder(tmp_path / "nowhere")


EXPORTED = EncoderSpec("resnet18", SPEC.preprocessing, runtime="openvino", precision="int8")
FILES = {"encoder.xml": b"<net/>", "encoder.bin": bytes(range(200))}


def test_exported_round_trip(tmp_path: Path) -> None:
    written = write_exported(tmp_path, EXPORTED, FILES)
    for place in (tmp_path, tmp_path / "encoder.xml", tmp_path / "encoder.json"):
        assert load_encoder(place) == written
    assert written.weights_path == tmp_path / "encoder.xml"
    assert {name: path.name for name, path in written.files.items()} == {
        name: name for name in ("encoder.xml", "encoder.bin", "encoder.json")
    }


def test_exported_id_covers_every_file_and_the_precision(tmp_path: Path) -> None:
    def made(spec: EncoderSpec, **files: bytes) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return write_exported(
            folder, spec, FILES | {f"encoder.{name}": data for name, data in files.items()}
        ).encoder_id

    float32 = EncoderSpec("resnet18", SPEC.preprocessing, runtime="openvino")
    ids = [made(EXPORTED), made(EXPORTED, xml=b"<net />"), made(EXPORTED, bin=b"\1"), made(float32)]
    assert len(set(ids)) == len(ids)
    assert made(EXPORTED) == ids[0]


def test_damage_of_exported_encoders_is_named(tmp_path: Path) -> None:
    write_exported(tmp_path, EXPORTED, FILES)
    (tmp_path / "encoder.bin").write_bytes(FILES["encoder.bin"][:-1])
    with pytest.raises(InvalidCheckpoint, match=r"fingerprint is .* it was changed: export again"):
        load_encoder(tmp_path)
    (tmp_path / "encoder.bin").unlink()
    with pytest.raises(InvalidCheckpoint, match=r"encoder\.bin: cannot be read .*vinn export"):
        load_encoder(tmp_path)
    (tmp_path / "encoder.json").write_text("{")
    with pytest.raises(InvalidCheckpoint, match=r"encoder\.json: "):
        load_encoder(tmp_path)
    (tmp_path / "encoder.json").write_text("[]")
    with pytest.raises(InvalidCheckpoint, match=r"encoder\.json: "):
        load_encoder(tmp_path)
    (tmp_path / "encoder.json").write_text(json.dumps(SPEC.to_dict()))
    with pytest.raises(InvalidCheckpoint, match="names no runtime"):
        load_encoder(tmp_path)
    (tmp_path / "encoder.json").unlink()
    with pytest.raises(InvalidCheckpoint, match=r"encoder\.json: cannot be read"):
        load_encoder(tmp_path / "encoder.xml")


def test_weights_are_not_written_as_an_exported_encoder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="runtime is openvino for weights of torch"):
        write_encoder(tmp_path, EXPORTED, WEIGHTS)
    assert not list(tmp_path.iterdir())


def test_two_encoders_in_one_folder_must_be_told_apart(tmp_path: Path) -> None:
    exported, trained = write_exported(tmp_path, EXPORTED, FILES), write_encoder(tmp_path, SPEC, WEIGHTS)
    with pytest.raises(InvalidCheckpoint, match=r"holds encoder\.safetensors and encoder\.json"):
        load_encoder(tmp_path)
    assert load_encoder(tmp_path / "encoder.xml") == exported
    assert load_encoder(tmp_path / "encoder.safetensors") == trained
