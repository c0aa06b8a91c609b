"""The column of numbers in the neighbours image: gripper, distance, direction, what was sent, and the bank."""

from __future__ import annotations

from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.gauges import Box, draw_distance, draw_gripper
from vinn_ros.neighbors_view.lettering import shortened, wrapped, write
from vinn_ros.neighbors_view.palette import Colour
from vinn_ros.neighbors_view.view import ActionReading, CommandReading, View
from vinn_training.contracts import ImageArray

_SIZE = 0.42
_LINE_PX = 17
_BAR_PX = 10
#: How far letters reach below their line.
_BELOW_PX = 4


def draw_facts(picture: ImageArray, box: Box, view: View) -> None:
    """Draw the column from the top of `box` down; notes take what room is left."""
    action = view.action
    y = box.y + 11
    for text, colour in _gripper_lines(action):
        y = _line(picture, box, y, text, colour)
    draw_gripper(picture, _bar(box, y), action.gripper_opening, action.gripper, action.settings)
    y += _LINE_PX + 6
    settings = action.settings
    y = _line(picture, box, y, _distance_text(view), palette.INK)
    draw_distance(
        picture, _bar(box, y), action.distance_quantile, action.hold, settings.hold_above if settings else None
    )
    y += _LINE_PX + 6
    for text, colour in _motion_lines(action, view.command):
        y = _line(picture, box, y, text, colour)
    y += 4
    for text in _bank_lines(view):
        y = _line(picture, box, y, text, palette.DIM)
    for note in view.notes:
        room = (box.y + box.height - _BELOW_PX - y) // _LINE_PX + 1
        for text in wrapped(note, box.width, _SIZE, room) if room > 0 else ():
            y = _line(picture, box, y, text, palette.NOTE)


def _bar(box: Box, y: int) -> Box:
    """Return a bar's place in the line `y`, with room for a pointer at its ends."""
    return Box(box.x + 6, y - 8, box.width - 12, _BAR_PX)


def _line(picture: ImageArray, box: Box, y: int, text: str, colour: Colour) -> int:
    """Write one line on the base line `y` and return the next one's."""
    write(picture, shortened(text, box.width, _SIZE), (box.x, y), colour, _SIZE)
    return y + _LINE_PX


def _gripper_lines(action: ActionReading) -> list[tuple[str, Colour]]:
    limits = ""
    if action.settings is not None:
        limits = f"   closes to {action.settings.close_below:.2f}, opens from {action.settings.open_above:.2f}"
    return [(f"gripper {action.gripper_opening:.2f}{limits}", palette.GRIPPER[action.gripper])]


def _distance_text(view: View) -> str:
    action = view.action
    nearest = f"nearest {action.neighbors[0].distance:.3g}" if action.neighbors else "nearest unknown"
    if view.hold_distance is not None:
        return f"{nearest}, holds above {view.hold_distance:.3g}   quantile {action.distance_quantile:.3f}"
    limit = f", holds above {action.settings.hold_above:.4g}" if action.settings is not None else ""
    return f"{nearest}   quantile {action.distance_quantile:.3f}{limit}"


def _motion_lines(action: ActionReading, command: CommandReading | None) -> list[tuple[str, Colour]]:
    right, down, forward = (float(value) for value in action.direction)
    lines = [(f"a  right {right:+.2f}  down {down:+.2f}  forward {forward:+.2f}", palette.ACTION)]
    right, down, forward = (float(value) for value in action.translation)
    temperature = f"   temperature {action.settings.temperature:g}" if action.settings is not None else ""
    lines.append((f"c*a  {right:+.2f}  {down:+.2f}  {forward:+.2f}{temperature}", palette.DIM))
    lines += [(text, palette.SENT) for text in _command_lines(action, command)]
    return lines


def _command_lines(action: ActionReading, command: CommandReading | None) -> list[str]:
    if command is None:
        return ["bridge: nothing heard"]
    if command.stopped:
        told = action.hold_reason if action.hold else command.reason  # in the banner
        return ["bridge: stopped" if told in command.reason else f"bridge: stopped, {command.reason}"]
    age_s = (action.stamp_ns - command.stamp_ns) * 1e-9
    when = f", {age_s:.1f} s earlier" if age_s >= 0.05 else ""
    x, y, z = (1e3 * value for value in command.commanded_m)
    lines = [f"sent  x {x:+.0f}  y {y:+.0f}  z {z:+.0f} mm{when}"]
    if command.clipped:
        lines.append(f"limited: {'; '.join(command.clipped)}")
    return lines


def _bank_lines(view: View) -> list[str]:
    action = view.action
    lines = [f"bank version {action.bank_version}, {action.bank_id or 'not named'}"]
    if view.neighbors:
        share = sum(item.asked.weight for item in view.neighbors)
        lines.append(f"{len(view.neighbors)} of {len(action.neighbors)} neighbours: {100 * share:.0f} % of the weight")
    return lines
