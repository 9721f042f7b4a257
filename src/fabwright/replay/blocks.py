"""Block-structured interpreters: several words a line, modal groups, one fixed order of execution.

After "The NIST RS274NGC Interpreter - Version 3", which GRBL 1.1 and LinuxCNC both follow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fabwright.model.trace import ControllerState
from fabwright.replay.arcs import ArcCentre, centre_from_offset, centre_from_radius
from fabwright.replay.block_words import AXES, Block, BlockWords
from fabwright.replay.limits import NUMBER_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.runs import FEED, KIND, LINE, Columns, X
from fabwright.replay.tokens import PlainLines

INCH_MM = 25.4


class BlockReader(BlockWords):
    """Modal state and motion as GRBL and LinuxCNC have them in common.

    `position` is in the program's own frame (G54); an offset set by G92 is undone, so that a trace stays where the
    machine is. A refused block changes nothing, as in the controllers.
    """

    #: True where an F word is converted with the units set in the same block.
    feed_after_units = False

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder)
        self.settings = settings
        self.position = [0.0, 0.0, 0.0]
        self.offset = [0.0, 0.0, 0.0]
        self.unit = 1.0
        self.absolute = True
        self.motion = "G0"
        self.feed = 0.0
        self.output = 0
        self.output_value = 0.0
        self.selected_tool = 0
        self.tool = 0
        self.moved = False

    # Checking -----------------------------------------------------------------------------------------------------

    def check(self, block: Block) -> bool:
        """What the controller refuses about a block as a whole; reports and returns False."""
        motion, other = block.g.get("motion"), block.g.get("non-modal")
        consumer = other if other in ("G28", "G30", "G92") else None
        if consumer and motion and block.axes:
            return self._refuse(block, "modal-conflict", f"{consumer} and {motion} both claim the axis words.")
        if other == "G92" and not block.axes:
            return self._refuse(block, "missing-word", "G92 has no axis word, so what it sets is unknown.")
        active = motion or self.motion
        if other == "G53" and active not in ("G0", "G1"):
            return self._refuse(block, "modal-conflict", "G53 goes only with G0 or G1.")
        if block.axes and not consumer and active == "G80":
            return self._refuse(block, "no-motion-mode", "there are axis words, but no motion (G0 to G3) in force.")
        if other == "G53" and (block.g.get("distance", "G90" if self.absolute else "G91") == "G91"):
            return self._refuse(block, "modal-conflict", "G53 goes only with absolute distances (G90).")
        if other == "G4" and "P" not in block.values:
            return self._refuse(block, "missing-word", "G4 has no P, so how long to wait is unknown.")
        moves = bool(block.axes or motion in ("G2", "G3")) and not consumer
        if moves and active in ("G1", "G2", "G3") and not self._feed_of(block):
            return self._refuse(block, "feed-unset", f"{active} before any F: the controller has no feed to move with.",
                                "Give F before or with the first cutting move.")
        return self.check_used(block, active if moves else None)

    def _feed_of(self, block: Block) -> float:
        return block.values.get("F", self.feed)

    def check_used(self, block: Block, motion: str | None) -> bool:
        """Every value word must belong to something in the block."""
        free, other = set("FST"), block.g.get("non-modal")
        if motion or other in ("G28", "G30", "G92"):
            free |= set(AXES)
        if motion in ("G2", "G3"):
            free |= set("IJR") | self.arc_extra()
        if other == "G4":
            free.add("P")
        free |= self.extra_words(block)
        unused = [letter for letter in block.values if letter not in free]
        if unused:
            return self._refuse(block, "unused-word", f"{', '.join(unused)} belong to no command of this block.")
        if any(block.values.get(letter, 0.0) < 0 for letter in "FST") or (other == "G4" and block.values["P"] < 0):
            return self._refuse(block, "bad-number", "F, S, T and the P of G4 may not be negative.")
        return True

    def arc_extra(self) -> set[str]:
        """Further words an arc may have here."""
        return set()

    def extra_words(self, block: Block) -> set[str]:
        """Further words the block's commands take here."""
        return set()

    def _refuse(self, block: Block, check: str, message: str, remedy: str = "") -> bool:
        self.error(block.number, check, message, remedy=remedy)
        return False

    # Executing ----------------------------------------------------------------------------------------------------

    def execute(self, block: Block) -> None:
        """The order of execution of RS274NGC."""
        number, happen = block.number, self.rec.happen
        if "feed mode" in block.g:
            happen(number, "feed-mode", 94.0)
        if self.feed_after_units:
            self._set_units(block)
        if "F" in block.values:
            self.feed = block.values["F"] * self.unit
        self._set_value(block)
        if "T" in block.values:
            self.select_tool(number, int(block.values["T"]))
        self.change_tool(block)
        self._switch_output(block)
        self._switch_air(block)
        if block.g.get("non-modal") == "G4":
            happen(number, "dwell", block.values.get("P", 0.0))
        if "plane" in block.g:
            happen(number, "plane", 17.0)
        if not self.feed_after_units:
            self._set_units(block)
        self.tool_length(block)
        if "work offset" in block.g:
            self._work_offset(number, block.g["work offset"])
        if "distance" in block.g:
            self.absolute = block.g["distance"] == "G90"
            happen(number, "distance-mode", 90.0 if self.absolute else 91.0)
        self._non_modal(block)
        self._move(block)
        self._stop(block)

    def _set_units(self, block: Block) -> None:
        if "units" not in block.g:
            return
        unit = INCH_MM if block.g["units"] == "G20" else 1.0
        if unit != 1.0 and self.unit == 1.0:
            self.rec.reports.warning(block.number, "units", "the program switches to inches (G20): every length after "
                                     "this line is 25.4 times the number written.")
        self.unit = unit
        self.rec.happen(block.number, "units", unit)

    def _set_value(self, block: Block) -> None:
        if "S" in block.values:
            self.output_value = block.values["S"]
            self.rec.modal("s", self.output_value)
            self.rec.happen(block.number, "output-value", self.output_value)

    def select_tool(self, number: int, tool: int) -> None:
        """T chooses; a changer changes on M6."""
        self.selected_tool = tool

    def change_tool(self, block: Block) -> None:
        """M6, where the controller has it."""

    def tool_length(self, block: Block) -> None:
        """G43 and G49, where the controller has them."""

    def _switch_output(self, block: Block) -> None:
        word = block.m.get("spindle")
        if word is not None:
            self.set_output(block.number, int(word[1:]), word)

    def set_output(self, number: int, output: int, word: str) -> None:
        """M3, M4 or M5 (0)."""
        self.output = 0 if output == 5 else output
        self.rec.modal("output", self.output)
        self.rec.happen(number, "output-on" if self.output else "output-off", self.output_value, word)

    def _switch_air(self, block: Block) -> None:
        word = block.m.get("coolant")
        if word is not None:
            self.rec.happen(block.number, "air-off" if word == "M9" else "air-on", text=word)

    def _work_offset(self, number: int, word: str) -> None:
        self.rec.happen(number, "work-offset", float(word[1:]))
        if word != "G54":
            self.error(number, "work-offset", f"{word} is an offset stored in the controller; where it lies is not in "
                       "the program.", remedy="Use G54 alone.")
            self._forget(AXES)

    def _forget(self, axes: str | list[str]) -> None:
        for letter in axes:
            self.rec.modal(f"known_{letter.lower()}", 0)

    def _non_modal(self, block: Block) -> None:
        word = block.g.get("non-modal")
        if word == "G92":
            for letter in block.axes:
                axis = AXES.index(letter)
                value = block.values[letter] * self.unit
                self.offset[axis] = self.position[axis] - value
                self.rec.happen(block.number, "set-position", value, letter)
        elif word in ("G92.1", "G92.2"):
            self.offset = [0.0, 0.0, 0.0]
            self.rec.happen(block.number, "set-position", 0.0, word)
        elif word in ("G28", "G30"):
            self._go_reference(block, word)

    def _go_reference(self, block: Block, word: str) -> None:
        """By rapid through the named point, then to a place stored in the controller: those axes are unknown after."""
        if block.axes:
            end = self._target(block)
            self.rec.move(block.number, 0, end, self.feed, 0.0)
            self.position, self.moved = end, True
        self._forget(block.axes or AXES)
        self.rec.happen(block.number, "home", text=word)

    # Motion -------------------------------------------------------------------------------------------------------

    def _target(self, block: Block) -> list[float]:
        end = list(self.position)
        for letter in block.axes:
            axis, value = AXES.index(letter), block.values[letter] * self.unit
            end[axis] = value + self.offset[axis] if self.absolute else self.position[axis] + value
        return end

    def _move(self, block: Block) -> None:
        motion = block.g.get("motion")
        if motion is not None:
            self.motion = motion
        if block.g.get("non-modal") in ("G28", "G30", "G92"):
            return
        if block.g.get("non-modal") == "G53":
            self._move_machine(block)
        elif self.motion in ("G2", "G3") and (block.axes or motion is not None):
            self._arc(block, int(self.motion[1:]))
        elif block.axes:
            end = self._target(block)
            self.rec.move(block.number, 1 if self.motion == "G1" else 0, end, self.feed, 0.0)
            self._arrive(block, end)

    def _arrive(self, block: Block, end: list[float]) -> None:
        self.position, self.moved = end, True
        if self.absolute:
            for letter in block.axes:
                self.rec.modal(f"known_{letter.lower()}", 1)

    def _move_machine(self, block: Block) -> None:
        """G53: the named axes end at machine coordinates, so where they are in the program's is unknown after."""
        self.rec.happen(block.number, "machine-coordinates")
        if not block.axes:
            return
        end = list(self.position)
        for letter in block.axes:
            end[AXES.index(letter)] = block.values[letter] * self.unit
        self.rec.modal("machine_frame", 1)
        self.rec.move(block.number, 1 if self.motion == "G1" else 0, end, self.feed, 0.0)
        self.rec.modal("machine_frame", 0)
        self.position, self.moved = end, True
        self._forget(block.axes)

    def _arc(self, block: Block, kind: int) -> None:
        start, end = self.position, self._target(block)
        numbers = {k: v * self.unit for k, v in block.values.items()}
        centre = self._centre(block, kind, start, end, numbers)
        if centre is None:
            return
        if self.arc_off(centre):
            self.error(block.number, "arc-radius", f"the arc's radius is {centre.radius_start_mm:.4f} mm at its start "
                       f"and {centre.radius_end_mm:.4f} mm at its end; this controller refuses it.",
                       measured=centre.mismatch_mm, limit=self.arc_tolerance_mm, unit="mm")
            return
        self.rec.arc(block.number, kind, end, (centre.x, centre.y), self.feed, 0.0)
        self._arrive(block, end)

    def _centre(self, block: Block, kind: int, start: list[float], end: list[float], numbers: dict[str, float]
                ) -> ArcCentre | None:
        if "R" in numbers and ("I" in numbers or "J" in numbers):
            self.error(block.number, "modal-conflict", f"G{kind} has both R and I or J.")
        elif "R" in numbers:
            centre = centre_from_radius(start, end, numbers["R"], kind == 2, self.arc_tolerance_mm)
            if centre is not None:
                return centre
            self.error(block.number, "arc-radius", f"no arc of radius {numbers['R']:g} mm joins the start and the end "
                       "of this move.", remedy="Write the arc with I and J.")
        elif "I" in numbers or "J" in numbers:
            centre = centre_from_offset(start, end, numbers.get("I", 0.0), numbers.get("J", 0.0))
            if centre.radius_start_mm > 0:
                return centre
            self.error(block.number, "arc-radius", f"G{kind} has a radius of zero.")
        else:
            self.error(block.number, "missing-word", f"G{kind} has neither I and J nor R, so its centre is unknown.")
        return None

    @property
    def arc_tolerance_mm(self) -> float:
        """How far the two radii of an arc may differ."""
        raise NotImplementedError

    def arc_off(self, centre: ArcCentre) -> bool:
        """Whether the controller refuses an arc with these radii."""
        raise NotImplementedError

    # End ----------------------------------------------------------------------------------------------------------

    def _stop(self, block: Block) -> None:
        word = block.m.get("stopping")
        if word in ("M0", "M1", "M60"):
            self.rec.happen(block.number, "pause", text=word)
        elif word in ("M2", "M30"):
            if self.output:
                self.set_output(block.number, 5, word)
            self.rec.happen(block.number, "air-off", text=word)
            self.rec.happen(block.number, "program-end", text=word)
            self.ended, self.absolute, self.motion = True, True, "G1"

    def final_state(self) -> ControllerState:
        """The modal state after the last line."""
        return ControllerState(
            position_mm=(self.position[0], self.position[1], self.position[2]), units_mm=self.unit == 1.0,
            absolute=self.absolute, output=self.output, output_value=self.output_value, nozzle_c=0.0, bed_c=0.0,
            fan=0.0, motors_on=self.moved, ended=self.ended, tool=self.tool)

    # Runs of plain lines ------------------------------------------------------------------------------------------

    def plain(self, table: PlainLines) -> NDArray[np.bool_]:
        """Which lines `run` may take: G0, G1 or neither, with in-range words of X Y Z F S."""
        fit = table.plain & np.isnan(table.values["E"]) & ((table.ends - table.starts) <= self.line_max)
        for letter in "XYZFS":
            column = table.values[letter]
            fit &= np.isnan(column) | (np.abs(column) <= NUMBER_MAX)
        return fit & ~(table.values["F"] <= 0) & ~(table.values["S"] < 0)

    def run(self, columns: Columns, first: int, stop: int) -> bool:
        """Execute plain lines [first, stop); False, and nothing done, when they must be read block by block."""
        if self.ended or (columns.following["G"][first] > first and self.motion not in ("G0", "G1")):
            return False
        rows = columns.rows
        columns.place("G", KIND, first, stop, 1.0 if self.motion == "G1" else 0.0, 1.0, 0.0)
        unfed = min(columns.following["F"][first], stop)
        if self.feed == 0 and rows[first:unfed, KIND].any():
            return False
        columns.place("F", FEED, first, stop, self.feed, self.unit, 0.0)
        self.feed, self.motion = float(rows[stop - 1, FEED]), f"G{int(rows[stop - 1, KIND])}"
        self._run_values(columns, first, stop)
        before = self.rec.count - columns.moves_before[first]
        known: list[tuple[str, int]] = []
        for axis, letter in enumerate(AXES):
            column, name = X + axis, f"known_{letter.lower()}"
            if self.absolute:
                begin = columns.place(letter, column, first, stop, self.position[axis], self.unit, self.offset[axis])
                if begin < stop:
                    known.append((name, before + columns.moves_before[begin + 1]))
            else:
                columns.add(letter, column, first, stop, self.position[axis], self.unit)
            self.position[axis] = float(rows[stop - 1, column])
        moving = columns.moving(first, stop)
        if len(moving):
            self.rec.run(moving)
            self.moved = True
        for name, at in known:
            self.rec.modal(name, 1, at)
        return True

    def _run_values(self, columns: Columns, first: int, stop: int) -> None:
        """S words take effect before the motion of their own line."""
        row = columns.following["S"][first]
        before = self.rec.count - columns.moves_before[first]
        while row < stop:
            self.output_value = float(columns.values["S"][row])
            at = before + columns.moves_before[row]
            self.rec.modal("s", self.output_value, at)
            self.rec.happen(int(columns.rows[row, LINE]), "output-value", self.output_value, at=at)
            row = columns.following["S"][row + 1]
