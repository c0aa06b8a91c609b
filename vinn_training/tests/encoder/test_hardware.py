import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")

from vinn_training.encoder.hardware import (  # noqa: E402
    at_least_float32,
    find_device,
    find_precision,
    mixed_precision,
    out_of_memory,
    weight_type,
)

CPU = torch.device("cpu")


def test_devices() -> None:
    assert find_device("cpu") == CPU
    assert find_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    for name in ("tpu", "cuda:", "cuda:x"):
        with pytest.raises(InvalidInput, match="expected auto, cpu, cuda or cuda:N"):
            find_device(name)
    with pytest.raises(InvalidInput, match=r"GPU 99; this machine has \d+"):
        find_device("cuda:99")


def test_on_the_cpu_mixed_precision_is_off_unless_asked_for() -> None:
    values = torch.rand(4, 4)
    assert find_precision("auto", CPU) == "float32"
    for asked, found in (("auto", torch.float32), ("bfloat16", torch.bfloat16), ("float32", torch.float32)):
        with mixed_precision(find_precision(asked, CPU), CPU):  # type: ignore[arg-type]
            assert (values @ values).dtype == found


def test_weights_are_float32_but_for_checks() -> None:
    assert weight_type("float64") == torch.float64
    assert {weight_type(name) for name in ("float32", "bfloat16", "float16")} == {torch.float32}  # type: ignore[arg-type]
    assert at_least_float32(torch.rand(2).bfloat16()).dtype == torch.float32
    assert at_least_float32(torch.rand(2).double()).dtype == torch.float64


def test_memory_errors_are_told_from_others() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert out_of_memory(caught.value)
    assert out_of_memory(MemoryError())
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not out_of_memory(RuntimeError("shapes do not fit"))
