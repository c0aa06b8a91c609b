import subprocess
import sys

import pytest

pytest.importorskip("openvino")


def test_nothing_is_sent_by_importing_or_quantising() -> None:
    """The package that sends usage statistics is not imported, by either of the two that would."""
    script = (
        "import sys\n"
        "from vinn_training.encoder.openvino_package import import_openvino\n"
        "print(import_openvino().Core is not None)\n"
        "try:\n    import nncf\nexcept ImportError:\n    pass\n"
        "print([name for name, module in sys.modules.items() if name.startswith('openvino_telemetry') and module])"
    )
    path = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=path, check=False)
    assert done.stdout.split("\n")[:2] == ["True", "[]"], done.stderr
