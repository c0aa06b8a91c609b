import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("mujoco")
pytest.importorskip("matplotlib")

from vinn_training.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--methods", "alchemy"], "expected some of vinn, bc-rep"),
        (["--workers", "0"], "workers is 0"),
        (["--trials", "0"], "trials is 0"),
        (["--demonstrations", "-3"], "demonstrations is -3"),
        (["--bundle", "b"], "without --dataset"),
    ],
)
def test_mistakes_are_one_line_and_nothing_is_run(tmp_path: Path, capsys, arguments: list[str], message: str) -> None:
    assert main(["table1", "-o", str(tmp_path / "out"), *arguments]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_results_of_two_settings_are_not_mixed(tmp_path: Path, capsys) -> None:
    (tmp_path / "table1_settings.json").write_text(json.dumps({"preset": "paper"}))
    assert main(["table1", "-o", str(tmp_path)]) == 2
    assert "preset was 'paper', is 'small'" in " ".join(capsys.readouterr().err.split())


def test_a_stage_that_fails_says_which_command_and_why(tmp_path: Path, dataset: Path, capsys) -> None:
    command = ["table1", "-o", str(tmp_path / "out"), "--dataset", str(dataset), "--bundle", str(tmp_path / "none"),
               "--methods", "open-loop"]  # fmt: skip
    assert main(command) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "vinn trials --bundle" in error
    assert "manifest.json" in error


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_tables_from_nothing_and_on_again(tmp_path: Path, capsys) -> None:
    """Two demonstrations and two trials a cell: the way through all stages, not what comes out."""
    out = tmp_path / "out"
    command = ["table1", "-o", str(out), "--demonstrations", "2", "--trials", "2", "--occluded-trials", "2",
               "--pretrained", "none"]  # fmt: skip
    assert main(command) == 0
    content = json.loads((out / "table1.json").read_text())
    assert len(content["cells"]) == 6 * 4 + 2 * 6
    assert all(cell["door_opened"]["n"] == 2 for cell in content["cells"])
    assert {video["method"] for video in content["videos"]} == {
        "bc",
        "bc-rep",
        "imagenet",
        "vinn",
        "open-loop",
        "random",
    }
    page = (out / "report.html").read_text()
    assert page.count("<video") == len(content["videos"])
    for name in ("table1.csv", "trials.csv", "stages.json"):
        assert (out / name).exists()
    capsys.readouterr()
    shutil.rmtree(out / "logs")
    assert main(command) == 0
    assert not (out / "logs").exists()
    # More trials of the same: those that were run are kept.
    before = (out / "trials" / "table1_vinn" / "training_right_none" / "trials.jsonl").read_text()
    assert main([*command, "--methods", "vinn", "open-loop", "--trials", "3"]) == 0
    after = (out / "trials" / "table1_vinn" / "training_right_none" / "trials.jsonl").read_text()
    assert after.startswith(before)
    assert len(after) > len(before)
