"""OpenVINO, imported without its usage statistics."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def import_openvino() -> ModuleType:
    """Return the package `openvino`.

    It sends a message over the internet when it is imported, and NNCF others when it quantises, by a package of its own
    that both do without where it is missing. A robot sends nothing that its owner does not know of, so it is missing
    here. An application that imported OpenVINO itself before is left as it is.

    Raises:
        ImportError: If it is not installed.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # an import of it fails from here on
    return importlib.import_module("openvino")
