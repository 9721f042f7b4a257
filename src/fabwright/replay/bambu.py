"""Bambu Lab's firmware, experimental: what is known of its words from its makers' published machine profiles.

Their own start code homes, probes, wipes and flushes with commands whose effect is not published; only words that a
program written for a plain start needs are read, the rest is refused as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from fabwright.replay.marlin import MarlinReader
from fabwright.replay.record import Recorder
from fabwright.replay.words import Word

SOURCE = "OrcaSlicer, resources/profiles/BBL/machine"

#: Beside Marlin's: status on the display, vibration compensation, layer counting, motor currents, waiting.
BAMBU: dict[str, str | None] = {
    "M73": "PRLCQSD", "M73.2": "R", "M400": "SPU", "M412": "S", "M900": "KLMST", "M960": "SP", "M975": "S",
    "M991": "SP", "M1002": None, "M204": "PRTS", "G29": None, "G29.1": None, "G29.2": "S",
}


class BambuReader(MarlinReader):
    """Marlin's reader with Bambu's words; settings as Marlin's."""

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        self.known_words = {**self.known_words, **BAMBU}
        self.handlers |= {"M400": self.wait, "G29.1": self.shift}

    def wait(self, number: int, table: dict[str, Word]) -> None:
        """M400: for the moves so far; U1 for a person, S and P for a time."""
        if "U" in table:
            self.rec.happen(number, "pause")
        elif "S" in table or "P" in table:
            self.rec.happen(number, "dwell", self.value(table, "S", 0.0) + self.value(table, "P", 0.0) / 1000.0)
        else:
            self.rec.happen(number, "wait")

    def shift(self, number: int, table: dict[str, Word]) -> None:
        """G29.1 Z trims the height of the first layer; only to zero can it be followed."""
        if self.value(table, "Z", 0.0) != 0.0:
            self.rec.reports.error(number, "unsupported-word", "G29.1 shifts the height of the first layer, which is "
                                   "not read back.", source=SOURCE)
