import logging

import pytest

from vinn_training.exceptions import InvalidInput

torch = pytest.importorskip("torch")

from vinn_training.encoder.hardware import (  # noqa: E402
    HardwareConfig,
    at_least_float32,
    compile_in_place,
    find_device,
    find_precision,
    mixed_precision,
    out_of_memory,
    prefer_speed,
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


@pytest.mark.full
@pytest.mark.timeout(600)
def test_torch_without_a_compiler_is_told_from_one_with(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)
    monkeypatch.setattr(torch._inductor.config.cpp, "cxx", (None, "/nowhere/c++"))
    monkeypatch.setattr(torch._inductor.config, "force_disable_caches", True)
    torch._dynamo.reset()
    module = torch.nn.Linear(3, 2)
    with caplog.at_level(logging.WARNING, logger="vinn_training"):
        assert not compile_in_place([module], CPU)
    assert "torch.compile does not work on this machine" in caplog.text
    assert module(torch.ones(1, 3)).shape == (1, 2)


def test_where_compilation_fails_modules_stay_as_they_are_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(function: object, dynamic: bool) -> None:
        raise RuntimeError("no working compiler\nlong explanation")

    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)
    monkeypatch.setattr(torch, "compile", fail)
    monkeypatch.setattr(torch.nn.Module, "compile", lambda *_, **__: pytest.fail("compiled all the same"))
    with caplog.at_level(logging.WARNING, logger="vinn_training"):
        assert not compile_in_place([torch.nn.Identity()], CPU)
    assert "does not work on this machine (no working compiler); training goes on without it" in caplog.text


def test_modules_are_compiled_once_the_compiler_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[torch.device] = []
    monkeypatch.setattr(torch, "compile", lambda function, dynamic: lambda values: tried.append(values.device))
    monkeypatch.setattr(torch.nn.Module, "compile", lambda module, dynamic: setattr(module, "compiled", True))
    modules = [torch.nn.Identity(), torch.nn.Identity()]
    assert compile_in_place(modules, CPU)
    assert tried == [CPU]
    assert all(module.compiled for module in modules)


def test_cudnn_may_choose_on_a_gpu_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    prefer_speed(CPU)
    assert not torch.backends.cudnn.benchmark
    prefer_speed(torch.device("cuda", 0))
    assert torch.backends.cudnn.benchmark


def test_on_a_gpu_mixed_precision_is_what_the_gpu_has(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = torch.device("cuda", 0)
    for has_bfloat16, expected in ((True, "bfloat16"), (False, "float16")):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda found=has_bfloat16: found)
        assert find_precision("auto", gpu) == expected


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_seconds_between_checkpoints_are_zero_or_more(seconds: float) -> None:
    with pytest.raises(InvalidInput, match="expected 0 or more seconds"):
        HardwareConfig(checkpoint_every_s=seconds)
