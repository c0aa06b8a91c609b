import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # fake_node.py, in pytest's importlib mode
