"""Klipper: Marlin's words for heat and fan, its own extended commands for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import Event, ObjectEnd, ObjectStart, Pause, PressureAdvance, Progress, number_text
from fabwright.post.controller import HIGHEST_MM, Labels, Lines, MotionRules, annotation, figure
from fabwright.post.extrusion import motion_rules, progress_line, shared_lines
from fabwright.post.settings import Settings
from fabwright.post.text import comment_text

#: Commands that level the bed, allowed in the setting `after_home`.
LEVELLING = ("QUAD_GANTRY_LEVEL", "Z_TILT_ADJUST", "BED_MESH_CALIBRATE", "BED_MESH_PROFILE LOAD=default", "G28 Z")


@dataclass(frozen=True, slots=True)
class Klipper:
    """Emitter for `klipper`; only commands of its core and of sections the profile names."""

    settings: Settings
    name: str = "klipper"
    extension: str = ".gcode"
    line_limit: int = 0

    def motion(self) -> MotionRules:
        """E relative, F on every move."""
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Objects, declared before any of them starts."""
        if not self.settings.flag("exclude_object", True):
            return ()
        return tuple(_definition(event, labels) for event in objects)

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in Klipper's words."""
        remark = annotation(self.name, event, labels)
        match event:
            case Progress() if self.settings.flag("progress", False):
                return (progress_line(self.name, event),)
            case PressureAdvance(seconds=seconds):
                value = number_text(figure(self.name, event, seconds, 0, 2, "s"), 4)
                return (f"SET_PRESSURE_ADVANCE ADVANCE={value}",)
            case Pause() if self.settings.flag("pause", False):
                return (f"; {comment_text(event.reason)}", "PAUSE")
            case ObjectStart(name=name) if self.settings.flag("exclude_object", True):
                return (*remark, f"EXCLUDE_OBJECT_START NAME={labels.objects[name][1]}")
            case ObjectEnd(name=name) if self.settings.flag("exclude_object", True):
                return (f"EXCLUDE_OBJECT_END NAME={labels.objects[name][1]}", *remark)
            case _:
                return remark or shared_lines(event, self.settings, LEVELLING)


def _definition(event: ObjectStart, labels: Labels) -> str:
    def place(value: float) -> str:
        return number_text(figure("klipper", event, value, -HIGHEST_MM, HIGHEST_MM, "mm"), 3)

    x, y = (place(v) for v in event.centre_mm)
    outline = ",".join(f"[{place(px)},{place(py)}]" for px, py in event.outline)
    polygon = f" POLYGON=[{outline}]" if outline else ""
    return f"EXCLUDE_OBJECT_DEFINE NAME={labels.objects[event.name][1]} CENTER={x},{y}{polygon}"
