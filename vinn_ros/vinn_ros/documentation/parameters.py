"""Tables of what can be set: parameters of nodes, faults of the stand-in, launch arguments."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from vinn_ros.documentation.markdown import table, value
from vinn_ros.graph import Argument
from vinn_ros.lifecycle import AUTOSTART
from vinn_ros.mount_check.settings import PARAMETERS as MOUNT_CHECK_PARAMETERS
from vinn_ros.parameters import ParameterSpec
from vinn_ros.stretch_standin.faults import BOUNDS, CHOICES, FAULT_GUIDE, HEALTHY
from vinn_ros.stretch_standin.settings import PREFIX

_HEADER = ("parameter", "default", "allowed", "live", "what it does")


def node_specs(name: str) -> tuple[ParameterSpec, ...]:
    """Return the parameters of the lifecycle node `name`, one of `entry_points.NODES`, in the order of its code."""
    module = import_module(f"vinn_ros.{name}.node")
    return (AUTOSTART, *module.PARAMETERS, *getattr(module, "EPISODE_PARAMETERS", ()))


def node_table(name: str) -> str:
    """Return the table of a lifecycle node's parameters, without the stand-in's faults."""
    return _table(tuple(spec for spec in node_specs(name) if not spec.name.startswith(PREFIX)))


def mount_check_table() -> str:
    """Return the table of the mount check's parameters."""
    return _table(MOUNT_CHECK_PARAMETERS)


def fault_table() -> str:
    """Return the table of the stand-in's faults."""
    rows = []
    for name, note in FAULT_GUIDE.items():
        low, high = BOUNDS.get(name, (None, None))
        spec = ParameterSpec(name, getattr(HEALTHY, name), "", low, high, choices=CHOICES.get(name, ()))
        rows.append((f"`{PREFIX}{name}`", _range(spec) or "true, false", note.imitates, note.bridge_must))
    return table(("fault", "values", "imitates", "a bridge must"), rows)


def argument_table(arguments: Sequence[Argument]) -> str:
    """Return the table of a launch file's arguments."""
    rows = [
        (f"`{item.name}`", value(item.default), ", ".join(map(value, item.choices)), item.description)
        for item in arguments
    ]
    return table(("argument", "default", "allowed", "what it does"), rows)


def _table(specs: tuple[ParameterSpec, ...]) -> str:
    rows = [(f"`{s.name}`", value(s.default), _range(s), "yes" if s.live else "", s.description) for s in specs]
    return table(_HEADER, rows)


def _range(spec: ParameterSpec) -> str:
    if spec.choices:
        return ", ".join(value(choice) for choice in spec.choices)
    if spec.minimum is None and spec.maximum is None:
        return ""
    low = "any" if spec.minimum is None else value(spec.minimum)
    high = "any" if spec.maximum is None else value(spec.maximum)
    return f"{low} to {high}"
