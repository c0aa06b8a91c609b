import pytest

torch = pytest.importorskip("torch")

from vinn_training.encoder.method import Method, ProjectionMethod, full_precision  # noqa: E402


def test_losses_leave_mixed_precision() -> None:
    values = torch.rand(4, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (values @ values).dtype == torch.bfloat16
        with full_precision(values):
            assert (values @ values).dtype == torch.float32


def test_a_method_without_a_loss_is_none() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Method(torch.nn.Identity())  # type: ignore[abstract]


@pytest.mark.parametrize("by_columns", [False, True])
def test_gradients_of_projections_lie_in_rows_however_the_loss_leaves_them(by_columns: bool) -> None:
    """Sums over the batch depend on it in their last place, and losses do it differently in several processes."""

    def loss(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        values = torch.stack((first, second)).square()
        if by_columns:  # what a product with the transposed projections leaves
            values.register_hook(lambda gradient: gradient.transpose(1, 2).contiguous().transpose(1, 2))
        return values.sum()

    projector = torch.nn.Linear(6, 4)
    layouts: list[bool] = []
    projector.register_full_backward_hook(
        lambda module, to_input, to_output: layouts.append(to_output[0].is_contiguous())
    )
    method = ProjectionMethod(torch.nn.Linear(3, 6), projector, loss)
    method(torch.ones(5, 3), torch.ones(5, 3)).loss.backward()
    assert layouts == [True, True]
