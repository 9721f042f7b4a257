"""The text of a board file with its name, able to say where in it something is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fabwright.errors import InputFileError

MAX_BYTES = 32 * 1024 * 1024
# KiCad itself draws no sheet over a few metres; beyond this a coordinate is a unit mistake.
MAX_COORDINATE_MM = 10_000.0
_NUMBER = re.compile(r"[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?")
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"(kicad_sch", "it is a KiCad schematic; give the .kicad_pcb of the same project"),
    (b"(module", "it is a KiCad footprint; give a board"),
    (b"(footprint", "it is a KiCad footprint; give a board"),
    (b"(kicad_symbol_lib", "it is a KiCad symbol library; give a board"),
    (b"PCBNEW-BOARD", "it is a board of KiCad before 4.0; open it in KiCad 5 or later and save it"),
    (b"PK\x03\x04", "it is a zip archive; unpack it and give the .kicad_pcb inside"),
    (b"\x1f\x8b", "it is compressed with gzip; unpack it first"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A board file as text. `file` is the name that messages use."""

    file: str
    text: str = field(repr=False)

    def line(self, at: int) -> int:
        """1-based line of a character position."""
        return self.text.count("\n", 0, at) + 1

    def refusal(self, at: int, message: str) -> InputFileError:
        """The error for something wrong at a character position."""
        return InputFileError(f"{self.file}:{self.line(at)}: {message}")

    def number(self, word: object, at: int) -> float:
        """A finite number within MAX_COORDINATE_MM; InputFileError naming the line otherwise."""
        if not isinstance(word, str) or not _NUMBER.fullmatch(word):
            shown = f"'{word[:40]}'" if isinstance(word, str) else "a list"
            raise self.refusal(at, f"{shown} stands where a finite number belongs; open the board in KiCad, correct it "
                                   "and save it again")
        value = float(word)
        if abs(value) > MAX_COORDINATE_MM:
            raise self.refusal(at, f"{word[:40]} is beyond {MAX_COORDINATE_MM:.0f} mm; the board's units or position "
                                   "are wrong")
        return value


def open_source(data: bytes, file: str) -> Source:
    """Decode a board file.

    InputFileError when it is empty, over MAX_BYTES, or by its first words something other than a KiCad board.
    """
    if len(data) > MAX_BYTES:
        raise InputFileError(f"{file}: has {len(data) / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.1f} MB; remove "
                             "pictures and 3-D models embedded in the board")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise InputFileError(f"{file}: is empty; save the board in KiCad again")
    if re.match(rb"\(\s*kicad_pcb\b", start):
        return Source(file, data.decode("utf-8", errors="replace").removeprefix("\ufeff"))
    for magic, reason in _STARTS:
        if start.startswith(magic):
            raise InputFileError(f"{file}: is not a KiCad board: {reason}")
    raise InputFileError(f"{file}: is not a KiCad board: a .kicad_pcb of KiCad 5 to 8 starts with '(kicad_pcb', this "
                         f"file with {start[:16].decode('ascii', errors='replace')!a}")
