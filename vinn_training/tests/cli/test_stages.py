import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli.stages import STAGES_FILE, check_settings, run_stages
from vinn_training.evaluation.job_process import Job
from vinn_training.evaluation.table_stages import Stage
from vinn_training.exceptions import InvalidInput


def test_stages_run_once_in_order_and_say_what_they_took(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages = [Stage("first", (Job("a", ("--help",)),)), Stage("second", (Job("b", ("--help",)),))]
    times = run_stages(tmp_path, stages, 2)
    assert [item["stage"] for item in times] == ["first", "second"]
    assert all(item["cpu_s"] > 0.0 for item in times)
    assert json.loads((tmp_path / STAGES_FILE).read_text())["stages"] == times
    told = capsys.readouterr().err
    assert told.index("stage 1 of 2: first") < told.index("stage 2 of 2: second")
    (tmp_path / "logs" / "a.log").unlink()
    assert [item["cpu_s"] for item in run_stages(tmp_path, stages, 2)] == [item["cpu_s"] for item in times]
    assert not (tmp_path / "logs" / "a.log").exists()
    assert "1 jobs, 1 done before" in capsys.readouterr().err


def test_settings_may_stay_and_not_change(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    check_settings(path, {"preset": "small", "old": 1})
    check_settings(path, {"preset": "small", "old": 1})
    with pytest.raises(InvalidInput, match=r"preset was 'small', is 'paper'; old was 1, is None.*another --output"):
        check_settings(path, {"preset": "paper"})
    assert json.loads(path.read_text()) == {"preset": "small", "old": 1}
