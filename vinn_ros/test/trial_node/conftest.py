import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # records.py, in pytest's importlib mode
sys.path.insert(0, str(Path(__file__).parents[1] / "stretch_bridge"))  # episode_world.py
