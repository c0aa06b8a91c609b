"""The command line of programs that take a launch file's arguments: `name:=value` words."""

from __future__ import annotations

from collections.abc import Sequence

from vinn_ros.graph import Argument
from vinn_training.exceptions import InvalidInput

_HELP = ("-h", "--help", "--show-args", "-s")


def own_words(command_line: Sequence[str]) -> list[str]:
    """Return a program's words without its name and what `ros2 run` adds."""
    return [word for word in command_line[1:] if word != "--ros-args"]


def asks_for_help(words: Sequence[str]) -> bool:
    """Return whether a word asks for the help text."""
    return any(word in _HELP for word in words)


def parse_arguments(words: Sequence[str]) -> dict[str, str]:
    """Return `name:=value` words as a dictionary.

    Raises:
        InvalidInput: If a word has another form.
    """
    values = {}
    for word in words:
        name, separator, value = word.partition(":=")
        if not separator:
            raise InvalidInput(f"argument '{word}' has not the form name:=value, for example sim:=true")
        values[name] = value
    return values


def usage(program: str, arguments: Sequence[Argument]) -> str:
    """Return the help text."""
    lines = [f"usage: {program} [name:=value ...]", ""]
    for argument in arguments:
        choices = f" One of: {', '.join(argument.choices)}." if argument.choices else ""
        lines.append(f"  {argument.name}:={argument.default or '...'}\n      {argument.description}{choices}")
    return "\n".join(lines)
