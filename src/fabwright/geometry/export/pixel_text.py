"""Capitals and figures of 5 x 7 pixels, so that pictures with words have the same bytes everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH_PX, HEIGHT_PX, SPACING_PX = 5, 7, 1

# Seven rows from the top, each five bits in hexadecimal, the left pixel the highest.
_ROWS = {
    " ": "00 00 00 00 00 00 00", "A": "0E 11 11 1F 11 11 11", "B": "1E 11 11 1E 11 11 1E", "C": "0E 11 10 10 10 11 0E",
    "D": "1E 11 11 11 11 11 1E", "E": "1F 10 10 1E 10 10 1F", "F": "1F 10 10 1E 10 10 10", "G": "0E 11 10 17 11 11 0E",
    "H": "11 11 11 1F 11 11 11", "I": "0E 04 04 04 04 04 0E", "J": "07 02 02 02 02 12 0C", "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1F", "M": "11 1B 15 15 11 11 11", "N": "11 19 19 15 13 13 11", "O": "0E 11 11 11 11 11 0E",
    "P": "1E 11 11 1E 10 10 10", "Q": "0E 11 11 11 15 12 0D", "R": "1E 11 11 1E 14 12 11", "S": "0F 10 10 0E 01 01 1E",
    "T": "1F 04 04 04 04 04 04", "U": "11 11 11 11 11 11 0E", "V": "11 11 11 11 11 0A 04", "W": "11 11 11 15 15 1B 11",
    "X": "11 11 0A 04 0A 11 11", "Y": "11 11 0A 04 04 04 04", "Z": "1F 01 02 04 08 10 1F", "0": "0E 11 13 15 19 11 0E",
    "1": "04 0C 04 04 04 04 0E", "2": "0E 11 01 06 08 10 1F", "3": "1E 01 01 0E 01 01 1E", "4": "02 06 0A 12 1F 02 02",
    "5": "1F 10 1E 01 01 11 0E", "6": "06 08 10 1E 11 11 0E", "7": "1F 01 02 04 04 08 08", "8": "0E 11 11 0E 11 11 0E",
    "9": "0E 11 11 0F 01 02 0C", ".": "00 00 00 00 00 0C 0C", ",": "00 00 00 00 0C 04 08", ":": "00 0C 0C 00 0C 0C 00",
    "-": "00 00 00 1F 00 00 00", "+": "00 04 04 1F 04 04 00", "/": "01 01 02 04 08 10 10", "%": "19 19 02 04 08 13 13",
    "(": "02 04 08 08 08 04 02", ")": "08 04 02 02 02 04 08", "=": "00 00 1F 00 1F 00 00", "_": "00 00 00 00 00 00 1F",
    "'": "04 04 08 00 00 00 00", "?": "0E 11 01 02 04 00 04",
}


def text_mask(words: str, scale: int = 1) -> NDArray[np.bool_]:
    """Pixels of a line of text in capitals, `scale` times enlarged; what has no glyph is shown as a question mark."""
    pixels = np.zeros((HEIGHT_PX, max(len(words) * (WIDTH_PX + SPACING_PX) - SPACING_PX, 0)), dtype=bool)
    for place, letter in enumerate(words.upper()):
        rows = np.array([int(row, 16) for row in _ROWS.get(letter, _ROWS["?"]).split()])
        left = place * (WIDTH_PX + SPACING_PX)
        pixels[:, left:left + WIDTH_PX] = (rows[:, None] >> np.arange(WIDTH_PX - 1, -1, -1)[None, :]) & 1
    return np.kron(pixels, np.ones((scale, scale), dtype=bool))


def write_text(canvas: NDArray[Any], words: str, left: int, top: int, value: int, scale: int = 1) -> None:
    """Write a line of text onto a canvas (h, w) of indices; what does not fit is cut off."""
    mask = text_mask(words, scale)[:max(canvas.shape[0] - top, 0), :max(canvas.shape[1] - left, 0)]
    canvas[top:top + mask.shape[0], left:left + mask.shape[1]][mask] = value
