"""Words of one line: a letter and what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_WORD = re.compile(rf'\s*([A-Z])(?:"([^"]*)"|\s*"([^"]*)"|\s*({_NUMBER}))?')
_TAIL = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `number` is None for a bare letter or a quoted text; `written` is how it stands in the line."""

    letter: str
    number: float | None
    text: str
    written: str


def words(line: str, start: int = 0) -> Iterator[Word]:
    """Cut upper-case text into words; what is no word comes as a Word with letter "?" and ends the line."""
    at, end = start, len(line)
    while at < end:
        if line[at].isspace():
            at += 1
            continue
        match = _WORD.match(line, at)
        if match is None:
            yield Word("?", None, "", _token(line, at))
            return
        letter, quoted, spaced, number = match.groups()
        text = quoted if quoted is not None else spaced
        following = line[match.end():match.end() + 1]
        if number is not None and following and not (following.isspace() or "A" <= following <= "Z"):
            yield Word("?", None, "", _token(line, match.start(1)))
            return
        yield Word(letter, float(number) if number is not None else None, text or "", _token(line, match.start(1)))
        at = match.end()


def _token(line: str, at: int) -> str:
    """The text from here to the next blank, cut short for a message."""
    match = _TAIL.match(line, at)
    token = match.group() if match else line[at:]
    return token if len(token) <= 24 else token[:24] + "..."
