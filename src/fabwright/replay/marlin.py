"""Marlin 2 and Prusa's Buddy firmware, after the Marlin G-code reference and Prusa's list of Buddy commands.

`G90` and `G91` set the E axis too and cancel an earlier M82 or M83: the reference says of G90 that it covers the
extruder, and in both firmwares the word resets the extruder's own mode.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fabwright.replay.firmware import FirmwareReader
from fabwright.replay.limits import MARLIN_LINE_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.words import Word

SOURCE = "Marlin G-code reference, marlinfw.org/meta/gcode"

#: Commands of every Marlin 2, with the letters each takes; None where a text or a free list follows.
MARLIN: dict[str, str | None] = {
    "G0": "XYZEF", "G1": "XYZEF", "G2": "XYZEFIJR", "G3": "XYZEFIJR", "G4": "PS", "G10": "S", "G11": "", "G12": None,
    "G17": "", "G21": "", "G27": "P", "G28": "XYZWLORCIPNDQ", "G29": None, "G34": None, "G42": None, "G80": None,
    "G90": "", "G91": "", "G92": "XYZE", "M0": None, "M1": None, "M17": "XYZE", "M18": "XYZES", "M25": "", "M31": "",
    "M73": "PRCQSD", "M75": None, "M76": None, "M77": None, "M78": None, "M82": "", "M83": "", "M84": "XYZES",
    "M85": "S", "M104": "STBF", "M105": "T", "M106": "PSTRAB", "M107": "P", "M108": "", "M109": "SRTBFC", "M110": "N",
    "M111": "S", "M113": "S", "M114": None, "M115": None, "M117": None, "M118": None, "M119": "", "M140": "SI",
    "M141": "S", "M145": "SBFH", "M150": None, "M155": "S", "M190": "SRIT", "M191": "SR", "M200": "DTS",
    "M201": "XYZETFSP", "M203": "XYZETSP", "M204": "PRTS", "M205": "XYZEBSTJP", "M207": "SFZW", "M208": "SFWR",
    "M209": "S", "M211": "S", "M217": None, "M220": "SBR", "M221": "ST", "M226": None, "M240": None, "M280": "PS",
    "M300": "PSD", "M301": None, "M304": "PID", "M350": None, "M355": "SP", "M400": "", "M401": None, "M402": None,
    "M403": None, "M412": "SDRH", "M413": "S", "M420": "SLVZTC", "M425": None, "M486": None, "M503": "S",
    "M569": "SXYZET", "M593": "XYDFT", "M600": None, "M603": "TUL", "M701": None, "M702": None, "M900": "KLST",
    "M906": "XYZEIT", "M907": None, "M911": None, "M913": None, "M914": None,
}
#: What Prusa's Buddy firmware has besides.
PRUSA: dict[str, str | None] = {
    "G64": None, "G162": None, "M74": "W", "M104.1": None, "M142": "S", "M555": "XYWH", "M556": None, "M557": None,
    "M572": "SWD", "M574": None, "M591": None, "M592": None, "M601": None, "M602": None, "M704": None, "M705": None,
    "M706": None, "M707": None, "M708": None, "M709": None, "M862.1": None, "M862.2": None, "M862.3": None,
    "M862.4": None, "M862.5": None, "M862.6": None, "M863": None, "M864": None, "M865": None, "M870": None,
    "M919": None, "M930": None, "M931": None, "M932": None, "M950": None, "M951": None, "M958": None, "M959": None,
    "M970": None, "M971": None, "M972": None, "M973": None, "M974": None, "M975": None, "M976": None, "M977": None,
    "P0": None,
}
#: Commands Marlin has that cannot be followed from the program alone.
REFUSED = {
    "G5": "is a Bezier curve, which is not read back.", "G18": "selects another plane than XY.",
    "G19": "selects another plane than XY.", "G26": "prints a pattern of the firmware's own.",
    "G53": "moves in machine coordinates.", "M218": "shifts the coordinates of a tool.",
    "M303": "tunes a heater and changes its settings.", "M665": "changes the kinematics.",
    "M666": "changes the kinematics.", "M3": "switches an output this printer is not known to have.",
    "M4": "switches an output this printer is not known to have.",
}
_COMMAND = re.compile(r"(?:N\s*(\d+)\s*)?([A-Z])\s*(\d+)(?:\.(\d+))?")
_TEXT = frozenset({"M117", "M118", "M0", "M1"})
#: Lowest M302 S taken for a guard still. Source: Prusa's own start code has S160 for the MK4 and S155 for the Core One.
COLD_GUARD_C = 155.0


class MarlinReader(FirmwareReader):
    """Marlin 2; settings: `flavour` "prusa" or "marlin2", `inch_mode`, `firmware_retract_mm`, `home_x_mm`, ..."""

    line_max = MARLIN_LINE_MAX

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        self.prusa = settings.get("flavour") == "prusa"
        self.known_words = dict(MARLIN)
        if self.prusa:
            self.known_words |= PRUSA
        if settings.get("inch_mode"):
            self.known_words |= {"G20": ""}
        # Whether the last of M82 and M83 was M83, and the line of the G90 that has cancelled it since.
        self._wanted_relative = False
        self._overridden = 0
        self.handlers |= {
            "G20": lambda n, w: self.set_unit(n, 25.4), "G21": lambda n, w: self.set_unit(n, 1.0),
            "G17": lambda n, w: self.rec.happen(n, "plane", 17.0), "M1": self.pause, "M600": self.pause,
            "M601": self.pause, "M17": self.motors, "M141": lambda n, w: self.chamber(n, w, False),
            "M191": lambda n, w: self.chamber(n, w, True), "M205": self.jerk, "M201": self.acceleration_limits,
            "M900": lambda n, w: self.advance(n, w, "K"), "M572": lambda n, w: self.advance(n, w, "S"),
            "M200": self.volumetric, "M211": self.soft_endstops,
        }

    def line(self, number: int, text: str) -> None:
        """Execute one line."""
        body, semicolon, comment = text.partition(";")
        body = body.strip()
        if not body:
            if semicolon:
                self.rec.marks.comment(number, comment.strip())
            return
        body = self.checksum(number, body)
        if len(body) > self.line_max:
            self.rec.reports.error(number, "line-too-long", f"the command has {len(body)} characters; this firmware "
                                   f"keeps {self.line_max} and would cut it.", measured=len(body), limit=self.line_max)
            return
        match = _COMMAND.match(body)
        if match is None:
            self.unreadable(number, body)
            return
        _, letter, code, sub = match.groups()
        name = f"{letter}{int(code)}" + (f".{int(sub)}" if sub and int(sub) else "")
        rest = body[match.end():]
        if letter == "T":
            self.tool_word(number, int(code))
        elif name in _TEXT:
            self.message(number, name, rest)
        elif name == "M486":
            self.cancel_object(number, rest)
        elif name in REFUSED:
            self.rec.reports.error(number, "unsupported-word", f"{name} {REFUSED[name]}")
        else:
            self.execute(number, name, rest)

    def checksum(self, number: int, body: str) -> str:
        """Without `*nn`; an error where it does not fit the line (exclusive or of all characters before it)."""
        head, star, tail = body.rpartition("*")
        if not star or not tail.strip().isdigit() or not body.startswith("N"):
            return body
        total = 0
        for character in head:
            total ^= ord(character) & 255
        if total != int(tail):
            self.rec.reports.error(number, "checksum", f"the checksum is {int(tail)}, but the line gives {total}: the "
                                   "line is damaged.", measured=float(total), limit=float(tail))
        return head.rstrip()

    def unreadable(self, number: int, body: str) -> None:
        """A line that does not start with a command."""
        token = body.split()[0][:24]
        if body.startswith("("):
            what = "comments in brackets are not read by this firmware; it would take them for a command."
        elif body[0].islower():
            what = f"{token!r} is in lower case, which this firmware does not read."
        elif body.startswith("$"):
            what = f"{token!r} is a setting, which a program must not change."
        else:
            what = f"{token!r} is not a command."
        self.rec.reports.error(number, "unknown-word", what)

    def tool_word(self, number: int, tool: int) -> None:
        """T0 and on."""
        if tool > 15:
            self.rec.reports.error(number, "unknown-word", f"T{tool} is beyond the 16 tools a firmware can have.")
            return
        self.select_tool(number, tool)

    def message(self, number: int, name: str, rest: str) -> None:
        """Commands that carry a text."""
        self.rec.happen(number, "message" if name in ("M117", "M118") else "pause", text=rest.strip())

    def tolerated(self, number: int, name: str, rest: str) -> bool:
        """Prusa's own start code lowers the guard to where nothing molten is pushed yet; that still guards."""
        match = re.fullmatch(r"\s*S\s*(\d+(?:\.\d*)?)\s*", rest)
        if name != "M302" or not self.prusa or match is None or float(match.group(1)) < COLD_GUARD_C:
            return False
        self.rec.reports.warning(number, "cold-guard", f"M302 lowers the guard against pushing cold feedstock to "
                                 f"{float(match.group(1)):g} degrees C.")
        self.known_words = {**self.known_words, "M302": "SP"}
        return True

    def unknown(self, number: int, name: str) -> None:
        """G20 has a sentence of its own."""
        if name == "G20":
            self.rec.reports.error(number, "units", "G20 (inches) is not compiled into this firmware, so the numbers "
                                   "that follow would be taken as millimetres.",
                                   remedy="Write the program in millimetres.", source=SOURCE)
        else:
            super().unknown(number, name)

    def set_unit(self, number: int, unit: float) -> None:
        """G20 and G21."""
        if unit != 1.0:
            self.rec.reports.warning(number, "units", "the program switches to inches (G20).")
        self.unit = unit
        self.rec.happen(number, "units", unit)

    def set_distance(self, number: int, absolute: bool) -> None:
        """G90 and G91 hold for E as well."""
        self._overridden = number if absolute and self._wanted_relative else 0
        self.absolute, self.e_relative = absolute, not absolute
        self.rec.happen(number, "distance-mode", 90.0 if absolute else 91.0)

    def set_extruder_mode(self, number: int, relative: bool) -> None:
        """M82 and M83 hold until the next G90 or G91."""
        self.e_relative, self._wanted_relative, self._overridden = relative, relative, 0
        self.rec.happen(number, "extruder-mode", 83.0 if relative else 82.0)

    def note_extrusion(self, number: int) -> None:
        """An E word after G90 undid M83."""
        if self._overridden:
            self.rec.reports.error(
                number, "extruder-mode", f"E is absolute here: G90 in line {self._overridden} cancelled the M83 before "
                "it, so relative lengths would be read as positions.", remedy="Repeat M83 after G90.", source=SOURCE)
            self._overridden, self._wanted_relative = 0, False

    def motors(self, number: int, table: dict[str, Word]) -> None:
        """M17."""
        self.motors_on = True

    def chamber(self, number: int, table: dict[str, Word], wait: bool) -> None:
        """M141 and M191."""
        celsius = self.need(number, "M191" if wait else "M141", table, "SR")
        if celsius is not None:
            self.rec.happen(number, "chamber-wait" if wait else "chamber-set", celsius)

    def jerk(self, number: int, table: dict[str, Word]) -> None:
        """M205."""
        for letter in "XYZEJ":
            if letter in table:
                self.rec.happen(number, "jerk", self.value(table, letter, 0.0), letter)

    def acceleration_limits(self, number: int, table: dict[str, Word]) -> None:
        """M201: the largest acceleration of each axis."""
        for letter in "XYZE":
            if letter in table:
                self.rec.happen(number, "acceleration", self.value(table, letter, 0.0), letter)

    def advance(self, number: int, table: dict[str, Word], letter: str) -> None:
        """Linear advance (M900 K) or pressure advance (M572 S)."""
        if letter in table:
            self.rec.happen(number, "pressure-advance", self.value(table, letter, 0.0))

    def volumetric(self, number: int, table: dict[str, Word]) -> None:
        """M200 D above 0 turns E words into volumes."""
        if self.value(table, "D", 0.0) > 0:
            self.rec.reports.error(number, "unsupported-word", "M200 turns E words into volumes, which are not read.",
                                   remedy="Write E as lengths of filament.")

    def soft_endstops(self, number: int, table: dict[str, Word]) -> None:
        """M211 S0 removes the limits of travel."""
        if "S" in table and self.value(table, "S", 1.0) == 0:
            self.rec.reports.error(number, "forbidden-word", "M211 S0 switches off the firmware's limits of travel.",
                                   remedy="Remove M211.")

    def cancel_object(self, number: int, rest: str) -> None:
        """M486: S index starts an object (-1 ends it), A its name, T how many there are."""
        match = re.search(r"S\s*(-?\d+)", rest)
        if match:
            index = int(match.group(1))
            self.rec.happen(number, "object-start" if index >= 0 else "object-end", float(index), str(index))
