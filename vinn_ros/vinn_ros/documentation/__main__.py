"""`python -m vinn_ros.documentation DOCUMENT.md ...` writes the generated parts of documents anew."""

import sys

from vinn_ros.documentation.main import main

sys.exit(main(sys.argv[1:]))
