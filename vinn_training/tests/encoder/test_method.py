import pytest

torch = pytest.importorskip("torch")

from vinn_training.encoder.method import Method, full_precision  # noqa: E402


def test_losses_leave_mixed_precision() -> None:
    values = torch.rand(4, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (values @ values).dtype == torch.bfloat16
        with full_precision(values):
            assert (values @ values).dtype == torch.float32


def test_a_method_without_a_loss_is_none() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Method(torch.nn.Identity())  # type: ignore[abstract]
