"""RepRapFirmware (Duet boards), after its G-code dictionary: Marlin's words where they mean the same, its own for fan,
pressure advance, pauses and objects."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import (
    Acceleration,
    Event,
    Fan,
    ObjectEnd,
    ObjectStart,
    Pause,
    PressureAdvance,
    Progress,
    number_text,
)
from fabwright.post.controller import Labels, Lines, MotionRules, annotation, figure
from fabwright.post.extrusion import HARDEST_MM_S2, labels_objects, motion_rules, progress_line, shared_lines
from fabwright.post.settings import Settings
from fabwright.post.text import comment_text

#: Words that level the bed, allowed in the setting `after_home`: bed.g, a new mesh, the mesh as stored, z once more.
LEVELLING = ("G32", "G29", "G29 S1", "G28 Z")


@dataclass(frozen=True, slots=True)
class RepRap:
    """Emitter for `reprap`."""

    settings: Settings
    name: str = "reprap"
    extension: str = ".gcode"
    line_limit: int = 250

    def motion(self) -> MotionRules:
        """E relative, F on every move."""
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """How many objects can be cancelled."""
        return (f"M486 T{len(objects)}",) if objects and labels_objects(self.settings) else ()

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in RepRapFirmware's words."""
        remark = annotation(self.name, event, labels)
        match event:
            case Fan(fraction=fraction):
                # S up to 1 is a fraction here, so 1 of 255 would be full speed: a fraction says it either way.
                blow = number_text(figure(self.name, event, fraction, 0, 1, "of full speed"), 3)
                return (f"M106 S{blow}" if blow != "0" else "M107",)
            case Acceleration(mm_s2=gain, travel_mm_s2=travel):
                printing, moving = (number_text(figure(self.name, event, a, 1, HARDEST_MM_S2, "mm/s2"), 0)
                                    for a in (gain, travel or gain))
                return (f"M204 P{printing} T{moving}",)
            case Progress():
                return (progress_line(self.name, event),)
            case PressureAdvance(seconds=seconds):
                return (f"M572 D0 S{number_text(figure(self.name, event, seconds, 0, 2, 's'), 4)}",)
            case Pause():
                return (f"; {comment_text(event.reason)}",
                        self.settings.word("pause_word", "M226", ("M226", "M600")))
            case ObjectStart(name=name) if labels_objects(self.settings):
                number, label = labels.objects[name]
                return (*remark, f'M486 S{number} A"{label}"')
            case ObjectEnd() if labels_objects(self.settings):
                return ("M486 S-1", *remark)
            case _:
                return remark or shared_lines(event, self.settings, LEVELLING)
