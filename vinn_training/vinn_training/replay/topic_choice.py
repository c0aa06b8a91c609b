"""Which of a bag's topics is meant: the only one of its type, or the one that was named."""

from __future__ import annotations

from vinn_training.demonstrations.bag_storage import Bag, Topic
from vinn_training.exceptions import InvalidDemonstration


def choose_topic(bag: Bag, kind: str, name: str, option: str) -> Topic | None:
    """Return the topic of a type, or None for a bag without messages of it.

    Args:
        bag: Its topics are looked through.
        kind: Message type, as "vinn_msgs/msg/PolicyAction".
        name: Of the topic, or "" for the only one of the type.
        option: What the user chooses the name by, for the message.

    Raises:
        InvalidDemonstration: If the named one is not there, or there are several and none is named.
    """
    if name:
        topic = bag.topics.get(name) or bag.topics.get("/" + name)
        if topic is None or topic.type != kind:
            what = "no topic" if topic is None else f"{topic.type}, expected {kind}, on"
            raise InvalidDemonstration(f"{bag.path}: {what} '{name}'; the bag has: {bag.describe_topics()}")
        return topic if topic.refs else None
    found = [topic for _, topic in sorted(bag.topics.items()) if topic.type == kind and topic.refs]
    if len(found) > 1:
        listed = ", ".join(f"{topic.name} ({topic.count})" for topic in found)
        raise InvalidDemonstration(
            f"{bag.path}: {len(found)} topics of {kind}; choose one by the option '{option}': {listed}"
        )
    return found[0] if found else None
