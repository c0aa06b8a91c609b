"""`python -m vinn_ros.stretch_standin.trials`."""

from __future__ import annotations

import sys

from vinn_ros.stretch_standin.trials.main import main

sys.exit(main())
