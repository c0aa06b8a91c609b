from vinn_ros.mount_check.settings import PARAMETERS, usage


def test_help_names_every_parameter_with_its_default() -> None:
    text = usage()

    assert all(spec.name in text for spec in PARAMETERS)
    assert "0.025" in text
    assert "Exit status: 0 consistent, 1 wrong, 2 cannot run" in text
