"""Single actions in a controller's words, for programs that another planner writes."""

from __future__ import annotations

from collections.abc import Sequence

from fabwright.errors import PostError
from fabwright.model import Dialect, Event, number_text
from fabwright.post.controller import Labels
from fabwright.post.program import controller_of

Target = tuple[float | None, float | None, float | None]


def action_lines(actions: Sequence[Event | Target], dialect: Dialect, feed_mm_min: float) -> tuple[str, ...]:
    """Lines for events, and for straight moves to the coordinates given in triples (mm, absolute).

    Raises PostError where the controller has no word for an event, or a triple names no coordinate.
    """
    controller = controller_of(dialect)
    rules = controller.motion()
    lines: list[str] = []
    for action in actions:
        if not isinstance(action, tuple):
            lines += controller.lines(action, Labels((), {}))
            continue
        words = [f"{axis}{number_text(value, rules.coord_decimals)}"
                 for axis, value in zip("XYZ", action, strict=True) if value is not None]
        if not words:
            raise PostError(f"{dialect.controller}: a move must name a coordinate")
        lines.append(f"G1 {' '.join(words)} F{number_text(feed_mm_min, rules.feed_decimals)}")
    return tuple(lines)
