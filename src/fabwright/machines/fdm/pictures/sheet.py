"""The sheet that a layer is drawn on: title, drawing, scale bar and a key of colours, as palette indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.geometry.export.pixel_text import HEIGHT_PX, SPACING_PX, WIDTH_PX, write_text
from fabwright.geometry.export.png_file import encode_palette_png
from fabwright.geometry.export.raster import Frame, fitting_frame
from fabwright.model import Floats

PAPER, INK, FAINT = 0, 1, 2
BASE_COLOURS = ((255, 255, 255), (30, 30, 30), (205, 205, 205))
# Space round the drawing, and its least height, px; margin round what is drawn, mm.
EDGE_PX, LEAST_PX, MARGIN_MM = 12, 160, 1.5
TALLEST = 1.25
SCALE_LENGTHS_MM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
BAR_PX = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """An empty drawing of the right size: its `canvas` (h, w) of palette indices, and the `frame` it shows."""

    canvas: NDArray[np.uint8]
    frame: Frame


def empty_sheet(low_mm: Floats, high_mm: Floats, width_px: int) -> Sheet:
    """A drawing that shows a box, as wide as given and as high as the box asks for."""
    low, high = low_mm - MARGIN_MM, high_mm + MARGIN_MM
    size = np.maximum(high - low, 1e-3)
    inner = width_px - 2 * EDGE_PX
    height = int(np.clip(np.ceil(inner * size[1] / size[0]), LEAST_PX, TALLEST * inner))
    return Sheet(np.full((height, inner), PAPER, dtype=np.uint8), fitting_frame(low, high, inner, height))


def finished(sheet: Sheet, title: str, key: Sequence[tuple[int, str]], palette: Sequence[tuple[int, int, int]]
             ) -> bytes:
    """PNG of a drawing with its title above, scale bar and key of (palette index, words) below."""
    height, inner = sheet.canvas.shape
    width = inner + 2 * EDGE_PX
    scale = 2 if width >= 560 else 1
    line = (HEIGHT_PX + 5) * scale
    rows = _key_rows(key, width - 2 * EDGE_PX, scale)
    page = np.full((height + line * (2 + len(rows)) + 3 * EDGE_PX, width), PAPER, dtype=np.uint8)
    write_text(page, title, EDGE_PX, EDGE_PX, INK, scale)
    top = EDGE_PX + line
    page[top:top + height, EDGE_PX:EDGE_PX + inner] = sheet.canvas
    top += height + EDGE_PX
    _scale_bar(page, sheet.frame, top, scale)
    for number, row in enumerate(rows):
        for left, index, words in row:
            y = top + line * (1 + number)
            page[y:y + HEIGHT_PX * scale, left:left + HEIGHT_PX * scale] = INK
            page[y + 1:y + HEIGHT_PX * scale - 1, left + 1:left + HEIGHT_PX * scale - 1] = index
            write_text(page, words, left + (HEIGHT_PX + 3) * scale, y, INK, scale)
    return encode_palette_png(page, palette)


def _key_rows(key: Sequence[tuple[int, str]], room_px: int, scale: int) -> list[list[tuple[int, int, str]]]:
    """Entries set in lines: each (left edge, palette index, words)."""
    rows: list[list[tuple[int, int, str]]] = [[]]
    left = EDGE_PX
    for index, words in key:
        needed = (HEIGHT_PX + 3 + len(words) * (WIDTH_PX + SPACING_PX) + 8) * scale
        if rows[-1] and left + needed > room_px + EDGE_PX:
            rows.append([])
            left = EDGE_PX
        rows[-1].append((left, index, words))
        left += needed
    return rows


def _scale_bar(page: NDArray[np.uint8], frame: Frame, top: int, scale: int) -> None:
    """The longest round length up to a fifth of the width, with its name."""
    fitting = [x for x in SCALE_LENGTHS_MM if x * frame.px_per_mm <= frame.width / 5.0]
    length = fitting[-1] if fitting else SCALE_LENGTHS_MM[0]
    end = min(EDGE_PX + round(length * frame.px_per_mm), page.shape[1] - 1)
    middle = top + HEIGHT_PX * scale // 2
    page[middle - BAR_PX // 2:middle + BAR_PX // 2, EDGE_PX:end] = INK
    page[top:top + HEIGHT_PX * scale, EDGE_PX:EDGE_PX + 2] = INK
    page[top:top + HEIGHT_PX * scale, max(end - 2, 0):end] = INK
    words = f"{length:g} MM"
    write_text(page, words, end + 6 * scale, top, INK, scale)


