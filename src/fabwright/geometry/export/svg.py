"""SVG of flat parts: millimetres, arcs kept as arcs, a group a layer, nominal geometry."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np

from fabwright.errors import InputFileError
from fabwright.geometry.contours import STRAIGHT_BULGE, arc_centres, as_circle, circle, segments
from fabwright.geometry.export.sheet_row import (
    KERF_NOTE,
    LAYERS,
    Layered,
    drawing_bounds_mm,
    in_a_row,
    layered,
    require_same,
)
from fabwright.model import Contour, FlatPart, number_text

#: Places of coordinates, mm.
PLACES = 5
READ_BACK_MM = 1e-4
#: Free border around the drawing, mm.
BORDER_MM = 5.0
#: Arcs are written in steps of at most this angle: near half a turn a radius says little about an arc.
STEP_RAD = math.radians(100.0)
_SVG = "{http://www.w3.org/2000/svg}"


def write_svg(sheets: Sequence[FlatPart], title: str = "flat parts", spacing_mm: float = 10.0) -> bytes:
    """The parts in a row `spacing_mm` apart, at true size, y up in the drawing as in the part.

    Raises InternalError when the bytes do not read back to what was written.
    """
    parts = in_a_row(sheets, spacing_mm)
    contours = list(layered(parts))
    x0, y0, x1, y1 = drawing_bounds_mm([c for _, c in contours])
    left, top = x0 - BORDER_MM, y1 + BORDER_MM
    width, height = _number(x1 - x0 + 2 * BORDER_MM), _number(y1 - y0 + 2 * BORDER_MM)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
             f'viewBox="0 0 {width} {height}">',
             f"<title>{escape(title)}</title>", f"<desc>{KERF_NOTE}; unit 1 mm</desc>"]
    for name, _, colour in LAYERS:
        lines.append(f'<g id="{name}" fill="none" stroke="{colour}" stroke-width="0.1">')
        lines += [_element(c, left, top) for layer, c in contours if layer == name]
        lines.append("</g>")
    data = ("\n".join(lines) + "\n</svg>\n").encode("utf-8")
    written = {name: tuple(_as_read(c, left, top) for layer, c in contours if layer == name) for name, _, _ in LAYERS}
    require_same(title, "SVG", written, read_svg(data, title), READ_BACK_MM)
    return data


def _number(value: float) -> str:
    return number_text(value, PLACES)


def _as_read(contour: Contour, left: float, top: float) -> Contour:
    """In the page's own frame, y down, which turns every arc over; circles lose their sense of running."""
    v = contour.vertices
    flipped = Contour(np.column_stack([v[:, 0] - left, top - v[:, 1], -v[:, 2]]), contour.closed)
    round_one = as_circle(flipped)
    return flipped if round_one is None else circle(*round_one)


def _element(contour: Contour, left: float, top: float) -> str:
    round_one = as_circle(contour)
    if round_one is not None:
        x, y, radius = round_one
        return f'<circle cx="{_number(x - left)}" cy="{_number(top - y)}" r="{_number(radius)}"/>'
    table = segments(contour)
    words = [f"M{_number(table[0, 0] - left)} {_number(top - table[0, 1])}"]
    centres, radii, angles = arc_centres(table)
    for k, (row, centre, radius, angle) in enumerate(zip(table, centres, radii, angles, strict=True)):
        last = contour.closed and k == len(table) - 1
        if abs(row[4]) <= STRAIGHT_BULGE:
            if not last:
                words.append(f"L{_number(row[2] - left)} {_number(top - row[3])}")
            continue
        steps = math.ceil(abs(angle) / STEP_RAD)
        begin = math.atan2(row[1] - centre[1], row[0] - centre[0])
        for step in range(1, steps + 1):
            turned = begin + angle * step / steps
            x, y = ((row[2], row[3]) if step == steps else
                    (centre[0] + radius * math.cos(turned), centre[1] + radius * math.sin(turned)))
            # Sweep 1 turns from x to y of the page, which is clockwise to the eye.
            words.append(f"A{_number(radius)} {_number(radius)} 0 0 {0 if angle > 0 else 1} {_number(x - left)} "
                         f"{_number(top - y)}")
    return f'<path d="{" ".join(words)}{" Z" if contour.closed else ""}"/>'


def read_svg(data: bytes, name: str = "SVG") -> Layered:
    """Contours by layer from a page of paths (M, L, A, Z) and circles, in the page's frame (y down).

    Raises InputFileError for anything else.
    """
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise InputFileError(f"{name}: this is no readable SVG: {error}") from None
    out: Layered = {}
    for group in root.iter(f"{_SVG}g"):
        found = []
        for element in group:
            if element.tag == f"{_SVG}circle":
                x, y, radius = (float(element.get(key, "nan")) for key in ("cx", "cy", "r"))
                found.append(circle(x, y, radius))
            elif element.tag == f"{_SVG}path":
                found.append(_path(element.get("d", ""), name))
            else:
                raise InputFileError(f"{name}: it holds a {element.tag.rpartition('}')[2]}; only paths and circles are "
                                     "read")
        out[group.get("id", "")] = tuple(found)
    return out


def _path(text: str, name: str) -> Contour:
    words = re.findall(r"([A-Za-z])([^A-Za-z]*)", text)
    rows: list[list[float]] = []
    closed = False
    for letter, rest in words:
        numbers = [float(v) for v in rest.split() if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", v)]
        if len(numbers) != len(rest.split()):
            raise InputFileError(f"{name}: the path word {letter}{rest} holds something that is no number")
        if letter == "Z":
            closed = True
        elif letter in "ML" and len(numbers) == 2:
            rows.append([*numbers, 0.0])
        elif letter == "A" and len(numbers) == 7 and rows and numbers[0] > 0:
            x, y = numbers[5:]
            half = math.asin(min(math.dist(rows[-1][:2], (x, y)) / (2 * numbers[0]), 1.0))
            rows[-1][2] = math.tan(half / 2) * (1 if numbers[4] == 1 else -1)
            rows.append([x, y, 0.0])
        else:
            raise InputFileError(f"{name}: the path word {letter}{rest} is not read")
    # A closing arc ends where the path began.
    if closed and len(rows) > 1 and math.dist(rows[0][:2], rows[-1][:2]) < 2 * 10.0**-PLACES:
        rows.pop()
    return Contour(np.array(rows), closed)
