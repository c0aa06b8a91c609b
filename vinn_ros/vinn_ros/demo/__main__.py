"""`python -m vinn_ros.demo`."""

import sys

from vinn_ros.demo.main import main

if __name__ == "__main__":
    sys.exit(main())
