"""Words that the firmwares of printers share: heat, fan, homing, waiting, progress."""

from __future__ import annotations

from fabwright.errors import PostError
from fabwright.model import (
    Acceleration,
    BedTemperature,
    Dwell,
    Event,
    Fan,
    Home,
    MotorsOff,
    NozzleTemperature,
    Progress,
    number_text,
)
from fabwright.post.controller import Lines, MotionRules, figure, no_word
from fabwright.post.settings import Settings

#: Remedies for the actions these controllers have no word for.
REMEDIES = {
    "BeamOn": "beam work needs a machine with a beam, such as one on grbl",
    "BeamOff": "beam work needs a machine with a beam, such as one on grbl",
    "AirAssist": "air assist needs a machine with a beam or a spindle; the part cooling fan is Fan",
    "SpindleOn": "cutting needs a machine with a spindle, on grbl or linuxcnc",
    "SpindleOff": "cutting needs a machine with a spindle, on grbl or linuxcnc",
    "ToolChange": "plan the job with one nozzle",
    "Pause": "say how this machine pauses ([controller] pause_word, or pause = true), or order no pauses",
}

#: Above any hot end and bed on the market; the machine's own limit is the machine class's to check.
HOTTEST_C = 500.0

#: Longest wait in one line, s.
LONGEST_DWELL_S = 3600.0

#: Above any printer's motors, mm/s2.
HARDEST_MM_S2 = 100_000.0


def motion_rules(settings: Settings) -> MotionRules:
    """E allowed, F on every move, arcs only where the profile says so."""
    return MotionRules(extrudes=True, rapid_feed=True, arcs=settings.flag("arcs", False),
                       coord_decimals=settings.count("coord_decimals", 3, 1, 4),
                       feed_decimals=settings.count("feed_decimals", 0, 0, 3))


def progress_line(controller: str, event: Progress) -> str:
    """M73: percent done and minutes left."""
    done = number_text(figure(controller, event, event.percent, 0, 100, "percent"), 0)
    return f"M73 P{done} R{number_text(figure(controller, event, event.remaining_s, 0, 1e7, 's') / 60, 0)}"


def labels_objects(settings: Settings) -> bool:
    """Whether the profile says that the firmware takes M486, the label of the object being printed."""
    return settings.word("object_words", "", ("M486",)) == "M486"


def shared_lines(event: Event, settings: Settings, levelling: tuple[str, ...]) -> Lines:
    """The event in the words all of them know; PostError for others. `levelling` words may follow a full homing."""
    name = settings.controller
    match event:
        case NozzleTemperature(celsius=celsius, wait=wait):
            figure(name, event, celsius, 0, HOTTEST_C, "degrees C")
            return (f"{'M109' if wait and celsius > 0 else 'M104'} S{number_text(celsius, 0)}",)
        case BedTemperature(celsius=celsius, wait=wait):
            figure(name, event, celsius, 0, HOTTEST_C, "degrees C")
            return (f"{'M190' if wait and celsius > 0 else 'M140'} S{number_text(celsius, 0)}",)
        case Fan(fraction=fraction):
            duty = round(figure(name, event, fraction, 0, 1, "of full speed") * 255)
            return (f"M106 S{duty}" if duty else "M107",)
        case Home(axes=axes):
            if set(axes.upper()) - set("XYZ"):
                raise PostError(f"{name}: Home names the axes {axes!r}; they are X, Y and Z, or none for all")
            wanted = " ".join(axis for axis in "XYZ" if axis in axes.upper())
            return (f"G28 {wanted}",) if wanted else ("G28", *settings.words("after_home", levelling))
        case Dwell(seconds=seconds):
            return (f"G4 P{number_text(figure(name, event, seconds, 0, LONGEST_DWELL_S, 's') * 1000, 0)}",)
        case Acceleration(mm_s2=gain, travel_mm_s2=travel):
            printing = number_text(figure(name, event, gain, 1, HARDEST_MM_S2, "mm/s2"), 0)
            if not travel or name == "klipper":
                return (f"M204 S{printing}",)
            return (f"M204 P{printing} T{number_text(figure(name, event, travel, 1, HARDEST_MM_S2, 'mm/s2'), 0)}",)
        case MotorsOff():
            return ("M84",)
        case _:
            raise no_word(name, event, REMEDIES)
