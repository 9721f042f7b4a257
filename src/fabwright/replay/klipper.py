"""Klipper, after its G-Codes reference: classic commands by letters, extended ones by NAME=value.

`G90` and `G91` leave M82 and M83 alone, but E is relative whenever either mode is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from fabwright.replay.commands import AXES
from fabwright.replay.firmware import FirmwareReader
from fabwright.replay.limits import KLIPPER_LINE_MAX, NUMBER_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.words import Word

SOURCE = "Klipper G-Codes reference, klipper3d.org/G-Codes.html"

KLIPPER: dict[str, str | None] = {
    "G0": "XYZEF", "G1": "XYZEF", "G2": "XYZEFIJ", "G3": "XYZEFIJ", "G4": "P", "G10": "", "G11": "", "G17": "",
    "G21": "", "G28": "XYZ", "G90": "", "G91": "", "G92": "XYZE", "M18": "", "M84": "", "M25": "", "M73": "PR",
    "M82": "", "M83": "",
    "M104": "ST", "M105": "", "M106": "S", "M107": "", "M109": "ST", "M110": None, "M114": "", "M115": "", "M117": None,
    "M118": None, "M119": "", "M140": "S", "M190": "S", "M204": "SPT", "M220": "S", "M221": "S", "M400": "",
}
#: Extended commands that change nothing a trace holds.
QUIET = frozenset({
    "BED_MESH_CLEAR", "BED_MESH_PROFILE", "EXCLUDE_OBJECT_DEFINE", "GET_POSITION", "QUERY_ENDSTOPS",
    "SET_FILAMENT_SENSOR", "SET_FAN_SPEED", "SET_IDLE_TIMEOUT", "SET_INPUT_SHAPER", "SET_LED", "SET_LED_TEMPLATE",
    "SET_DISPLAY_GROUP", "SET_GCODE_VARIABLE", "SET_PIN", "SET_PRINT_STATS_INFO", "SET_RETRACTION", "SET_SERVO",
    "SET_SKEW", "SKEW_PROFILE", "STATUS", "UPDATE_DELAYED_GCODE",
    # Calibrations that end with a homed machine; the program sets the axes again by its next absolute move.
    "BED_MESH_CALIBRATE", "QUAD_GANTRY_LEVEL", "Z_TILT_ADJUST", "SCREWS_TILT_CALCULATE",
})
KLIPPER_FORBIDDEN = {
    "SAVE_CONFIG": "rewrites the machine's configuration and restarts it.", "RESTART": "restarts the controller.",
    "FIRMWARE_RESTART": "restarts the controller.", "FORCE_MOVE": "moves an axis without limits or homing.",
    "SET_KINEMATIC_POSITION": "declares an axis homed that is not.", "EXCLUDE_OBJECT": "leaves out an object.",
    "SET_EXTRUDER_ROTATION_DISTANCE": "changes how much feedstock a turn pushes.", "DEBUG_WRITE": "writes to a chip.",
    "PID_CALIBRATE": "tunes a heater and changes its settings.", "CANCEL_PRINT": "cancels the print.",
}
_EXTENDED = re.compile(r"[A-Z_][A-Z_]\w*")
_COMMAND = re.compile(r"(?:N\s*\d+\s*)?([A-Z])\s*(\d+)(?:\.(\d+))?")
_TEXT = frozenset({"M117", "M118"})
Extended = Callable[[int, dict[str, str]], None]


class KlipperReader(FirmwareReader):
    """Klipper; settings: `macros` (comma list of the printer's own commands), `gcode_arcs` (default true),
    `firmware_retract_mm`, `home_x_mm`, ..."""

    line_max = KLIPPER_LINE_MAX
    known_words = KLIPPER

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        names = str(settings.get("macros", "")).split(",")
        self.macros = frozenset(name.strip().upper() for name in names if name.strip())
        self.e_words_relative = False
        self.saved: dict[str, tuple[bool, bool, list[float], float, float, float, float, float]] = {}
        self.handlers |= {"G17": lambda n, w: self.rec.happen(n, "plane", 17.0),
                          "G21": lambda n, w: self.rec.happen(n, "units", 1.0)}
        self.extended: dict[str, Extended] = {
            "SET_PRESSURE_ADVANCE": self.pressure_advance, "SET_VELOCITY_LIMIT": self.velocity_limit,
            "SET_HEATER_TEMPERATURE": self.heater_temperature, "TEMPERATURE_WAIT": self.temperature_wait,
            "EXCLUDE_OBJECT_START": lambda n, p: self.rec.happen(n, "object-start", text=p.get("NAME", "")),
            "EXCLUDE_OBJECT_END": lambda n, p: self.rec.happen(n, "object-end", text=p.get("NAME", "")),
            "SAVE_GCODE_STATE": self.save_state, "RESTORE_GCODE_STATE": self.restore_state,
            "SET_GCODE_OFFSET": self.gcode_offset, "TURN_OFF_HEATERS": self.heaters_off,
            "RESPOND": lambda n, p: self.rec.happen(n, "message", text=p.get("MSG", "")),
            "SET_DISPLAY_TEXT": lambda n, p: self.rec.happen(n, "message", text=p.get("MSG", "")),
            "PAUSE": lambda n, p: self.rec.happen(n, "pause"),
        }

    def line(self, number: int, text: str) -> None:
        """Execute one line."""
        body = self.command_of(number, text)
        if not body:
            return
        if len(body) > self.line_max:
            self.rec.reports.error(number, "line-too-long", f"the command has {len(body)} characters.",
                                   measured=len(body), limit=self.line_max)
            return
        upper = body.upper()
        extended = _EXTENDED.match(upper)
        if extended is not None:
            self.extended_command(number, extended.group(), body[extended.end():])
            return
        match = _COMMAND.match(upper)
        if match is None:
            self.unreadable(number, body)
            return
        letter, code, sub = match.groups()
        name = f"{letter}{int(code)}" + (f".{int(sub)}" if sub and int(sub) else "")
        if name in _TEXT:
            self.rec.happen(number, "message", text=body[match.end():].strip())
        elif name in self.macros:
            self.macro(number, name)
        elif self.allowed(number, name, upper):
            self.execute(number, name, upper[match.end():])

    def unreadable(self, number: int, body: str) -> None:
        """A line that does not start with a command."""
        if body.startswith("("):
            what = "comments in brackets are not read by this controller; it would take them for a command."
        elif body.startswith("$"):
            what = f"{body.split()[0][:24]!r} is a setting, which a program must not change."
        else:
            what = f"{body.split()[0][:24]!r} is not a command."
        self.rec.reports.error(number, "unknown-word", what)

    def allowed(self, number: int, name: str, body: str) -> bool:
        """Klipper's own refusals, with the sentence each deserves."""
        report = self.rec.reports.error
        if name == "G20":
            report(number, "units", "G20 (inches) stops this controller with an error.",
                   remedy="Write the program in millimetres.", source=SOURCE)
        elif name in ("G18", "G19"):
            report(number, "unsupported-word", f"{name} selects another plane than XY, which is not read back.")
        elif name in ("G2", "G3") and not self.settings.get("gcode_arcs", True):
            report(number, "unsupported-word", f"{name} needs [gcode_arcs], which the printer's profile denies.")
        elif name in ("G2", "G3") and (not self.absolute):
            report(number, "unsupported-word", f"{name} is refused by this controller while G91 is in force.")
        elif name in ("G0", "G1", "G2", "G3") and re.search(r"F\s*[+-]?0*\.?0*(?![0-9.])|F\s*-", body):
            report(number, "bad-feed", f"{name} with a feed of 0 or less stops this controller with an error.",
                   source=SOURCE)
        else:
            return True
        return False

    # Extended commands --------------------------------------------------------------------------------------------

    def extended_command(self, number: int, name: str, rest: str) -> None:
        """NAME KEY=value ..."""
        report = self.rec.reports.error
        if name in KLIPPER_FORBIDDEN:
            report(number, "forbidden-word", f"{name} {KLIPPER_FORBIDDEN[name]}", remedy=f"Remove {name}.")
            return
        handler = self.extended.get(name)
        if handler is None and name not in QUIET:
            if name in self.macros:
                self.macro(number, name)
            else:
                report(number, "unknown-word", f"{name} is neither a command of this controller nor a macro that the "
                       "machine's profile names.", remedy="Name it under `macros` in the profile's controller table.")
            return
        try:
            pairs = [part.split("=", 1) for part in shlex.split(rest)]
            parameters = {key.upper(): value for key, value in pairs}
        except ValueError:
            report(number, "bad-parameter", f"the parameters of {name} are not of the form NAME=value.", source=SOURCE)
            return
        if handler is not None:
            handler(number, parameters)

    def macro(self, number: int, name: str) -> None:
        """A command the printer defines for itself: accepted, and said to be unread."""
        self.rec.reports.warning(number, "macro-unread", f"{name} is a macro of the printer; what it does is not in "
                                 "the program and was not read.")
        self.rec.happen(number, "message", text=name)

    def acceleration(self, number: int, table: dict[str, Word]) -> None:
        """M204: S, or else the lesser of P and T; one acceleration for all moves."""
        value = self.value(table, "S", 0.0) or min(self.value(table, "P", 0.0), self.value(table, "T", 0.0))
        if value > 0:
            self.rec.happen(number, "acceleration", value, "S")
        else:
            self.rec.reports.warning(number, "missing-word", "M204 needs S, or both P and T, above 0; this controller "
                                     "ignores it otherwise.", source=SOURCE)

    def parameter(self, number: int, parameters: dict[str, str], key: str) -> float | None:
        """A finite number of sane size, None when absent or wrong (then with an error)."""
        if key not in parameters:
            return None
        if re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", parameters[key]) and abs(float(parameters[key])) <= NUMBER_MAX:
            return float(parameters[key])
        self.rec.reports.error(number, "bad-number", f"{key}={parameters[key][:24]} is not a number this controller "
                               "can use.")
        return None

    def pressure_advance(self, number: int, parameters: dict[str, str]) -> None:
        """SET_PRESSURE_ADVANCE ADVANCE= seconds."""
        value = self.parameter(number, parameters, "ADVANCE")
        if value is not None:
            self.rec.happen(number, "pressure-advance", value)

    def velocity_limit(self, number: int, parameters: dict[str, str]) -> None:
        """SET_VELOCITY_LIMIT ACCEL= mm/s2, SQUARE_CORNER_VELOCITY= mm/s."""
        accel = self.parameter(number, parameters, "ACCEL")
        corner = self.parameter(number, parameters, "SQUARE_CORNER_VELOCITY")
        if accel is not None:
            self.rec.happen(number, "acceleration", accel)
        if corner is not None:
            self.rec.happen(number, "jerk", corner)

    def heater_temperature(self, number: int, parameters: dict[str, str]) -> None:
        """SET_HEATER_TEMPERATURE HEATER= TARGET= (0 without)."""
        heater = parameters.get("HEATER", "")
        target = self.parameter(number, parameters, "TARGET") or 0.0
        if heater == "heater_bed":
            self.set_bed(number, target, False)
        elif re.fullmatch(r"extruder\d*", heater):
            self.set_nozzle(number, target, False, int(heater[8:] or 0))
        else:
            self.rec.happen(number, "chamber-set", target, heater)

    def temperature_wait(self, number: int, parameters: dict[str, str]) -> None:
        """TEMPERATURE_WAIT SENSOR= MINIMUM=: the target counts as waited for when the minimum reaches it."""
        sensor = parameters.get("SENSOR", "")
        minimum = self.parameter(number, parameters, "MINIMUM")
        if minimum is None:
            self.rec.happen(number, "wait", text=sensor)
        elif sensor == "heater_bed":
            self.bed.reached_c = max(self.bed.reached_c, min(minimum, self.bed.target_c))
            self.rec.happen(number, "bed-wait", minimum)
        elif re.fullmatch(r"extruder\d*", sensor):
            heater = self.nozzles.get(int(sensor[8:] or 0))
            if heater is not None:
                heater.reached_c = max(heater.reached_c, min(minimum, heater.target_c))
            self.show_nozzle()
            self.rec.happen(number, "nozzle-wait", minimum)

    def heaters_off(self, number: int, parameters: dict[str, str]) -> None:
        """TURN_OFF_HEATERS."""
        for tool in sorted(self.nozzles):
            self.set_nozzle(number, 0.0, False, tool)
        self.set_bed(number, 0.0, False)

    def gcode_offset(self, number: int, parameters: dict[str, str]) -> None:
        """SET_GCODE_OFFSET moves the frame itself; only a reset to zero can be followed."""
        if any(float(self.parameter(number, parameters, key) or 0.0) != 0 for key in parameters if key != "MOVE_SPEED"):
            self.rec.reports.error(number, "unsupported-word", "SET_GCODE_OFFSET shifts the part on the machine, which "
                                   "is not read back.", remedy="Set the offset on the machine, not in the program.")

    def save_state(self, number: int, parameters: dict[str, str]) -> None:
        """SAVE_GCODE_STATE NAME=."""
        self.saved[parameters.get("NAME", "default")] = (
            self.absolute, self.e_words_relative, list(self.offset), self.e_at, self.feed, self.speed_factor,
            self.flow_factor, 0.0)

    def restore_state(self, number: int, parameters: dict[str, str]) -> None:
        """RESTORE_GCODE_STATE NAME= puts the modes and offsets back; MOVE=1 would also move back."""
        state = self.saved.get(parameters.get("NAME", "default"))
        if state is None:
            self.rec.reports.error(number, "missing-word", "RESTORE_GCODE_STATE names a state that was never saved.")
            return
        if parameters.get("MOVE", "0") != "0":
            self.rec.reports.error(number, "unsupported-word", "RESTORE_GCODE_STATE MOVE=1 moves to a place that is "
                                   "not in the program's coordinates.")
        self.absolute, self.e_words_relative, offset = state[0], state[1], state[2]
        self.offset, self.e_at, self.feed = list(offset), state[3], state[4]
        self.speed_factor, self.flow_factor = state[5], state[6]
        self._update_e_mode()

    # Modes --------------------------------------------------------------------------------------------------------

    def _update_e_mode(self) -> None:
        self.e_relative = self.e_words_relative or not self.absolute

    def set_distance(self, number: int, absolute: bool) -> None:
        """G90 and G91."""
        self.absolute = absolute
        self._update_e_mode()
        self.rec.happen(number, "distance-mode", 90.0 if absolute else 91.0)

    def set_extruder_mode(self, number: int, relative: bool) -> None:
        """M82 and M83."""
        self.e_words_relative = relative
        self._update_e_mode()
        self.rec.happen(number, "extruder-mode", 83.0 if relative else 82.0)

    def set_position(self, number: int, words: dict[str, Word]) -> None:
        """G92 without words sets every axis to 0."""
        if not words:
            words = {letter: Word(letter, 0.0, "", f"{letter}0") for letter in f"{AXES}E"}
        super().set_position(number, words)
