import pytest

from vinn_ros.graph import Argument
from vinn_ros.launch_words import asks_for_help, own_words, parse_arguments, usage
from vinn_training.exceptions import InvalidInput


def test_arguments_are_name_and_value():
    words = own_words(["/lib/vinn_ros/bringup", "sim:=true", "bundle:=a:=b", "--ros-args"])
    assert parse_arguments(words) == {"sim": "true", "bundle": "a:=b"}
    with pytest.raises(InvalidInput, match="'--sim' has not the form name:=value"):
        parse_arguments(["--sim"])


def test_help_is_asked_for_as_of_a_launch_file_and_names_defaults_and_choices():
    assert asks_for_help(["sim:=true", "--show-args"])
    assert not asks_for_help(["sim:=true"])
    text = usage(
        "bringup", [Argument("sim", "false", "Simulate.", ("false", "true")), Argument("bundle", "", "Which.")]
    )
    assert text.splitlines() == [
        "usage: bringup [name:=value ...]", "", "  sim:=false", "      Simulate. One of: false, true.", "  bundle:=...",
        "      Which.",
    ]  # fmt: skip
