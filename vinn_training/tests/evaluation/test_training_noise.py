import sys
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.evaluation.training_noise import NoiseConfig, main, training_noise  # noqa: E402
from vinn_training.exceptions import InvalidInput  # noqa: E402

SMALL = NoiseConfig(size=32, batch_size=8, steps=3, hidden_size=64)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_without_noise_there_is_no_drift() -> None:
    rows = training_noise(replace(SMALL, steps=2, noise=0.0))
    assert [row[1:] for row in rows] == [(0.0, 0.0, 0.0)] * 2
    assert rows[0].loss != rows[1].loss


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_half_a_unit_in_the_last_place_grows_a_hundredfold_in_two_steps(optimiser: str) -> None:
    """With either optimiser: it is the network from random weights that amplifies, not Adam."""
    rate = 3e-4 if optimiser == "adam" else 0.05
    config = replace(SMALL, optimiser=optimiser, learning_rate=rate)  # type: ignore[arg-type]
    rows = training_noise(config)
    assert rows[0].loss_difference < 1e-5
    assert rows[0].embeddings < 1e-3
    assert rows[2].embeddings > 100.0 * rows[0].embeddings


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_no_two_float32_runs_of_twenty_steps_agree_to_1e_4() -> None:
    """What is realistic for a user: ResNet-18, 64x64, batch 32, Adam at 3e-4. Runs that add in another order, as two
    processes do, cannot be asked for more than this."""
    rows = training_noise(NoiseConfig())
    assert len(rows) == 20
    assert max(row.loss_difference for row in rows) > 1e-4


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"size is 20.*multiple of 8"):
        NoiseConfig(size=20)
    with pytest.raises(InvalidInput, match=r"noise 2\.0"):
        NoiseConfig(noise=2.0)


def test_the_command_prints_a_row_a_step(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["training_noise", "--size", "16", "--batch-size", "2", "--steps", "1", "--hidden-size", "8"]
    monkeypatch.setattr(sys, "argv", command)
    assert main() == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    monkeypatch.setattr(sys, "argv", [*command, "--size", "17"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "size is 17" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*command, "--architecture", "vgg"])
    assert main() == 2
    assert "architecture is 'vgg'; expected one of: resnet18" in capsys.readouterr().err
