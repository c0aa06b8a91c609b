"""Tables I and II of the paper, to stand beside one's own: success rates on a robot (VINN, Pari et al. 2021)."""

from __future__ import annotations

from typing import NamedTuple


class PaperRate(NamedTuple):
    """Success rates in percent; None where the paper gives none.

    Attributes:
        handle_grasped: Of the handle grasped.
        door_opened: Of the door opened.
    """

    handle_grasped: float | None
    door_opened: float | None


#: Table I: 30 trials, ten on each of three cabinets that the demonstrations show.
TABLE_1 = {
    "bc": PaperRate(0.0, 0.0),
    "bc-rep": PaperRate(56.7, 53.3),
    "imagenet": PaperRate(20.0, 0.0),
    "vinn": PaperRate(80.0, 80.0),
}
#: On doors that no demonstration shows. The strongest baseline reached 3.3 %.
NOVEL = {"vinn": PaperRate(None, 40.0)}
#: Table II: 10 trials on one door, modified; condition: method: doors opened.
TABLE_2 = {
    "none": {"bc-rep": 90.0, "vinn": 80.0},
    "signs": {"bc-rep": 10.0, "vinn": 70.0},
    "signs-one-bin": {"bc-rep": 0.0, "vinn": 50.0},
    "signs-both-bins": {"bc-rep": 0.0, "vinn": 0.0},
}


def paper_rate(table: str, method: str, scenes: str, hinge: str, condition: str) -> PaperRate | None:
    """Return what the paper reports for a cell, None where it has none.

    Args:
        table: "I" or "II".
        method: As in METHODS of `table1_plan`.
        scenes: "training" or "held-out".
        hinge: "right" or "left"; the paper does not tell the two apart, and the first stands for it.
        condition: A key of TABLE_2.
    """
    if hinge != "right":
        return None
    if table == "I" and condition == "none":
        return (TABLE_1 if scenes == "training" else NOVEL).get(method)
    opened = TABLE_2.get(condition, {}).get(method) if scenes == "training" else None
    return None if opened is None else PaperRate(None, opened)
