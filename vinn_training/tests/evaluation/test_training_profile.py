import json
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidInput

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.learner import PHASES
from vinn_training.evaluation.training_profile import TrainingProfile, profile_steps, to_markdown


def test_every_phase_of_a_step_has_its_time(tmp_path: Path) -> None:
    config = TrainingProfile("small", size=32, batch_size=4, steps=2, trace=tmp_path / "trace.json")
    result = profile_steps(config)
    assert [part.name for part in result.phases] == list(PHASES)
    assert all(part.calls == 1 and part.ms > 0.0 for part in result.phases)
    assert sum(part.ms for part in result.phases) < result.step_ms
    for shares in (result.phases, result.operations):
        assert sum(part.share for part in shares) == pytest.approx(1.0)
    # ResNet-18 has 20 convolutions; both networks see both views.
    convolutions = [part.calls for part in result.operations if part.name == "aten::mkldnn_convolution"]
    assert convolutions == [80.0]
    assert json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert "| backward |" in to_markdown(result)


@pytest.mark.parametrize("change", [{"preset": "huge"}, {"size": -1}, {"batch_size": -1}, {"steps": 0}])
def test_what_cannot_be_profiled_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        TrainingProfile(**change)  # type: ignore[arg-type]
