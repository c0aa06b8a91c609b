import pytest

from vinn_ros.stretch_bridge.outputs.topic_watch import other_publishers_problem, twin_warning

OWN = "/robot/stretch_bridge"


def test_our_own_publisher_is_no_problem():
    assert other_publishers_problem("/cmd", [OWN], OWN) is None
    assert twin_warning("/cmd", [OWN], OWN) is None


def test_other_nodes_are_named_each_once_with_what_to_do():
    problem = other_publishers_problem("/cmd", ["/web", OWN, "/teleop", "/web"], OWN)
    assert problem.startswith("/teleop, /web publish on /cmd too")
    assert "end the other" in problem


@pytest.mark.parametrize("publishers", [[OWN, OWN], [OWN, "/_NODE_NAME_UNKNOWN_"]])
def test_what_may_be_left_of_a_killed_bridge_is_a_warning(publishers):
    assert other_publishers_problem("/cmd", publishers, OWN) is None
    assert "another bridge runs" in twin_warning("/cmd", publishers, OWN)
