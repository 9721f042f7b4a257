"""LinuxCNC: spindle, tool changer with length offsets, machine coordinates where it is homed."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.errors import PostError
from fabwright.model import Event, ObjectStart, ToolChange
from fabwright.post.controller import Labels, Lines, MotionRules, annotation, figure, no_word
from fabwright.post.cutting import REMEDIES, motion_rules, shared_lines
from fabwright.post.settings import Settings

_REMEDIES = REMEDIES | {
    "BeamOn": "plan beam work for a machine on grbl, which scales power with speed",
    "BeamOff": "plan beam work for a machine on grbl, which scales power with speed",
}

#: Largest spindle speed where the profile gives none, rpm.
ANY_SPEED = 200_000.0

#: Largest tool number in a tool table.
LAST_TOOL = 99_999


@dataclass(frozen=True, slots=True)
class LinuxCnc:
    """Emitter for `linuxcnc`."""

    settings: Settings
    name: str = "linuxcnc"
    extension: str = ".ngc"
    line_limit: int = 255

    def motion(self) -> MotionRules:
        """No E, G0 at the machine's own rate, arcs."""
        self.settings.positive("path_tolerance_mm", None)  # the template writes it; check it here
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Nothing need be declared ahead."""
        return ()

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in LinuxCNC's words; a tool change loads the tool's length offset at once."""
        match event:
            case ToolChange(number=number):
                if not self.settings.flag("tool_changer", False):
                    raise PostError(f"linuxcnc: ToolChange to tool {number}, but the setting 'tool_changer' is not "
                                    f"true; write one program per tool")
                figure(self.name, event, number, 1, LAST_TOOL, "as tool number")
                retract = ("G53 G0 Z0",) if self.settings.flag("homed", False) else ()
                return (*retract, f"T{number} M6", f"G43 H{number}")
            case _:
                rpm_max = self.settings.positive("rpm_max", None) or ANY_SPEED
                words = annotation(self.name, event, labels) or shared_lines(event, self.settings, rpm_max)
                if not words:
                    raise no_word(self.name, event, _REMEDIES)
                return words
