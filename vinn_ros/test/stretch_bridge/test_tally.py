from vinn_ros.stretch_bridge.commands import Move, Stop
from vinn_ros.stretch_bridge.tally import CommandTally
from vinn_training.kinematics.controller_step import ControllerStep


def a_step(clipped=(), residual_m=0.002, solve_s=0.001) -> ControllerStep:
    return ControllerStep(
        None, True, residual_m, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), tuple(clipped), "", residual_rad=0.01, solve_s=solve_s
    )


def test_moves_stops_and_clips_are_counted_by_kind_whatever_the_numbers():
    tally = CommandTally()
    tally.move(Move({}, a_step(["joint_arm_l3 at its end 0.13", "translation of 0.1 m shortened to 0.08 m"])))
    tally.move(Move({}, a_step(["translation of 3e-1 m shortened to 0.08 m"], residual_m=0.004, solve_s=0.0005)))
    tally.stop(Stop("stale input: more than 0.2 s old", None, announce_only=False))
    tally.stop(Stop("stale input: more than 0.5 s old", None, announce_only=False))
    tally.stop(Stop("runstopped", None, announce_only=False))
    tally.stop(Stop("only said", None, announce_only=True))
    values = tally.values()
    assert (values["moves"], values["stops"]) == (2, 3)
    assert values["stops_by_reason"] == "2 x stale input: more than # s old; 1 x runstopped"
    assert values["clips_by_limit"] == "2 x translation of # m shortened to # m; 1 x joint_arm_l3 at its end #"
    assert (values["last_residual_mm"], values["last_residual_deg"]) == ("4.00", "0.57")
    assert (values["last_solve_ms"], values["slowest_solve_ms"]) == ("0.50", "1.00")


def test_ever_new_reasons_do_not_fill_the_memory():
    tally = CommandTally()
    for index in range(1000):
        tally.stop(Stop("policy holds: " + "x" * index, None, announce_only=False))
    assert tally.values()["stops"] == 1000
    assert len(str(tally.values()["stops_by_reason"]).split("; ")) == 21


def test_refusal_of_the_solver_is_remembered():
    tally = CommandTally()
    tally.stop(Stop("no convergence", None, announce_only=False, step=a_step(residual_m=0.02)))
    assert tally.values()["last_residual_mm"] == "20.00"
