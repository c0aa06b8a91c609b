import pytest

from vinn_training.encoder.processor import has_int8_instructions


def _x86(*cores: str) -> str:
    return "\n".join(
        f"processor\t: {n}\nmodel name\t: any\nflags\t\t: fpu avx2 {flags}\n" for n, flags in enumerate(cores)
    )


@pytest.mark.parametrize("flag", ["avx512_vnni", "avx_vnni", "amx_int8"])
def test_flags_of_x86(flag: str) -> None:
    assert has_int8_instructions(_x86(flag, flag))


def test_processors_without() -> None:
    assert not has_int8_instructions(_x86("avx512f avx512bw"))
    assert not has_int8_instructions(_x86("avx_vnni", ""))  # one core without is enough
    assert not has_int8_instructions("")
    assert not has_int8_instructions(_x86("my_avx_vnni_emulation"))


def test_flags_of_arm() -> None:
    assert has_int8_instructions("processor\t: 0\nFeatures\t: fp asimd asimddp\n")
    assert not has_int8_instructions("processor\t: 0\nFeatures\t: fp asimd\n")


def test_this_machine_is_asked_where_nothing_is_given() -> None:
    assert has_int8_instructions() in (True, False)
