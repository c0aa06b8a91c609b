"""The table of what a node publishes, hears, serves and calls, with units and frames."""

from __future__ import annotations

from vinn_ros.documentation.endpoints import created, endpoints
from vinn_ros.documentation.interface_notes import note_on
from vinn_ros.documentation.markdown import table


def node_table(name: str) -> str:
    """Return the table of the node `name`, one of `entry_points.NODES`."""
    with created(name) as node:
        found = endpoints(node)
    rows = [
        (
            item.role,
            f"`{item.name}`",
            item.type,
            item.profile and f"`{item.profile}`",
            note_on(name, item.role, item.name),
        )
        for item in found
    ]
    return table(("the node", "name", "type", "QoS", "what, unit, frame"), rows)
