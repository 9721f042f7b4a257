"""GRBL 1.1: a beam or one spindle, no tool changer, short lines."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import BeamOff, BeamOn, Event, ObjectStart, number_text
from fabwright.post.controller import Labels, Lines, MotionRules, annotation, figure, no_word
from fabwright.post.cutting import REMEDIES, motion_rules, shared_lines
from fabwright.post.settings import Settings

_REMEDIES = REMEDIES | {"ToolChange": "GRBL has no tool changer: write one program per tool"}

#: Largest S where the profile gives none.
ANY_SPEED = 200_000.0


@dataclass(frozen=True, slots=True)
class Grbl:
    """Emitter for `grbl`."""

    settings: Settings
    name: str = "grbl"
    extension: str = ".nc"
    line_limit: int = 79  # its buffer holds 80 with the terminator

    def motion(self) -> MotionRules:
        """No E, G0 at the machine's own rate, arcs."""
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Nothing need be declared ahead."""
        return ()

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in GRBL's words."""
        match event:
            case BeamOn(power_w=power, dynamic=dynamic):
                s_max = self.settings.required("s_max", "BeamOn")
                power_max = self.settings.required("power_max_w", "BeamOn")
                share = figure(self.name, event, power, 0, power_max, "W") / power_max
                value = number_text(share * s_max, 1)
                if value == "0":
                    figure(self.name, event, power, power_max / s_max, power_max, "W")
                return (f"{'M4' if dynamic else 'M3'} S{value}",)
            case BeamOff():
                return ("M5",)
            case _:
                words = annotation(self.name, event, labels) or shared_lines(
                    event, self.settings, self.settings.positive("s_max", None) or ANY_SPEED)
                if not words:
                    raise no_word(self.name, event, _REMEDIES)
                return words
