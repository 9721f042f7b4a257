"""Reading one-command lines and the commands Marlin and Klipper share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fabwright.replay.commands import ExtruderMachine, Handler
from fabwright.replay.limits import NUMBER_MAX
from fabwright.replay.record import Recorder
from fabwright.replay.words import Word, words

#: Commands whose every word needs a number of a sane size.
NUMERIC = frozenset({"G0", "G1", "G2", "G3", "G92"})

#: Words that no program may hold, whatever the controller: they reach into the firmware or the storage.
FORBIDDEN = {
    "M112": "is the emergency stop; a program must not trigger it.",
    "M500": "writes the machine's stored settings; a program must not change them.",
    "M501": "reloads the machine's stored settings and so discards what was set before.",
    "M502": "resets the machine's settings to the factory's.",
    "M997": "starts a firmware update.",
    "M28": "writes a file on the machine's storage.",
    "M29": "ends writing a file on the machine's storage.",
    "M30": "deletes a file on the machine's storage here; it does not end a program.",
    "M302": "switches off or lowers the guard against pushing cold feedstock.",
    "M851": "changes the stored offset of the probe, and with it the height of the first layer.",
    "M92": "changes the steps per millimetre, so no length in the program can be trusted any more.",
    "M206": "shifts the home position, so no coordinate in the program can be trusted any more.",
    "M428": "shifts the home position, so no coordinate in the program can be trusted any more.",
}


_CHECKSUM = re.compile(r"\s*\*\d+$")


class FirmwareReader(ExtruderMachine):
    """One command a line. `known_words` maps a command to the letters it takes (None: any); `handlers` to its effect.

    A command in `known_words` without a handler changes nothing that a trace holds.
    """

    known_words: Mapping[str, str | None]

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        self.handlers: dict[str, Handler] = {
            "G0": lambda n, w: self.linear(n, 0, w), "G1": lambda n, w: self.linear(n, 1, w),
            "G2": lambda n, w: self.arc(n, 2, w), "G3": lambda n, w: self.arc(n, 3, w),
            "G4": self.dwell, "G28": lambda n, w: self.home(n, "".join(a for a in "XYZ" if a in w)),
            "G90": lambda n, w: self.set_distance(n, True), "G91": lambda n, w: self.set_distance(n, False),
            "G92": self.set_position, "M82": lambda n, w: self.set_extruder_mode(n, False),
            "M83": lambda n, w: self.set_extruder_mode(n, True), "M18": self.motors_off, "M84": self.motors_off,
            "M104": lambda n, w: self.nozzle(n, w, False), "M109": lambda n, w: self.nozzle(n, w, True),
            "M140": lambda n, w: self.heat_bed(n, w, False), "M190": lambda n, w: self.heat_bed(n, w, True),
            "M106": self.fan_on, "M107": lambda n, w: self.set_fan(n, 0.0, int(self.value(w, "P", 0.0))),
            "M73": self.progress, "M220": self.speed_override, "M221": self.flow_override,
            "M204": self.acceleration, "M400": lambda n, w: self.rec.happen(n, "wait"),
            "G10": lambda n, w: self.retract(n, -1.0), "G11": lambda n, w: self.retract(n, 1.0),
            "M0": self.pause, "M25": self.pause,
        }

    # Reading ------------------------------------------------------------------------------------------------------

    def command_of(self, number: int, text: str) -> str:
        """A line without its comment and checksum; empty where there is no command, and the comment is then heard."""
        body, semicolon, comment = text.partition(";")
        body = _CHECKSUM.sub("", body.strip())
        if not body and semicolon:
            self.rec.marks.comment(number, comment.strip())
        return body

    def execute(self, number: int, name: str, rest: str) -> None:
        """One command by its name, with the text of its words."""
        reports = self.rec.reports
        if name in FORBIDDEN and not self.tolerated(number, name, rest):
            reports.error(number, "forbidden-word", f"{name} {FORBIDDEN[name]}", remedy=f"Remove {name}.")
            return
        if name not in self.known_words:
            self.unknown(number, name)
            return
        table = self.read_words(number, name, rest)
        handler = self.handlers.get(name)
        if table is not None and handler is not None:
            handler(number, table)

    def tolerated(self, number: int, name: str, rest: str) -> bool:
        """True where this firmware's own use of a forbidden word is harmless."""
        return False

    def unknown(self, number: int, name: str) -> None:
        """A command this firmware does not have."""
        self.rec.reports.error(number, "unknown-word", f"{name} is not a command this controller "
                               f"({self.rec.controller}) is known to have.",
                               remedy="Remove it, or use the controller's own word.")

    def read_words(self, number: int, name: str, rest: str) -> dict[str, Word] | None:
        """The words by letter; None when the command must not be executed."""
        allowed, strict = self.known_words[name], name in NUMERIC
        table: dict[str, Word] = {}
        for word in words(rest):
            if word.letter == "?" or (strict and word.number is None):
                if allowed is None:
                    return table
                self.rec.reports.error(number, "bad-number", f"{word.written!r} after {name} is not a letter with a "
                                       "number.")
                return None
            if not self._accept(number, name, word, table, allowed, strict):
                return None
        return table

    def _accept(self, number: int, name: str, word: Word, table: dict[str, Word], allowed: str | None, strict: bool
                ) -> bool:
        """Check one word and keep it; False when the whole command must be dropped."""
        report = self.rec.reports.error
        if strict and word.number is not None and abs(word.number) > NUMBER_MAX:
            report(number, "number-too-large", f"{word.written} of {name} is beyond what any machine moves.",
                   measured=word.number, limit=NUMBER_MAX, unit="mm")
            return False
        if word.letter in table and allowed is not None:
            report(number, "duplicate-word", f"{word.letter} stands twice in one {name} command; which one counts is "
                   "not defined.")
            return False
        if allowed is not None and word.letter not in allowed:
            if word.letter in "GM":
                report(number, "second-command", f"{word.written} follows {name} on the same line and would be "
                       "ignored: this controller takes one command a line.", remedy="Put it on a line of its own.")
            else:
                report(number, "unknown-word", f"{name} takes no {word.letter} word ({word.written}).")
        else:
            table[word.letter] = word
        return True

    # Commands -----------------------------------------------------------------------------------------------------

    @staticmethod
    def value(table: dict[str, Word], letter: str, default: float) -> float:
        """The number of a word, or a default where the word or its number is absent."""
        word = table.get(letter)
        return default if word is None or word.number is None else word.number

    def need(self, number: int, name: str, table: dict[str, Word], letters: str) -> float | None:
        """The number of the first of these words; an error when there is none."""
        for letter in letters:
            word = table.get(letter)
            if word is not None and word.number is not None:
                return word.number
        self.rec.reports.error(number, "missing-word", f"{name} has no {' or '.join(letters)} word with a number.")
        return None

    def set_distance(self, number: int, absolute: bool) -> None:
        """G90 and G91."""
        raise NotImplementedError

    def set_extruder_mode(self, number: int, relative: bool) -> None:
        """M82 and M83."""
        raise NotImplementedError

    def dwell(self, number: int, table: dict[str, Word]) -> None:
        """G4: P in milliseconds; Marlin also takes S in seconds."""
        seconds = self.value(table, "S", 0.0) if "S" in table else self.value(table, "P", 0.0) / 1000.0
        self.rec.happen(number, "dwell", seconds)

    def nozzle(self, number: int, table: dict[str, Word], wait: bool) -> None:
        """M104 and M109 (R waits for cooling too)."""
        celsius = self.need(number, "M109" if wait else "M104", table, "SR" if wait else "S")
        if celsius is not None:
            tool = table.get("T")
            self.set_nozzle(number, celsius, wait, int(tool.number) if tool and tool.number is not None else None)

    def heat_bed(self, number: int, table: dict[str, Word], wait: bool) -> None:
        """M140 and M190."""
        celsius = self.need(number, "M190" if wait else "M140", table, "SR" if wait else "S")
        if celsius is not None:
            self.set_bed(number, celsius, wait)

    def fan_on(self, number: int, table: dict[str, Word]) -> None:
        """M106: S 0..255, full speed without it."""
        level = self.value(table, "S", 255.0)
        if not 0 <= level <= 255:
            self.rec.reports.error(number, "bad-number", f"M106 S{level:g} is outside 0..255.", measured=level,
                                   limit=255)
            level = min(max(level, 0.0), 255.0)
        self.set_fan(number, level / 255.0, int(self.value(table, "P", 0.0)))

    def motors_off(self, number: int, table: dict[str, Word]) -> None:
        """M18 and M84; with S alone it only sets a delay, with axes it frees only those."""
        axes = [a for a in "XYZ" if a in table]
        if not table:
            self.release_motors(number)
            return
        for letter in axes:
            self.rec.modal(f"known_{letter.lower()}", 0)
        if axes:
            self.rec.happen(number, "motors-off", text="".join(axes))

    def progress(self, number: int, table: dict[str, Word]) -> None:
        """M73: P percent done, R minutes left."""
        if "P" in table or "R" in table:
            self.rec.happen(number, "progress", self.value(table, "P", 0.0), f"{self.value(table, 'R', 0.0):g}")

    def speed_override(self, number: int, table: dict[str, Word]) -> None:
        """M220 S percent."""
        if "S" in table:
            self.speed_factor = self._percent(number, "M220", table)
            self.rec.happen(number, "feed-override", self.speed_factor)

    def flow_override(self, number: int, table: dict[str, Word]) -> None:
        """M221 S percent."""
        if "S" in table:
            self.flow_factor = self._percent(number, "M221", table)
            self.rec.happen(number, "flow-override", self.flow_factor)

    def _percent(self, number: int, name: str, table: dict[str, Word]) -> float:
        percent = self.value(table, "S", 100.0)
        if not 0 < percent <= 1000:
            self.rec.reports.error(number, "bad-number", f"{name} S{percent:g} is not above 0 and up to 1000 percent.",
                                   measured=percent, limit=1000, unit="%")
            return 1.0
        return percent / 100.0

    def acceleration(self, number: int, table: dict[str, Word]) -> None:
        """M204: S for all, or P for printing moves (T travel, R retract)."""
        for letter in "SPTR":
            word = table.get(letter)
            if word is not None and word.number is not None:
                self.rec.happen(number, "acceleration", word.number, letter)

    def retract(self, number: int, sign: float) -> None:
        """G10 and G11: the firmware's own retraction, whose length is not in the program."""
        length = self.settings.get("firmware_retract_mm")
        if length is None:
            self.rec.reports.warning(number, "firmware-retract", "the length of this firmware retraction is not in the "
                                     "program nor in the machine's profile; it counts as 0 mm.")
            return
        self.rec.move(number, 1, self.position, self.feed, sign * float(length))

    def pause(self, number: int, table: dict[str, Word]) -> None:
        """Waits for a person."""
        self.rec.happen(number, "pause")
