"""DXF of flat parts for any cutter: R2010, millimetres, closed polylines with bulges, nominal geometry."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from fabwright.errors import InputFileError
from fabwright.geometry.contours import as_circle, circle
from fabwright.geometry.export.sheet_row import (
    KERF_NOTE,
    LAYERS,
    Layered,
    drawing_bounds_mm,
    in_a_row,
    layered,
    require_same,
)
from fabwright.model import Contour, FlatPart

#: Places of coordinates (mm) and of bulges as written.
PLACES, BULGE_PLACES = 6, 12
READ_BACK_MM = 1e-5
#: 1 January 2000 as a Julian date, and GUIDs that say nothing, in place of clock and chance.
_PINNED_DATE = "2451544.5"
_PINNED_GUID = "{00000000-0000-0000-0000-000000000000}"


def write_dxf(sheets: Sequence[FlatPart], title: str, spacing_mm: float = 10.0) -> bytes:
    """The parts in a row `spacing_mm` apart, on layers CUT, ENGRAVE and SCORE; the same bytes every time.

    Raises InternalError when the bytes do not read back to what was written.
    """
    parts = in_a_row(sheets, spacing_mm)
    contours = [(layer, _rounded(c)) for layer, c in layered(parts)]
    data = _drawing(contours, title)
    written: Layered = {name: tuple(_as_read(c) for layer, c in contours if layer == name) for name, _, _ in LAYERS}
    require_same(title, "DXF", written, read_dxf(data, title), READ_BACK_MM)
    return data


def _rounded(contour: Contour) -> Contour:
    v = np.column_stack([np.round(contour.vertices[:, :2], PLACES), np.round(contour.vertices[:, 2], BULGE_PLACES)])
    return Contour(v + 0.0, contour.closed)


def _as_read(contour: Contour) -> Contour:
    """A circle loses its sense of running in a DXF; everything else stays."""
    round_one = as_circle(contour)
    return contour if round_one is None else circle(*round_one)


def _drawing(contours: Sequence[tuple[str, Contour]], title: str) -> bytes:
    import ezdxf

    document = ezdxf.new("R2010", setup=False)
    document.header["$INSUNITS"] = 4
    document.header["$MEASUREMENT"] = 1
    document.header["$LASTSAVEDBY"] = "fabwright"
    document.header.custom_vars.append("TITLE", title)
    document.header.custom_vars.append("KERF", KERF_NOTE)
    document.header.custom_vars.append("UNITS", "millimetres")
    for name, colour, _ in LAYERS:
        document.layers.add(name, color=colour)
    space = document.modelspace()
    for layer, contour in contours:
        _add(space, layer, contour)
    box = [round(v, PLACES) for v in drawing_bounds_mm([c for _, c in contours])]
    space.reset_extents((box[0], box[1], 0.0), (box[2], box[3], 0.0))
    space.reset_limits((box[0], box[1]), (box[2], box[3]))
    # Its writer leaves the header alone where a corner is the origin.
    document.header["$EXTMIN"], document.header["$EXTMAX"] = (box[0], box[1], 0.0), (box[2], box[3], 0.0)
    # Its writer would register the classes of the entities in the order of a set, which changes from run to run.
    for kind in sorted(document.entitydb.dxf_types_in_use()):
        document.classes.add_class(kind)
    stream = io.StringIO()
    document.write(stream)
    return _pinned(stream.getvalue()).encode("utf-8")


def _add(space: Any, layer: str, contour: Contour) -> None:
    round_one = as_circle(contour)
    if round_one is not None:
        x, y, radius = (round(v, PLACES) for v in round_one)
        # A circle has no sense of running: its extrusion stays up, and holes are told by nesting.
        space.add_circle((x, y), radius, dxfattribs={"layer": layer})
        return
    rows = [(x, y, bulge) for x, y, bulge in contour.vertices.tolist()]
    space.add_lwpolyline(rows, format="xyb", close=contour.closed, dxfattribs={"layer": layer})


def _pinned(text: str) -> str:
    """The drawing without the dates, GUIDs and version stamps that its writer puts in."""
    text = re.sub(r"(\$TDU?(?:CREATE|UPDATE)\n *40\n)[^\n]*", rf"\g<1>{_PINNED_DATE}", text)
    text = re.sub(r"(\$(?:FINGERPRINT|VERSION)GUID\n *2\n)[^\n]*", rf"\g<1>{_PINNED_GUID}", text)
    return re.sub(r"\n[0-9][^\n]* @ [0-9]{4}-[^\n]*\n", "\nfabwright\n", text)


def read_dxf(data: bytes, name: str = "DXF") -> Layered:
    """Contours by layer from a drawing of polylines and circles in millimetres.

    Circles come back counter-clockwise. Raises InputFileError for other units, other entities, or a damaged file.
    """
    import ezdxf

    try:
        document = ezdxf.read(io.StringIO(data.decode("utf-8")))
    except (ezdxf.DXFError, UnicodeDecodeError, ValueError) as error:
        raise InputFileError(f"{name}: this is no readable DXF: {error}") from None
    if document.header.get("$INSUNITS", 0) != 4:
        raise InputFileError(f"{name}: the drawing's unit ($INSUNITS {document.header.get('$INSUNITS', 0)}) is not "
                             "millimetres (4)")
    out: dict[str, list[Contour]] = {}
    for entity in document.modelspace():
        kind = entity.dxftype()
        if kind == "CIRCLE":
            centre = entity.dxf.center
            contour = circle(centre.x, centre.y, entity.dxf.radius)
        elif kind == "LWPOLYLINE":
            contour = Contour(np.array(entity.get_points("xyb"), dtype=np.float64).reshape(-1, 3), bool(entity.closed))
        else:
            raise InputFileError(f"{name}: it holds a {kind}; only polylines and circles are read")
        out.setdefault(entity.dxf.layer, []).append(contour)
    return {layer: tuple(out[layer]) for layer in sorted(out)}
