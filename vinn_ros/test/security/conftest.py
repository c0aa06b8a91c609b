import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # policy_file.py, in pytest's importlib mode
