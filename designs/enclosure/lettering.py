"""A single-stroke alphabet drawn for cutting: no font file, so the same strokes on every machine."""

from __future__ import annotations

import numpy as np

# Glyphs stand on a grid 4 wide and 6 high; each point is two digits, x then y. The first number is the width.
_GLYPHS: dict[str, tuple[int, str]] = {
    "A": (4, "00 04 26 44 40|02 42"), "B": (4, "00 06 36 45 44 33 03|33 42 41 30 00"),
    "C": (4, "45 36 16 05 01 10 30 41"), "D": (4, "00 06 26 44 42 20 00"), "E": (4, "46 06 00 40|03 33"),
    "F": (4, "46 06 00|03 33"), "G": (4, "45 36 16 05 01 10 30 41 43 23"), "H": (4, "00 06|40 46|03 43"),
    "I": (2, "00 20|06 26|10 16"), "J": (4, "46 41 30 10 01"), "K": (4, "00 06|46 03 40"), "L": (4, "06 00 40"),
    "M": (4, "00 06 23 46 40"), "N": (4, "00 06 40 46"), "O": (4, "10 01 05 16 36 45 41 30 10"),
    "P": (4, "00 06 36 45 44 33 03"), "Q": (4, "10 01 05 16 36 45 41 30 10|22 40"),
    "R": (4, "00 06 36 45 44 33 03|23 40"), "S": (4, "45 36 16 05 04 13 33 42 41 30 10 01"),
    "T": (4, "06 46|20 26"), "U": (4, "06 01 10 30 41 46"), "V": (4, "06 20 46"), "W": (4, "06 10 24 30 46"),
    "X": (4, "00 46|06 40"), "Y": (4, "06 23 46|23 20"), "Z": (4, "06 46 00 40"),
    "0": (4, "10 01 05 16 36 45 41 30 10|12 34"), "1": (2, "05 16 10|00 20"), "2": (4, "05 16 36 45 44 00 40"),
    "3": (4, "05 16 36 45 44 33 42 41 30 10 01|13 33"), "4": (4, "30 36 02 42"), "5": (4, "46 06 03 33 42 41 30 00"),
    "6": (4, "45 36 16 05 01 10 30 41 42 33 03"), "7": (4, "06 46 10"),
    "8": (4, "13 04 05 16 36 45 44 33 42 41 30 10 01 02 13 33"), "9": (4, "01 10 30 41 45 36 16 05 04 13 43"),
    "-": (4, "13 33"), "+": (4, "03 43|21 25"), ".": (1, "00 10"), ":": (1, "01 11|04 14"), "/": (4, "00 46"),
    "_": (4, "00 40"), "#": (4, "10 16|30 36|02 42|04 44"), "(": (2, "26 04 02 20"), ")": (2, "06 24 22 00"),
    " ": (2, ""),
}
LABEL_PATTERN = r"[A-Za-z0-9 .:/_#()+-]*"
_GRID_HEIGHT = 6.0
_SPACE_BETWEEN = 1.8


def text_width_mm(text: str, height_mm: float) -> float:
    """Width of a line of text whose capitals are that high, from stroke centre to stroke centre."""
    widths = [_GLYPHS[c][0] for c in text.upper()]
    return (sum(widths) + _SPACE_BETWEEN * max(0, len(widths) - 1)) * height_mm / _GRID_HEIGHT


def text_strokes(text: str, height_mm: float) -> list[np.ndarray]:
    """Strokes (n, 2) in mm of a line of text (small letters become capitals), centred on (0, 0)."""
    unit = height_mm / _GRID_HEIGHT
    shift = np.array([text_width_mm(text, height_mm) / 2.0, height_mm / 2.0])
    strokes: list[np.ndarray] = []
    at = 0.0
    for character in text.upper():
        width, drawn = _GLYPHS[character]
        for stroke in drawn.split("|") if drawn else []:
            points = np.array([(float(p[0]) + at, float(p[1])) for p in stroke.split(" ")])
            strokes.append(points * unit - shift)
        at += width + _SPACE_BETWEEN
    return strokes
