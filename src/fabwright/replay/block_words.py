"""Lexing of block-structured programs: the words of a line sorted into modal groups.

After "The NIST RS274NGC Interpreter - Version 3", which GRBL 1.1 and LinuxCNC both follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fabwright.replay.limits import NUMBER_MAX
from fabwright.replay.record import Recorder

AXES = "XYZ"
_WORD = re.compile(r"([A-Z])([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))")


@dataclass(slots=True)
class Block:
    """One line's words: G and M words by modal group, the rest by letter."""

    number: int
    g: dict[str, str] = field(default_factory=dict)
    m: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    faults: int = 0

    @property
    def axes(self) -> list[str]:
        """The axis words of the block, in order."""
        return [a for a in AXES if a in self.values]


class BlockWords:
    """Reads lines into blocks; a dialect states its groups, its refusals and its limits.

    `g_groups`, `m_groups` map each accepted word to its modal group. `refused` maps words the controller has (or is
    often given) to why they are not accepted, `forbidden` those that no program may hold; `letters` are the words with
    a plain number.
    """

    line_max = 0
    g_groups: Mapping[str, str] = {}
    m_groups: Mapping[str, str] = {}
    refused: Mapping[str, str] = {}
    forbidden: Mapping[str, str] = {}
    letters = ""
    source = ""

    def __init__(self, recorder: Recorder) -> None:
        self.rec = recorder
        self.ended = False
        self._after_end = False

    def line(self, number: int, text: str) -> None:
        """Read and execute one block."""
        body = self.clean(number, text)
        if not body:
            return
        if self.ended:
            self.past_end(number, body)
            return
        if len(body) > self.line_max:
            self.error(number, "line-too-long", f"the block has {len(body)} characters without blanks and comments; "
                       f"this controller keeps {self.line_max}.", measured=len(body), limit=self.line_max)
            return
        block = self.words(number, body)
        if block is not None and not block.faults and self.check(block):
            self.execute(block)

    def clean(self, number: int, text: str) -> str:
        """The words of a line: upper case, without blanks and comments. Reports what the controller cannot lex."""
        raise NotImplementedError

    def past_end(self, number: int, body: str) -> None:
        """Words after M2 or M30."""
        if not self._after_end:
            self._after_end = True
            self.error(number, "after-end", "there are words after the program's end (M2 or M30); they were not "
                       "executed here, and what the controller does with them is not certain.", remedy="Remove them.")

    def error(self, number: int, check: str, message: str, *, measured: float | None = None, limit: float | None = None,
              unit: str = "", remedy: str = "", source: str = "") -> None:
        """Report; the block is then not executed, as the controller itself would refuse it."""
        self.rec.reports.error(number, check, message, measured=measured, limit=limit, unit=unit, remedy=remedy,
                               source=source or self.source)

    def words(self, number: int, body: str) -> Block | None:
        """Sort the words of a block; None when a piece of it is no word."""
        block, at = Block(number), 0
        while at < len(body):
            match = _WORD.match(body, at)
            if match is None or body[match.end():match.end() + 1] in (".", "+", "-"):
                token = body[at:at + 24]
                self.error(number, "bad-number", f"{token!r} is not a letter with a number.")
                return None
            self._sort(block, match.group(1), match.group(2), at)
            at = match.end()
        return block

    def _sort(self, block: Block, letter: str, digits: str, at: int) -> None:
        """Put one word in its place, or report why it has none."""
        value = float(digits)
        if letter in "GM":
            self._sort_code(block, letter, value, digits)
        elif letter == "N":
            if at or value < 0 or not digits.isdigit():
                self.fault(block, "unknown-word", f"N{digits} is not a line number at the start of a line.")
        elif letter not in self.letters:
            reason = self.refused.get(letter, "is not a word of this controller.")
            self.fault(block, "unknown-word", f"{letter}{digits} {reason}")
        elif letter in block.values:
            self.fault(block, "duplicate-word", f"{letter} stands twice in one block.")
        elif abs(value) > NUMBER_MAX:
            self.fault(block, "number-too-large", f"{letter}{digits[:24]} is beyond what any machine moves.")
        else:
            block.values[letter] = value

    def _sort_code(self, block: Block, letter: str, value: float, digits: str) -> None:
        name = f"{letter}{value:g}"
        groups, table = (self.g_groups, block.g) if letter == "G" else (self.m_groups, block.m)
        if name in self.forbidden:
            self.fault(block, "forbidden-word", f"{name} {self.forbidden[name]}", f"Remove {name}.")
        elif name in self.refused:
            self.fault(block, "unsupported-word", f"{name} {self.refused[name]}")
        elif name not in groups:
            self.fault(block, "unknown-word", f"{letter}{digits} is not a word of this controller.")
        elif groups[name] in table:
            self.fault(block, "modal-conflict", f"{name} and {table[groups[name]]} are of the same modal group "
                        f"({groups[name]}) and may not stand in one block.")
        else:
            table[groups[name]] = name

    def fault(self, block: Block, check: str, message: str, remedy: str = "") -> None:
        block.faults += 1
        self.error(block.number, check, message, remedy=remedy)

    def check(self, block: Block) -> bool:
        """Whether the controller accepts the block as a whole; reports what is wrong."""
        raise NotImplementedError

    def execute(self, block: Block) -> None:
        """Do what the block says."""
        raise NotImplementedError
