"""Motion and state of the extruder controllers: one command a line, no modal motion, an E axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from fabwright.model.trace import ControllerState
from fabwright.replay.arcs import ArcCentre, centre_from_offset, centre_from_radius
from fabwright.replay.heat import Heater
from fabwright.replay.limits import ARC_RELATIVE, EXTRUDER_ARC_MM, NUMBER_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.runs import FEED, FEEDSTOCK, LINE, Columns, X, summed
from fabwright.replay.tokens import PlainLines
from fabwright.replay.words import Word

Handler = Callable[[int, dict[str, Word]], None]
AXES = "XYZ"
KNOWN = ("known_x", "known_y", "known_z")


class ExtruderMachine:
    """Position, modes and heaters; subclasses read the lines and know the words of their firmware.

    `position` is in the frame the program started in: an offset set by G92 is undone, so that a trace stays where the
    machine is. `e_relative` is the mode in force for E, whichever word set it.
    """

    line_max = 0

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        self.rec, self.settings = recorder, settings
        self.position = [0.0, 0.0, 0.0]
        self.offset = [0.0, 0.0, 0.0]
        self.e_at = 0.0
        self.feed = 0.0
        self.unit = 1.0
        self.absolute = True
        self.e_relative = False
        self.speed_factor = self.flow_factor = 1.0
        self.motors_on = False
        self.tool = 0
        self.nozzles: dict[int, Heater] = {}
        self.bed = Heater()
        self.fan = 0.0

    # Motion -----------------------------------------------------------------------------------------------------

    def line(self, number: int, text: str) -> None:
        """Execute one line; subclasses read it."""
        raise NotImplementedError

    def note_extrusion(self, number: int) -> None:
        """Called with the line of each E word; a firmware with a trap here says so."""

    def target(self, words: dict[str, Word]) -> list[float]:
        """End of a move from its axis words, mm."""
        end = list(self.position)
        for axis, letter in enumerate(AXES):
            word = words.get(letter)
            if word is not None and word.number is not None:
                value = word.number * self.unit
                end[axis] = value + self.offset[axis] if self.absolute else self.position[axis] + value
        return end

    def pushed(self, number: int, words: dict[str, Word]) -> float:
        """Feedstock pushed by the E word, mm, with the flow override applied."""
        word = words.get("E")
        if word is None or word.number is None:
            return 0.0
        self.note_extrusion(number)
        value = word.number * self.unit
        before = self.e_at
        self.e_at = before + value if self.e_relative else value
        return (self.e_at - before) * self.flow_factor if not self.e_relative else value * self.flow_factor

    def set_feed(self, words: dict[str, Word]) -> None:
        """The F word, mm/min; firmware keeps it for later moves."""
        word = words.get("F")
        if word is not None and word.number is not None and word.number > 0:
            self.feed = word.number * self.unit

    def go(self, number: int, kind: int, words: dict[str, Word], centre: ArcCentre | None = None) -> None:
        """Execute a move whose words have been checked."""
        end, e_mm = self.target(words), self.pushed(number, words)
        self.set_feed(words)
        if not any(letter in words for letter in "XYZE") and centre is None:
            return
        feed = self.feed * self.speed_factor
        if centre is None:
            self.rec.move(number, kind, end, feed, e_mm)
        else:
            self.rec.arc(number, kind, end, (centre.x, centre.y), feed, e_mm)
        self.position = end
        self.motors_on = True
        if self.absolute:
            for letter in AXES:
                if letter in words:
                    self.rec.modal(f"known_{letter.lower()}", 1)

    def linear(self, number: int, kind: int, words: dict[str, Word]) -> None:
        """G0 and G1."""
        self.go(number, kind, words)

    def arc(self, number: int, kind: int, words: dict[str, Word]) -> None:
        """G2 (kind 2) and G3 (kind 3) in the XY plane; these firmwares end a bad arc with a straight jump."""
        start, end = self.position, self.target(words)
        numbers = {k: w.number * self.unit for k, w in words.items() if w.number is not None}
        if "R" in numbers and ("I" in numbers or "J" in numbers):
            self.rec.reports.error(number, "modal-conflict", f"G{kind} has both R and I or J.")
            return
        if "R" in numbers:
            centre = centre_from_radius(start, end, numbers["R"], kind == 2, EXTRUDER_ARC_MM)
            if centre is None:
                self.rec.reports.error(number, "arc-radius", f"no arc of radius {numbers['R']:g} mm joins the start "
                                       "and the end of this move.", remedy="Write the arc with I and J.")
                return
        elif "I" in numbers or "J" in numbers:
            centre = centre_from_offset(start, end, numbers.get("I", 0.0), numbers.get("J", 0.0))
        else:
            self.rec.reports.error(number, "missing-word", f"G{kind} has neither I and J nor R, so its centre is "
                                   "unknown.")
            return
        limit = max(EXTRUDER_ARC_MM, ARC_RELATIVE * centre.radius_start_mm)
        if centre.mismatch_mm > limit:
            self.rec.reports.error(
                number, "arc-radius", f"the arc's radius is {centre.radius_start_mm:.3f} mm at its start and "
                f"{centre.radius_end_mm:.3f} mm at its end; the firmware would end it with a straight jump.",
                measured=centre.mismatch_mm, limit=limit, unit="mm")
        self.go(number, kind, words, centre)

    # Runs of plain lines ------------------------------------------------------------------------------------------

    def plain(self, table: PlainLines) -> NDArray[np.bool_]:
        """Which lines `run` may take: a leading G0 or G1 and in-range words of X Y Z E F."""
        fit = table.plain & (table.motion >= 0) & np.isnan(table.values["S"])
        fit &= (table.ends - table.starts) <= self.line_max
        for letter in "XYZEF":
            column = table.values[letter]
            fit &= np.isnan(column) | (np.abs(column) <= NUMBER_MAX)
        return fit & ~(table.values["F"] <= 0)

    def run(self, columns: Columns, first: int, stop: int) -> bool:
        """Execute plain lines [first, stop). Always True: all are taken."""
        rows, before = columns.rows, self.rec.count - columns.moves_before[first]
        known: list[tuple[str, int]] = []
        for axis, letter in enumerate(AXES):
            column = X + axis
            if self.absolute:
                begin = columns.place(letter, column, first, stop, self.position[axis], self.unit, self.offset[axis])
                if begin < stop and not self.rec.values[KNOWN[axis]]:
                    known.append((KNOWN[axis], before + columns.moves_before[begin + 1]))
            else:
                columns.add(letter, column, first, stop, self.position[axis], self.unit)
            self.position[axis] = float(rows[stop - 1, column])
        columns.place("F", FEED, first, stop, self.feed, self.unit, 0.0)
        self.feed = float(rows[stop - 1, FEED])
        if self.speed_factor != 1.0:
            rows[first:stop, FEED] *= self.speed_factor
        begin = columns.following["E"][first]
        if begin < stop:
            self._run_feedstock(columns, begin, stop)
        moving = columns.moving(first, stop)
        if len(moving):
            self.rec.run(moving)
            self.motors_on = True
        for name, at in known:
            self.rec.modal(name, 1, at)
        return True

    def _run_feedstock(self, columns: Columns, begin: int, stop: int) -> None:
        """Fill in the feedstock pushed from line `begin`, the first with an E word."""
        self.note_extrusion(int(columns.rows[begin, LINE]))
        word = columns.values["E"][begin:stop]
        if self.e_relative:
            pushed = np.where(np.isnan(word), 0.0, word) * self.unit
            self.e_at = float(summed(word * self.unit, self.e_at)[-1])
        else:
            at = columns.e_last[begin:stop] * self.unit
            pushed = np.empty(stop - begin)
            pushed[0] = at[0] - self.e_at
            np.subtract(at[1:], at[:-1], out=pushed[1:])
            self.e_at = float(at[-1])
        columns.rows[begin:stop, FEEDSTOCK] = pushed * self.flow_factor

    # State --------------------------------------------------------------------------------------------------------

    def home(self, number: int, axes: str) -> None:
        """G28: the named axes, or all, are where the profile says home is (0 unless it says otherwise)."""
        for axis, letter in enumerate(AXES):
            if not axes or letter in axes:
                self.position[axis] = float(self.settings.get(f"home_{letter.lower()}_mm", 0.0))
                self.offset[axis] = 0.0
                self.rec.modal(f"known_{letter.lower()}", 1)
        self.rec.jump(self.position)
        self.motors_on = True
        self.rec.happen(number, "home", text=axes or AXES)

    def set_position(self, number: int, words: dict[str, Word]) -> None:
        """G92: gives the place the axes are at new numbers; nothing moves."""
        letters = [k for k in "XYZE" if k in words] or list("XYZE")
        for letter in letters:
            word = words.get(letter)
            value = (word.number or 0.0) * self.unit if word is not None else 0.0
            if letter == "E":
                self.e_at = value
            else:
                axis = AXES.index(letter)
                self.offset[axis] = self.position[axis] - value
            self.rec.happen(number, "set-position", value, letter)

    def release_motors(self, number: int) -> None:
        """Motors without current may be moved by hand: no axis is known afterwards."""
        self.motors_on = False
        for letter in "xyz":
            self.rec.modal(f"known_{letter}", 0)
        self.rec.happen(number, "motors-off")

    def set_nozzle(self, number: int, celsius: float, wait: bool, tool: int | None = None) -> None:
        """Target of a nozzle, the active one unless named."""
        which = self.tool if tool is None else tool
        heater = self.nozzles.setdefault(which, Heater())
        (heater.wait if wait else heater.set)(celsius)
        self.show_nozzle()
        self.rec.happen(number, "nozzle-wait" if wait else "nozzle-set", celsius, f"T{which}")

    def show_nozzle(self) -> None:
        """Bring the columns to the active nozzle."""
        heater = self.nozzles.setdefault(self.tool, Heater())
        self.rec.modal("nozzle_c", heater.target_c)
        self.rec.modal("nozzle_waited", float(heater.waited))

    def set_bed(self, number: int, celsius: float, wait: bool) -> None:
        """Target of the bed."""
        (self.bed.wait if wait else self.bed.set)(celsius)
        self.rec.modal("bed_c", celsius)
        self.rec.happen(number, "bed-wait" if wait else "bed-set", celsius)

    def set_fan(self, number: int, fraction: float, index: int = 0) -> None:
        """Part cooling; other fans (index above 0) are only noted."""
        if index == 0:
            self.fan = fraction
            self.rec.modal("fan", fraction)
        self.rec.happen(number, "fan", fraction, "" if index == 0 else f"P{index}")

    def select_tool(self, number: int, tool: int) -> None:
        """T: another extruder, at once."""
        self.tool = tool
        self.rec.modal("tool", tool)
        self.show_nozzle()
        self.rec.happen(number, "tool-change", float(tool))

    def final_state(self) -> ControllerState:
        """The modal state after the last line."""
        return ControllerState(
            position_mm=(self.position[0], self.position[1], self.position[2]), units_mm=self.unit == 1.0,
            absolute=self.absolute, output=0, output_value=0.0,
            nozzle_c=max((h.target_c for h in self.nozzles.values()), default=0.0), bed_c=self.bed.target_c,
            fan=self.fan, motors_on=self.motors_on, ended=False, tool=self.tool)
