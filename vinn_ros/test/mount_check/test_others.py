from types import SimpleNamespace

from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState

from vinn_ros.mount_check.others import UNNAMED, OtherPublishers

UNKNOWN = ("_NODE_NAMESPACE_UNKNOWN_", "_NODE_NAME_UNKNOWN_")


class FakeNode:
    """A graph of publishers, and lifecycle nodes in a state each; the others answer nothing."""

    def __init__(self, states: dict[str, int]) -> None:
        self.states = states
        self.publishers = [("/", "mount_check")]

    def resolve_topic_name(self, topic: str) -> str:
        return f"/{topic}"

    def get_fully_qualified_name(self) -> str:
        return "/mount_check"

    def get_publishers_info_by_topic(self, topic: str) -> list[SimpleNamespace]:
        assert topic == "/action"
        return [SimpleNamespace(node_namespace=space, node_name=name) for space, name in self.publishers]

    def create_client(self, kind: type, service: str) -> SimpleNamespace:
        assert kind is GetState
        state = self.states.get(service.removesuffix("/get_state"))
        answer = GetState.Response(current_state=State(id=state or 0))
        future = SimpleNamespace(done=lambda: True, result=lambda: answer)
        return SimpleNamespace(service_is_ready=lambda: state is not None, call_async=lambda request: future)


def wait_of(*events):
    """Waiting that lets one event happen at a time, and gives up after the last."""

    def wait(condition) -> bool:
        left = list(events)
        while not condition():
            if not left:
                return False
            left.pop(0)()
        return True

    return wait


def test_who_could_speak_is_told_once_and_an_inactive_lifecycle_node_is_not():
    node = FakeNode({"/policy": State.PRIMARY_STATE_INACTIVE, "/robot/policy": State.PRIMARY_STATE_ACTIVE})
    others = OtherPublishers(node, "action")
    assert others.newly_speaking(wait_of()) == []
    node.publishers += [("/", "policy"), ("/robot", "policy"), ("/", "teleop")]
    assert others.newly_speaking(wait_of()) == ["/robot/policy", "/teleop"]
    assert others.newly_speaking(wait_of()) == []
    node.publishers.append(("/", "web"))
    assert others.newly_speaking(wait_of()) == ["/web"]


def test_a_publisher_found_before_its_name_is_judged_by_its_name():
    node = FakeNode({"/policy": State.PRIMARY_STATE_INACTIVE})
    others = OtherPublishers(node, "action")
    node.publishers.append(UNKNOWN)
    named = wait_of(lambda: node.publishers.__setitem__(1, ("/", "policy")))
    assert others.newly_speaking(named) == []


def test_a_publisher_that_gets_no_name_could_speak():
    node = FakeNode({})
    others = OtherPublishers(node, "action")
    node.publishers.append(UNKNOWN)
    assert others.newly_speaking(wait_of()) == [UNNAMED]
