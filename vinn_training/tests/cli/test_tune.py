"""`vinn tune` on bags of simulated episodes' kind: a bank of four, and a tiny encoder that sees colours."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("rosbags")

from vinn_training.bank.build import build_bank
from vinn_training.bank.bundle import load_bundle, write_bundle
from vinn_training.bank.calibration import calibrate
from vinn_training.bank.manifest import BundleManifest
from vinn_training.cli.main import main
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.encoder.runtime import load_runtime
from vinn_training.folder_lock import FolderLock
from vinn_training.preprocessing import Preprocessing
from vinn_training.tuning import output

from ..demonstrations.conftest import BagMaker
from ..tuning.conftest import demonstrations, record

#: Few settings: what the command does with them is at issue.
FEW = ["--k", "1", "5", "--close-below", "0.3", "0.5", "--open-above", "0.5", "0.7", "--threads", "1"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    encoder = write_encoder(folder / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    built = build_bank(demonstrations(), load_runtime(encoder, threads=1))
    manifest = BundleManifest(encoder.spec, encoder.encoder_id, built.bank.bank_id, len(built.bank), 4,
                              calibrate(built.bank))  # fmt: skip
    write_bundle(folder / "bundle", built.bank, encoder, built.thumbnails, manifest)
    return folder / "bundle"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return record(tmp_path / "bag")


def _parameters(folder: Path) -> dict:
    return yaml.safe_load((folder / "policy.yaml").read_text())["/**/policy"]["ros__parameters"]


def test_from_a_bag_to_a_parameter_file_and_again_without_encoding(
    bundle: Path, bag: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    command = ["tune", str(bag), "--bundle", str(bundle), "-o", str(tmp_path / "out"), *FEW]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "bag: 20 frames (0 embeddings recorded, 0 on disk, 20 encoded)" in said
    assert "A single bag: the setting is fitted to and judged on the same frames" in said
    first = _parameters(tmp_path / "out")
    assert set(first) == {
        "k", "temperature", "action_scale", "gripper_close_below", "gripper_open_above", "hold_distance_quantile"
    }  # fmt: skip
    assert first["k"] in (1, 5, 10)
    assert json.loads((tmp_path / "out" / "settings.json").read_text())["bank_id"] == load_bundle(bundle).bank.bank_id
    # What it wrote is a starting point too, and nothing is left to change.
    monkeypatch.setattr(output, "figures_of", lambda result: {})  # they are drawn already
    assert main([*command, "--start", str(tmp_path / "out" / "policy.yaml")]) == 0
    said = capsys.readouterr().out
    assert "(0 embeddings recorded, 20 on disk, 0 encoded)" in said
    assert "->" not in said.split("cost")[0]
    assert _parameters(tmp_path / "out") == first


def test_recorded_embeddings_of_this_encoder_need_no_encoder(bundle: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(output, "figures_of", lambda result: {})
    found = load_bundle(bundle)
    rows = iter(np.asarray(found.bank.embeddings[:20]) + 0.01)
    bag = record(tmp_path / "bag", embeddings=lambda own: next(rows), encoder_id=found.manifest.encoder_id)
    assert main(["tune", str(bag), "--bundle", str(bundle), "-o", str(tmp_path / "out"), *FEW]) == 0
    assert "(20 embeddings recorded, 0 on disk, 0 encoded)" in capsys.readouterr().out


def test_two_tuners_do_not_write_one_folder(bundle: Path, bag: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "policy.yaml").write_text("mine")
    with FolderLock(tmp_path / "out", "`vinn tune`"):
        assert main(["tune", str(bag), "--bundle", str(bundle), "-o", str(tmp_path / "out"), *FEW]) == 2
    assert "out: `vinn tune` (process" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "out" / "policy.yaml").read_text() == "mine"


def test_mistakes_are_one_line_and_write_no_parameters(bundle: Path, bag: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "start.yaml").write_text("policy:\n  ros__parameters: {k: many}\n")
    empty = BagMaker()
    empty.camera_pose(0.0, (0.0, 0.0, 0.0))
    no_images = empty.write(tmp_path / "no_images")
    options = ["--bundle", str(bundle), "-o", str(tmp_path / "out"), *FEW]
    own = record(tmp_path / "demo_1", seed=1)
    for bags, more, words in (
        ([tmp_path / "none"], [], "no such file or folder; expected a bag's folder"),
        ([no_images], [], "no image topic"),
        ([bag], ["--session.images", "/other"], "no topic '/other'"),
        ([bag, bag], [], "given twice"),
        ([bag], ["--temperature", "0"], "temperature is 0"),
        ([bag], ["--step-length-m", "-1"], "step_length_m is -1"),
        ([bag], ["--start", str(tmp_path / "start.yaml")], "another version"),
        ([bag], ["--bundle", str(tmp_path)], "expected a folder `vinn bank` wrote"),
        ([own], ["--bundle", str(_of_one(bundle, tmp_path))], "has no other"),
    ):
        assert main(["tune", *map(str, bags), *options, *more]) == 2, words
        assert words in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out" / "policy.yaml").exists()


def _of_one(bundle: Path, tmp_path: Path) -> Path:
    """Return a bundle of which all demonstrations but one are disabled."""
    copy = Path(shutil.copytree(bundle, tmp_path / "one"))
    assert main(["bank-edit", "disable", str(copy), "demo_0", "demo_2", "demo_3"]) == 0
    return copy
