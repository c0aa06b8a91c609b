from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.bank.bundle import load_bundle
from vinn_training.bank.faiss_index import FaissIndex
from vinn_training.cli.main import main
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime
from vinn_training.policy.vinn_policy import PolicyConfig, VinnPolicy


@pytest.fixture
def encoder(dataset: Path, tmp_path: Path) -> Path:
    options = ["--preset", "small", "--size", "32", "--epochs", "0"]
    assert main(["train", str(dataset), "-o", str(tmp_path / "encoder"), *options]) == 0
    return tmp_path / "encoder"


def test_bundle_answers_with_the_frame_it_was_asked_for(dataset: Path, encoder: Path, tmp_path: Path) -> None:
    pytest.importorskip("faiss")
    options = ["--encoder", str(encoder), "-o", str(tmp_path / "bundle"), "--index", "flat"]
    assert main(["bank", str(dataset), *options]) == 0
    bundle = load_bundle(tmp_path / "bundle", whole=True)
    index = bundle.open_index()
    assert isinstance(index, FaissIndex)
    assert (len(bundle.bank), bundle.manifest.demonstrations) == (12, 3)
    assert bundle.manifest.calibration.count == 12
    demonstration = open_dataset(dataset).demonstrations[2]
    embedding = load_runtime(bundle).encode([demonstration.load_image(1)])[0]
    decision = VinnPolicy(bundle.bank, PolicyConfig(k=1), bundle.calibration, index).decide(embedding)
    neighbor = decision.action.neighbors[0]
    assert (neighbor.demonstration, neighbor.frame) == ("demo_2", 1)
    assert neighbor.distance < 1e-2 * bundle.calibration.median
    np.testing.assert_allclose(decision.action.direction, [0, 0, 1], atol=1e-6)
    assert not decision.hold


def test_a_bank_in_float16_takes_half_and_answers_alike(dataset: Path, encoder: Path, tmp_path: Path) -> None:
    bundles = {}
    for precision in ("float32", "float16"):
        options = ["--encoder", str(encoder), "-o", str(tmp_path / precision), "--precision", precision]
        assert main(["bank", str(dataset), *options]) == 0
        bundles[precision] = load_bundle(tmp_path / precision, whole=True)
    whole, half = bundles["float32"], bundles["float16"]
    assert half.bank.embeddings.nbytes * 2 == whole.bank.embeddings.nbytes
    assert half.bank.bank_id != whole.bank.bank_id
    image = open_dataset(dataset).demonstrations[1].load_image(2)
    embedding = load_runtime(whole).encode([image])[0]
    decisions = [VinnPolicy(item.bank, PolicyConfig(k=3), item.calibration).decide(embedding) for item in (whole, half)]
    named = [[(found.demonstration, found.frame) for found in decision.action.neighbors] for decision in decisions]
    assert named[0][0] == named[1][0] == ("demo_1", 2)
    np.testing.assert_allclose(decisions[0].translation, decisions[1].translation, atol=1e-2)


def test_mistakes_leave_no_bundle(
    dataset: Path, encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "bundle"
    assert main(["bank", str(dataset), "--encoder", str(tmp_path), "-o", str(output)]) == 2
    assert "encoder.safetensors: missing" in capsys.readouterr().err
    assert main(["bank", str(dataset), "--encoder", str(encoder), "-o", str(output), "--recall", "1.1"]) == 2
    assert "recall is 1.1; expected more than 0 and at most 1" in capsys.readouterr().err
    options = ["--encoder", str(encoder), "-o", str(output), "--index", "ivfpq"]
    assert main(["bank", str(dataset), *options]) == 2
    assert "ivfpq needs 2000 rows to learn from, the bank has 12; use exact" in capsys.readouterr().err
    (dataset / "demo_1" / "images_linear" / "000003.png").write_bytes(b"")
    assert main(["bank", str(dataset), "--encoder", str(encoder), "-o", str(output)]) == 2
    assert "000003.png: not a readable picture" in capsys.readouterr().err
    assert not output.exists()
