"""Marlin 2 and Prusa's firmware, which grew from it."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.model import Event, ObjectEnd, ObjectStart, Pause, PressureAdvance, Progress, number_text
from fabwright.post.controller import Labels, Lines, MotionRules, annotation, figure, no_word
from fabwright.post.extrusion import REMEDIES, labels_objects, motion_rules, progress_line, shared_lines
from fabwright.post.settings import Settings
from fabwright.post.text import comment_text

#: Words that level the bed, allowed in the setting `after_home`.
LEVELLING = ("G29", "M420 S1")


@dataclass(frozen=True, slots=True)
class Marlin:
    """Emitter for `marlin`."""

    settings: Settings
    name: str = "marlin"
    extension: str = ".gcode"
    line_limit: int = 0

    def motion(self) -> MotionRules:
        """E relative, F on every move."""
        return motion_rules(self.settings)

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Nothing need be declared ahead."""
        return ()

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in Marlin's words."""
        remark = annotation(self.name, event, labels)
        match event:
            case Progress():
                return (progress_line(self.name, event),)
            case PressureAdvance(seconds=seconds):
                prusa = self.settings.word("flavour", "marlin2", ("prusa", "marlin2")) == "prusa"
                word = self.settings.word("pressure_advance_word", "M572" if prusa else "M900", ("M572", "M900"))
                return (f"{word} {'S' if word == 'M572' else 'K'}"
                        f"{number_text(figure(self.name, event, seconds, 0, 2, 's'), 4)}",)
            case Pause():
                word = self.settings.word("pause_word", "", ("M0", "M600", "M601"))
                if not word:
                    raise no_word(self.name, event, REMEDIES)
                return (f"; {comment_text(event.reason)}", word)
            case ObjectStart(name=name) if labels_objects(self.settings):
                number, label = labels.objects[name]
                return (*remark, f"M486 S{number}", f"M486 A{label}")
            case ObjectEnd() if labels_objects(self.settings):
                return ("M486 S-1", *remark)
            case _:
                return remark or shared_lines(event, self.settings, LEVELLING)
