"""RepRapFirmware 3, after its G-code dictionary: Marlin's words, with traps of its own.

M106 S up to 1 is a fraction of full speed. G10 with words sets a tool's temperatures, without them it retracts. G90 and
G91 leave M82 and M83 alone. M203 and M566 are in mm/min. Lines may hold commands of its scripting language, which are
refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fabwright.replay.firmware import FirmwareReader
from fabwright.replay.limits import REPRAP_LINE_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.words import Word

SOURCE = "RepRapFirmware G-code dictionary, docs.duet3d.com"

REPRAP: dict[str, str | None] = {
    "G0": "XYZEF", "G1": "XYZEF", "G2": "XYZEFIJR", "G3": "XYZEFIJR", "G4": "PS", "G10": "PSRXYZL", "G11": "",
    "G17": "", "G21": "", "G28": "XYZ", "G29": "SKP", "G32": "P", "G90": "", "G91": "", "G92": "XYZE", "M18": "XYZES",
    "M17": "XYZES", "M25": "", "M73": "PRC", "M82": "", "M83": "", "M84": "XYZES", "M104": "STP", "M105": None,
    "M106": "SPRTBHIXLC", "M107": "P", "M109": "SRTP", "M114": None, "M115": None, "M116": "PHCS", "M117": None,
    "M118": None, "M140": "SRPH", "M141": "SRPH", "M190": "SRPH", "M191": "SRPH", "M200": "DS", "M201": "XYZETP",
    "M203": "XYZEIT", "M204": "PT", "M205": "XYZEJ", "M207": "PSRFTZ", "M220": "SBR", "M221": "SD", "M226": "",
    "M291": None, "M300": "SP", "M400": "S", "M486": None, "M566": "XYZEPJ", "M568": "PSRFAT",
    "M572": "DS", "M592": None, "M593": "PFSLHT", "M600": None, "M601": None, "M0": "HP", "M1": "HP",
    "M42": None, "M150": None, "M280": "PSI", "M401": "P", "M402": "P", "M571": None,
}
#: Commands that cannot be followed from the program alone, or that reach into files and configuration.
REFUSED = {
    "M98": "runs a file that lies on the machine, which is not read back.", "M32": "starts another program.",
    "M36": "reads a file.", "M37": "simulates instead of printing.", "M208": "changes the limits of travel.",
    "M290": "shifts the part on the machine, which is not read back.",
    "M303": "tunes a heater and changes its settings.", "M307": "changes a heater's settings.",
    "M471": "renames files.", "M505": "changes where files are looked for.",
    "M563": "redefines a tool.", "M564": "switches off the limits of travel.", "M574": "redefines an endstop.",
    "M579": "scales the axes, so no length in the program can be trusted any more.", "M584": "redefines the drives.",
    "M665": "changes the kinematics.", "M666": "changes the kinematics.", "M669": "changes the kinematics.",
    "M950": "redefines an output.", "M999": "restarts the controller.", "G18": "selects another plane than XY.",
    "G19": "selects another plane than XY.", "G53": "moves in machine coordinates.",
}
_COMMAND = re.compile(r"(?:N\s*(\d+)\s*)?([A-Z])\s*(\d+)(?:\.(\d+))?")
_SCRIPT = re.compile(r"(if|elif|else|while|break|continue|var|global|set|echo|abort|skip|param)\b|.*\{")
_TEXT = frozenset({"M117", "M118", "M291"})


class RepRapReader(FirmwareReader):
    """RepRapFirmware; settings: `firmware_retract_mm`, `home_x_mm`, ..."""

    line_max = REPRAP_LINE_MAX
    known_words = REPRAP

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        self.handlers |= {
            "G17": lambda n, w: self.rec.happen(n, "plane", 17.0), "G21": lambda n, w: self.rec.happen(n, "units", 1.0),
            "G10": self.tool_or_retract, "M568": self.tool_temperatures, "M116": self.wait_for_all,
            "M106": self.fan_by_share, "M226": self.pause, "M600": self.pause, "M601": self.pause, "M0": self.stop,
            "M1": self.stop, "M17": self.motors, "M141": lambda n, w: self.chamber(n, w, False),
            "M191": lambda n, w: self.chamber(n, w, True), "M201": self.acceleration_limits, "M566": self.speed_changes,
            "M205": self.jerk, "M572": self.advance, "M200": self.volumetric,
        }

    def line(self, number: int, text: str) -> None:
        """Execute one line; letters may be of either case."""
        body = self.command_of(number, text)
        if not body:
            return
        if len(body) > self.line_max:
            self.rec.reports.error(number, "line-too-long", f"the command has {len(body)} characters; this firmware "
                                   f"keeps {self.line_max}.", measured=len(body), limit=self.line_max)
            return
        if _SCRIPT.match(body.lower()):
            self.rec.reports.error(number, "unsupported-word", f"{body.split()[0][:24]!r} belongs to this firmware's "
                                   "scripting language, which is not read back.", source=SOURCE)
            return
        upper = body.upper()
        match = _COMMAND.match(upper)
        if match is None:
            self.unreadable(number, body)
            return
        _, letter, code, sub = match.groups()
        name = f"{letter}{int(code)}" + (f".{int(sub)}" if sub and int(sub) else "")
        rest = upper[match.end():]
        if letter == "T":
            self.tool_word(number, int(code), sub)
        elif name in _TEXT:
            self.rec.happen(number, "pause" if name == "M291" else "message", text=body[match.end():].strip())
        elif name == "M486":
            self.mark_object(number, rest)
        elif name in REFUSED:
            self.rec.reports.error(number, "unsupported-word", f"{name} {REFUSED[name]}", source=SOURCE)
        else:
            self.execute(number, name, rest)

    def unreadable(self, number: int, body: str) -> None:
        """A line that does not start with a command."""
        what = ("comments in brackets are read by this firmware only where it cuts; it would take them for a command."
                if body.startswith("(") else f"{body.split()[0][:24]!r} is not a command.")
        self.rec.reports.error(number, "unknown-word", what)

    def unknown(self, number: int, name: str) -> None:
        """G20 has a sentence of its own."""
        if name == "G20":
            self.rec.reports.error(number, "units", "the program switches to inches (G20), which is not read back.",
                                   remedy="Write the program in millimetres.")
        else:
            super().unknown(number, name)

    # Modes --------------------------------------------------------------------------------------------------------

    def set_distance(self, number: int, absolute: bool) -> None:
        """G90 and G91: the axes alone."""
        self.absolute = absolute
        self.rec.happen(number, "distance-mode", 90.0 if absolute else 91.0)

    def set_extruder_mode(self, number: int, relative: bool) -> None:
        """M82 and M83."""
        self.e_relative = relative
        self.rec.happen(number, "extruder-mode", 83.0 if relative else 82.0)

    def tool_word(self, number: int, tool: int, sub: str | None) -> None:
        """T0 and on."""
        if tool > 49 or sub:
            self.rec.reports.error(number, "unknown-word", f"T{tool} is beyond the tools this firmware can have.")
            return
        self.select_tool(number, tool)

    def motors(self, number: int, table: dict[str, Word]) -> None:
        """M17."""
        self.motors_on = True

    # Heat and fan -------------------------------------------------------------------------------------------------

    def tool_or_retract(self, number: int, table: dict[str, Word]) -> None:
        """G10: temperatures with S or R, an offset with X Y Z, else the firmware's retraction."""
        if any(letter in table for letter in "XYZL"):
            self.rec.reports.error(number, "unsupported-word", "G10 shifts a tool or the work zero, which is not read "
                                   "back.", source=SOURCE)
        elif "S" in table or "R" in table:
            self.tool_temperatures(number, table)
        elif not table:
            self.retract(number, -1.0)

    def tool_temperatures(self, number: int, table: dict[str, Word]) -> None:
        """G10 S and M568 S: the active temperature of a tool (P, else the selected one), not waited for."""
        if "S" in table:
            tool = int(self.value(table, "P", float(self.tool)))
            self.set_nozzle(number, self.value(table, "S", 0.0), False, tool)
        if self.value(table, "A", 2.0) == 0.0:
            self.set_nozzle(number, 0.0, False, int(self.value(table, "P", float(self.tool))))

    def wait_for_all(self, number: int, table: dict[str, Word]) -> None:
        """M116: every heater that is on has reached its target."""
        for tool in sorted(self.nozzles):
            if self.nozzles[tool].target_c > 0:
                self.set_nozzle(number, self.nozzles[tool].target_c, True, tool)
        if self.bed.target_c > 0:
            self.set_bed(number, self.bed.target_c, True)
        self.rec.happen(number, "wait")

    def fan_by_share(self, number: int, table: dict[str, Word]) -> None:
        """M106: S up to 1 is a fraction, above it of 255; without S it configures a fan."""
        level = self.value(table, "S", 0.0) if "S" in table else None
        if level is None:
            return
        if not 0 <= level <= 255:
            self.rec.reports.error(number, "bad-number", f"M106 S{level:g} is outside 0..255.", measured=level,
                                   limit=255)
            level = min(max(level, 0.0), 255.0)
        self.set_fan(number, level if level <= 1 else level / 255.0, int(self.value(table, "P", 0.0)))

    def chamber(self, number: int, table: dict[str, Word], wait: bool) -> None:
        """M141 and M191."""
        celsius = self.need(number, "M191" if wait else "M141", table, "SR")
        if celsius is not None:
            self.rec.happen(number, "chamber-wait" if wait else "chamber-set", celsius)

    # Motion limits, objects, ends ---------------------------------------------------------------------------------

    def acceleration_limits(self, number: int, table: dict[str, Word]) -> None:
        """M201: the largest acceleration of each axis."""
        for letter in "XYZE":
            if letter in table:
                self.rec.happen(number, "acceleration", self.value(table, letter, 0.0), letter)

    def speed_changes(self, number: int, table: dict[str, Word]) -> None:
        """M566, mm/min."""
        for letter in "XYZE":
            if letter in table:
                self.rec.happen(number, "jerk", self.value(table, letter, 0.0) / 60.0, letter)

    def jerk(self, number: int, table: dict[str, Word]) -> None:
        """M205, mm/s."""
        for letter in "XYZE":
            if letter in table:
                self.rec.happen(number, "jerk", self.value(table, letter, 0.0), letter)

    def advance(self, number: int, table: dict[str, Word]) -> None:
        """M572 D drive S seconds."""
        if "S" in table:
            self.rec.happen(number, "pressure-advance", self.value(table, "S", 0.0))

    def volumetric(self, number: int, table: dict[str, Word]) -> None:
        """M200 D above 0 turns E words into volumes."""
        if self.value(table, "D", 0.0) > 0 or self.value(table, "S", 0.0) > 0:
            self.rec.reports.error(number, "unsupported-word", "M200 turns E words into volumes, which are not read.",
                                   remedy="Write E as lengths of filament.")

    def stop(self, number: int, table: dict[str, Word]) -> None:
        """M0 and M1 end the print here: heaters off, then stop.g or sleep.g of the machine."""
        self.rec.happen(number, "program-end")
        for tool in sorted(self.nozzles):
            self.set_nozzle(number, 0.0, False, tool)
        self.set_bed(number, 0.0, False)

    def mark_object(self, number: int, rest: str) -> None:
        """M486: S index starts an object (-1 ends it), A its name, T how many there are; P and C leave one out."""
        if re.match(r"\s*[PCU]", rest):
            self.rec.reports.error(number, "forbidden-word", "M486 with P, U or C leaves out an object or takes it "
                                   "back in.", remedy="Remove M486.", source=SOURCE)
            return
        match = re.search(r"S\s*(-?\d+)", rest.partition('"')[0])
        if match:
            index = int(match.group(1))
            self.rec.happen(number, "object-start" if index >= 0 else "object-end", float(index), str(index))
