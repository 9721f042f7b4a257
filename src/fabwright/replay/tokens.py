"""All plain motion lines of a text at once: `G1 X1.5 Y-2 E.03 F1800` and the like, as columns of numbers.

A line that is anything else (a comment, another command, a malformed number) is left to the interpreter, which reads
it character by character. Both ways must agree; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats, Ints

#: Digits of one number that the columns carry exactly: below 2**53.
_DIGITS_MAX = 15
_OTHER, _DIGIT, _DOT, _SIGN, _LETTER, _BLANK, _RETURN, _NEWLINE = range(8)
_LETTERS = b"XYZEFSG"
_POWERS = 10.0 ** np.arange(_DIGITS_MAX + 1)


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for characters, kind in ((b"0123456789", _DIGIT), (b".", _DOT), (b"+-", _SIGN), (_LETTERS, _LETTER),
                             (b" \t", _BLANK), (b"\r", _RETURN), (b"\n", _NEWLINE)):
        table[list(characters)] = kind
    return table


def _allowed_pairs() -> NDArray[np.bool_]:
    follows = {
        _NEWLINE: (_LETTER, _BLANK, _RETURN, _NEWLINE), _LETTER: (_DIGIT, _DOT, _SIGN), _SIGN: (_DIGIT, _DOT),
        _DIGIT: (_DIGIT, _DOT, _BLANK, _LETTER, _RETURN, _NEWLINE), _DOT: (_DIGIT, _BLANK, _RETURN, _NEWLINE),
        _BLANK: (_BLANK, _LETTER, _RETURN, _NEWLINE), _RETURN: (_NEWLINE,),
    }
    table = np.zeros((8, 8), dtype=np.bool_)
    for first, seconds in follows.items():
        table[first, list(seconds)] = True
    return table.ravel()


_CLASS = _classes()
_ALLOWED = _allowed_pairs()


@dataclass(frozen=True, slots=True, eq=False)
class PlainLines:
    """The lines of one text. `starts`, `ends` (n,) byte offsets without the newline; `plain` (n,) bool.

    For plain lines: `motion` (n,) is 0 or 1 for a leading G0 or G1 and -1 where there is none; `values` holds (n,)
    float64 columns for X Y Z E F S, NaN where the word is absent.
    """

    starts: Ints
    ends: Ints
    plain: NDArray[np.bool_]
    motion: NDArray[np.int8]
    values: dict[str, Floats]


def plain_lines(data: bytes) -> PlainLines:
    """Read every plain motion line of `data`, which ends with a newline."""
    raw = np.frombuffer(data, dtype=np.uint8)
    kind = _CLASS[raw]
    ends = np.flatnonzero(kind == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    line_of = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=-1))
    pairs = np.empty(len(kind), dtype=np.uint8)
    pairs[0] = _NEWLINE * 8 + kind[0]
    pairs[1:] = kind[:-1] * 8 + kind[1:]
    plain = np.ones(len(ends), dtype=np.bool_)
    plain[line_of[~_ALLOWED[pairs]]] = False
    letters = np.flatnonzero((kind == _LETTER) & plain[line_of])
    plain[np.bincount(line_of[letters], minlength=len(ends)) == 0] = False
    word_line = line_of[letters]
    value, good, whole = _numbers(raw, kind, plain[line_of], letters)
    plain[word_line[~good]] = False
    values = {}
    for letter in "XYZEFS":
        values[letter] = _column(raw[letters] == ord(letter), word_line, value, plain)
    motion = _motion(raw[letters] == ord("G"), word_line, value, whole, plain)
    return PlainLines(starts, ends, plain, motion, values)


def _numbers(raw: NDArray[np.uint8], kind: NDArray[np.uint8], usable: NDArray[np.bool_], letters: Ints
             ) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """The number after each letter, whether it is well formed, and whether it was written without a point."""
    count = len(letters)
    start = np.zeros(len(raw), dtype=np.bool_)
    start[letters] = True
    word_of = np.cumsum(start, dtype=np.int32) - 1
    digits = np.flatnonzero((kind == _DIGIT) & usable)
    dots = np.flatnonzero((kind == _DOT) & usable)
    signs = np.flatnonzero((raw == ord("-")) & usable)
    word = word_of[digits]
    per_word = np.bincount(word, minlength=count)
    last = np.cumsum(per_word)
    place = last[word] - 1 - np.arange(len(digits))
    weight = (raw[digits] - ord("0")) * _POWERS[np.minimum(place, _DIGITS_MAX)]
    value = np.bincount(word, weights=weight, minlength=count)
    dot_word = word_of[dots]
    dots_per_word = np.bincount(dot_word, minlength=count)
    decimals = np.zeros(count, dtype=np.int64)
    decimals[dot_word] = last[dot_word] - np.searchsorted(digits, dots)
    good = (per_word > 0) & (per_word <= _DIGITS_MAX) & (dots_per_word <= 1)
    number: Floats = value / _POWERS[np.where(good, decimals, 0)]
    negative = word_of[signs]
    number[negative] = -number[negative]
    whole: NDArray[np.bool_] = dots_per_word == 0
    return number, good, whole


def _column(mine: NDArray[np.bool_], word_line: NDArray[np.int32], value: Floats, plain: NDArray[np.bool_]) -> Floats:
    column = np.full(len(plain), np.nan)
    lines = word_line[mine]
    column[lines] = value[mine]
    plain[lines[1:][lines[1:] == lines[:-1]]] = False
    return column


def _motion(mine: NDArray[np.bool_], word_line: NDArray[np.int32], value: Floats, whole: NDArray[np.bool_],
            plain: NDArray[np.bool_]) -> NDArray[np.int8]:
    """G0 or G1 where it is the first word of its line; any other use of G makes the line not plain."""
    motion = np.full(len(plain), -1, dtype=np.int8)
    first = np.ones(len(word_line), dtype=np.bool_)
    first[1:] = word_line[1:] != word_line[:-1]
    fit = mine & first & whole & ((value == 0) | (value == 1))
    motion[word_line[fit]] = value[fit].astype(np.int8)
    plain[word_line[mine & ~fit]] = False
    return motion
