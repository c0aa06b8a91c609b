"""The `vinn` command: finds the subcommand, parses its configuration, runs it and turns mistakes into one line."""

from __future__ import annotations

import errno
import importlib
import inspect
import os
import sys
import typing
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from rich.markup import escape

from vinn_training.cli.console import CONSOLE, set_up_logging
from vinn_training.exceptions import MissingDependency, VinnError

#: Name: (module, one line of help). A module is imported only when its subcommand is chosen. It has a function
#: `run(config) -> int`, whose argument's annotation is the (frozen dataclass) configuration, and may have
#: `default_config(arguments)`, which returns the defaults that these arguments ask for.
SUBCOMMANDS = {
    "collect": ("vinn_training.cli.collect", "Make demonstrations from videos of a person with a grabber."),
    "calibrate": ("vinn_training.cli.calibrate", "Find a camera's lens from a video of a chessboard."),
    "gripper": ("vinn_training.cli.gripper", "Label gripper states of frames, and train the network that does it."),
    "data": ("vinn_training.cli.data", "Describe, check, convert, split or show a data set of demonstrations."),
    "train": ("vinn_training.cli.train", "Train an encoder on demonstration frames: BYOL, SimCLR or VICReg."),
    "pretrain": ("vinn_training.cli.pretrain", "Make weights to start from out of simulated scenes, without expert."),
    "bank": ("vinn_training.cli.bank", "Embed demonstrations and write the bundle that the robot loads."),
    "bank-edit": ("vinn_training.cli.bank_edit", "Add demonstrations to a bundle, disable, enable; or check it."),
    "export": ("vinn_training.cli.export", "Make a trained encoder fast: OpenVINO or ONNX, int8 or float32."),
    "simulate": ("vinn_training.cli.simulate", "Record demonstrations of the scripted expert in simulation."),
    "trials": ("vinn_training.cli.trials", "Count successes of a policy over seeded episodes in simulation."),
    "compare-trials": ("vinn_training.cli.compare_trials", "Compare two policies on the same trials, with intervals."),
    "evaluate": ("vinn_training.cli.evaluate", "Compare all methods on held-out demonstrations: Table III."),
    "evaluate-sequences": ("vinn_training.cli.evaluate_sequences", "Implicit BC of sequences on robomimic data."),
    "table1": ("vinn_training.cli.table1", "Make Tables I and II in simulation from nothing: trials, videos, report."),
    "table3": ("vinn_training.cli.table3", "Make Table III from nothing: data, encoders, all methods, report."),
    "sweep": ("vinn_training.cli.sweep", "Error against k and temperature: Figure 6."),
    "data-efficiency": ("vinn_training.cli.data_efficiency", "Error against the number of demonstrations: Figure 4."),
    "neighbors": ("vinn_training.cli.neighbors", "Show frames with their nearest neighbours and actions: Figure 3."),
    "embedding-map": ("vinn_training.cli.embedding_map", "Map embeddings to the plane, coloured by phase."),
    "replay": ("vinn_training.cli.replay", "Ask a recorded session again, offline, and compare: from a bag."),
    "trace": ("vinn_training.cli.trace", "List which demonstration frames caused each step of a recorded session."),
    "tune": ("vinn_training.cli.tune", "Choose the policy's parameters on recorded bags, and show the trade-offs."),
    "report": ("vinn_training.cli.report", "Gather results in one HTML page."),
    "bench": ("vinn_training.cli.bench", "Measure speed on this machine."),
}

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141  # what a shell shows for a program ended by SIGPIPE

#: What a file system refuses through no fault of the program.
_REFUSALS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `vinn` and return its exit status: 0 done, 2 a mistake that the message explains, 130 Ctrl-C.

    Args:
        arguments: Without the program's name; those of the process where None.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    set_up_logging()
    try:
        if not arguments or arguments[0] in ("-h", "--help"):
            print(_usage())
            return 0 if arguments else EXIT_USER_ERROR
        return _run(arguments[0], arguments[1:])
    except VinnError as error:
        _print_error(str(error))
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        CONSOLE.print("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `vinn data info ... | head` has read enough
        # Python flushes stdout once more at its end; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        place = f"{error.filename}: " if error.filename else ""
        _print_error(f"{place}{error.strerror}; look at permissions and free space")
        return EXIT_USER_ERROR


def _run(name: str, arguments: list[str]) -> int:
    if name not in SUBCOMMANDS:
        _print_error(f"unknown subcommand '{name}'; expected one of: {', '.join(SUBCOMMANDS)}")
        return EXIT_USER_ERROR
    module = _import_subcommand(name)
    import tyro  # here, so that a missing subcommand is reported without waiting for it

    config = tyro.cli(
        _config_type(module.run),
        args=arguments,
        prog=f"vinn {name}",
        description=SUBCOMMANDS[name][1],
        default=module.default_config(arguments) if hasattr(module, "default_config") else tyro.MISSING_NONPROP,
    )
    return int(module.run(config))


def _import_subcommand(name: str) -> ModuleType:
    """Return a subcommand's module.

    Raises:
        MissingDependency: If it needs a package that is not installed.
    """
    try:
        return importlib.import_module(SUBCOMMANDS[name][0])
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "vinn_training":
            raise MissingDependency(f"`vinn {name}` is not part of this installation ({error})") from error
        raise MissingDependency(
            f"`vinn {name}` needs the package '{error.name}', which is not installed; "
            "install everything with: pip install 'vinn_training[train,sim,kinematics,formats,collect]'"
        ) from error


def _config_type(run: Callable[[Any], int]) -> Any:
    """Return the annotation of `run`'s only argument."""
    (parameter,) = inspect.signature(run).parameters
    return typing.get_type_hints(run, include_extras=True)[parameter]


def _usage() -> str:
    width = max(len(name) for name in SUBCOMMANDS)
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in SUBCOMMANDS.items()]
    return "\n".join(["usage: vinn SUBCOMMAND [options]", "", *lines, "", "vinn SUBCOMMAND --help says more."])


def _print_error(message: str) -> None:
    CONSOLE.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
