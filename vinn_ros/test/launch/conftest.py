import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # launch_files.py, in pytest's importlib mode
sys.path.insert(0, str(Path(__file__).parents[1] / "play_bag"))  # camera_bag.py
