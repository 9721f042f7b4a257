"""Words that GRBL and LinuxCNC share: spindle, air, waiting."""

from __future__ import annotations

from fabwright.errors import PostError
from fabwright.model import AirAssist, Dwell, Event, SpindleOff, SpindleOn, number_text
from fabwright.post.controller import Lines, MotionRules, figure
from fabwright.post.settings import Settings

#: Remedies for the actions neither controller has a word for.
REMEDIES = {
    "NozzleTemperature": "extrusion needs a printer, on marlin or klipper",
    "BedTemperature": "extrusion needs a printer, on marlin or klipper",
    "Fan": "a part cooling fan needs a printer; air on the cut is AirAssist",
    "PressureAdvance": "extrusion needs a printer, on marlin or klipper",
    "Home": "the operator homes the machine and sets the work zero before the run",
    "MotorsOff": "leave it out: the end of the program is M2 and the operator releases the axes",
}

#: Longest wait in one line, s.
LONGEST_DWELL_S = 3600.0


def motion_rules(settings: Settings) -> MotionRules:
    """No E, no F on G0, arcs in the XY plane."""
    return MotionRules(extrudes=False, rapid_feed=False, arcs=True,
                       coord_decimals=settings.count("coord_decimals", 3, 1, 4),
                       feed_decimals=settings.count("feed_decimals", 1, 0, 3))


def shared_lines(event: Event, settings: Settings, rpm_max: float) -> Lines:
    """The event in the words both controllers know; () for others. No spindle turns faster than `rpm_max`."""
    name = settings.controller
    match event:
        case SpindleOn(rpm=rpm, dwell_s=dwell):
            speed = number_text(figure(name, event, rpm, 1, rpm_max, "rpm"), 0)
            wait = number_text(figure(name, event, dwell, 0, LONGEST_DWELL_S, "s of dwell"), 3)
            return (f"M3 S{speed}",) if wait == "0" else (f"M3 S{speed}", f"G4 P{wait}")
        case SpindleOff():
            return ("M5",)
        case Dwell(seconds=seconds):
            return (f"G4 P{number_text(figure(name, event, seconds, 0, LONGEST_DWELL_S, 's'), 3)}",)
        case AirAssist(on=on):
            word = settings.word("air_assist_word", "", ("M7", "M8"))
            if not word:
                raise PostError(f"{name}: AirAssist needs the setting 'air_assist_word' (M7 or M8); add it to the "
                                f"[controller] table of the machine profile, or plan without air assist")
            return (word if on else "M9",)
        case _:
            return ()
