from __future__ import annotations

import pytest

import vinn_msgs.action
import vinn_msgs.msg
import vinn_msgs.srv
from vinn_ros.documentation.messages import Field, definitions, parse
from vinn_training.exceptions import InvalidInput

TEXT = """# What it is,
# in two lines.
uint8 OPEN = 1   # open
std_msgs/Header header
float64[3] scale  # c: right, down, forward

uint32 steps 40   # at most
---
string[] names
---
"""


def test_comments_values_and_parts_are_told_apart():
    first, second, third = parse(TEXT)
    assert first.comment == "What it is, in two lines."
    assert first.fields == [
        Field("uint8", "OPEN", "1", "open"),
        Field("std_msgs/Header", "header", "", ""),
        Field("float64[3]", "scale", "", "c: right, down, forward"),
        Field("uint32", "steps", "40", "at most"),
    ]
    assert second.fields == [Field("string[]", "names", "", "")]
    assert (third.comment, third.fields) == ("", [])


def test_what_is_no_interface_is_refused():
    with pytest.raises(InvalidInput, match="'uint8 a b c' is no line of an interface"):
        parse("uint8 a b c")


def sections() -> dict[str, str]:
    return {part.split("\n", 1)[0]: part for part in definitions().split("### ")[1:]}


def generated(module) -> dict[str, type]:
    """The interfaces of a module of vinn_msgs, without the parts that rosidl makes a class each of (`..._Request`)."""
    return {name: kind for name, kind in vars(module).items() if isinstance(kind, type) and "_" not in name}


def test_every_field_that_the_generated_classes_have_is_there():
    """The classes were made by rosidl, from the same files."""
    parts = {f"vinn_msgs/msg/{name}": [kind] for name, kind in generated(vinn_msgs.msg).items()}
    for name, kind in generated(vinn_msgs.srv).items():
        parts[f"vinn_msgs/srv/{name}"] = [kind.Request, kind.Response]
    for name, kind in generated(vinn_msgs.action).items():
        parts[f"vinn_msgs/action/{name}"] = [kind.Goal, kind.Result, kind.Feedback]
    found = sections()
    assert set(found) == set(parts)
    for name, classes in parts.items():
        fields = [field for kind in classes for field in kind.get_fields_and_field_types()]
        shown = [line.split("`")[1] for line in found[name].splitlines() if line.startswith("| `")]
        assert fields, name
        assert [field for field in shown if not field.isupper()] == fields, name


def test_a_field_stands_with_type_value_and_meaning():
    found = sections()
    assert (
        "| `max_steps` | `uint32` | `0` | the episode ends after this many motions;"
        in found["vinn_msgs/action/RunEpisode"]
    )
    assert "| `CLOSED` | `uint8` | `2` |  |" in found["vinn_msgs/msg/GripperState"]
    assert (
        "What the bridge really sent to the driver for one action, after limits."
        in found["vinn_msgs/msg/BridgeCommand"]
    )
