"""What every controller's emitter provides, and the words that several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fabwright.errors import PostError
from fabwright.model import Event, LayerStart, ObjectEnd, ObjectStart, Progress, Remark, RoleStart, number_text
from fabwright.post.text import comment_text

Lines = tuple[str, ...]

#: Remarks that programs look for as they stand.
MARKS = ("WIPE_START", "WIPE_END")

#: Beyond any machine, mm.
HIGHEST_MM = 100_000.0


@dataclass(frozen=True, slots=True)
class MotionRules:
    """How a controller wants moves written: `extrudes` allows E; `rapid_feed` puts F on G0; `arcs` allows G2 and G3."""

    extrudes: bool
    rapid_feed: bool
    arcs: bool
    coord_decimals: int
    feed_decimals: int


@dataclass(frozen=True, slots=True)
class Labels:
    """Names in one file: roles by index, objects by name as (number, one-word label)."""

    roles: tuple[str, ...]
    objects: Mapping[str, tuple[int, str]]


class Controller(Protocol):
    """The emitter of one controller."""

    @property
    def name(self) -> str:
        """As in the machine profile."""

    @property
    def extension(self) -> str:
        """Of its files, with the dot."""

    @property
    def line_limit(self) -> int:
        """Most characters in a line that it takes, 0 for no limit."""

    def motion(self) -> MotionRules:
        """How moves are written."""

    def opening(self, objects: tuple[ObjectStart, ...], labels: Labels) -> Lines:
        """Lines before the first event: what must be declared ahead; `objects` holds the first start of each."""

    def lines(self, event: Event, labels: Labels) -> Lines:
        """The event in this controller's words; PostError where it has none."""


def annotation(controller: str, event: Event, labels: Labels) -> Lines:
    """Comments for the events that move nothing, in the form that print hosts read; () for any other event."""
    match event:
        case LayerStart(z_mm=z, height_mm=height):
            top = number_text(figure(controller, event, z, -HIGHEST_MM, HIGHEST_MM, "mm"), 3)
            thick = number_text(figure(controller, event, height, 0, HIGHEST_MM, "mm"), 3)
            # ";BEFORE_LAYER_CHANGE" and the bare height are where Moonraker finds the height of the object
            return ";LAYER_CHANGE", f";Z:{top}", f";HEIGHT:{thick}", ";BEFORE_LAYER_CHANGE", f";{top}"
        case RoleStart(role=role, width_mm=width, height_mm=height):
            if not 0 <= role < len(labels.roles):
                raise PostError(f"{controller}: RoleStart names role {role}, but the file has {len(labels.roles)} "
                                f"roles; list the role in ToolpathFile.roles")
            kind = (f";TYPE:{comment_text(labels.roles[role])}",)
            wide = number_text(figure(controller, event, width, 0, HIGHEST_MM, "mm"), 3)
            tall = number_text(figure(controller, event, height, 0, HIGHEST_MM, "mm"), 3)
            sizes = ((";WIDTH:", wide), (";HEIGHT:", tall))
            return (*kind, *(f"{mark}{size}" for mark, size in sizes if size != "0"))
        case ObjectStart(name=name):
            number, label = labels.objects[name]
            return (f"; printing object {label} id:{number} copy 0",)
        case ObjectEnd(name=name):
            number, label = labels.objects[name]
            return (f"; stop printing object {label} id:{number} copy 0",)
        case Progress(percent=percent):
            return (f"; progress {number_text(figure(controller, event, percent, 0, 100, 'percent'), 0)}",)
        case Remark(text=text):
            return (f";{text}" if text in MARKS else f"; {comment_text(text)}",)
        case _:
            return ()


def no_word(controller: str, event: Event, remedies: Mapping[str, str]) -> PostError:
    """The refusal of an action: names the event, the controller and the remedy."""
    kind = type(event).__name__
    remedy = remedies.get(kind, "plan this job for a machine whose controller has it")
    return PostError(f"{controller} has no word for {kind}; {remedy}")


def figure(controller: str, event: Event, value: float, minimum: float, maximum: float, unit: str) -> float:
    """`value` when it lies within the limits; PostError with both otherwise (also for NaN)."""
    if not minimum <= value <= maximum:
        raise PostError(f"{controller}: {type(event).__name__} asks for {value:g} {unit}; "
                        f"it must be {minimum:g} to {maximum:g} {unit}")
    return value
