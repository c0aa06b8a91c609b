"""Plain table scenes for tests: one of everything at round places."""

from dataclasses import replace

from vinn_training.sim.table_scene import Circle, TableScene, TableThing

BOX = TableThing("box", 0.08, 0.06, 0.05, "plain", (0.2, 0.3, 0.6), (0.0, 0.0, 0.0), 0.05, 0.65)
PUSH = TableScene("white", (BOX,), Circle(0.0, 0.80, 0.05, (0.8, 0.1, 0.1)), start_distance_m=0.12)
NEAR = TableThing("cylinder", 0.034, 0.034, 0.06, "plain", (0.2, 0.3, 0.6), (0.0, 0.0, 0.0), 0.0, 0.65, friction=0.6)
FAR = replace(BOX, right_m=0.02, away_m=0.80, mass_kg=0.3, friction=0.6)
STACK = TableScene("white", (NEAR, FAR), start_distance_m=0.12)
