"""Bambu Lab's firmware, experimental: Marlin's words, and the few of its own that its makers' published profiles use
(OrcaSlicer resources/profiles/BBL: pause `M400 U1`, layers `M73 L` and `M991 S0 P`, `M975 S1`, `G29 A`)."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import Acceleration, Event, LayerStart, ObjectStart, Pause, PressureAdvance, Progress, number_text
from fabwright.post.controller import Labels, Lines, MotionRules, annotation, figure
from fabwright.post.extrusion import HARDEST_MM_S2, motion_rules, progress_line, shared_lines
from fabwright.post.settings import Settings
from fabwright.post.text import comment_text

#: Words allowed in the setting `after_home`: probe the bed, and keep vibrations down.
LEVELLING = ("G29", "G29 A", "M975 S1")


@dataclass(frozen=True, slots=True)
class Bambu:
    """Emitter for `bambu`; its files are 3MF packages around the program."""

    settings: Settings
    name: str = "bambu"
    extension: str = ".gcode.3mf"
    line_limit: int = 0

    def motion(self) -> MotionRules:
        """E relative, F on every move."""
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Nothing need be declared ahead."""
        return ()

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in Bambu's words."""
        remark = annotation(self.name, event, labels)
        match event:
            case LayerStart(index=index):
                return (*remark, f"M73 L{index + 1}", f"M991 S0 P{index}")
            case Acceleration(mm_s2=gain):
                return (f"M204 S{number_text(figure(self.name, event, gain, 1, HARDEST_MM_S2, 'mm/s2'), 0)}",)
            case Progress():
                return (progress_line(self.name, event),)
            case PressureAdvance(seconds=seconds):
                return (f"M900 K{number_text(figure(self.name, event, seconds, 0, 2, 's'), 4)} L1000 M10",)
            case Pause():
                return (f"; {comment_text(event.reason)}", "M400 U1")
            case _:
                return remark or shared_lines(event, self.settings, LEVELLING)
