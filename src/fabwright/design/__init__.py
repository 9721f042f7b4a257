"""All that a designer's file may import of Fabwright: options and rules, what `build` gets and what it returns.

Beside that, the configure stage itself for those who take orders. Geometry for designers (`_LAZY`) is loaded on first
use, so that importing this package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fabwright.design.constructors import angle, attachment, choice, count, flag, length, number, text
from fabwright.design.options import Options, Problem, rule
from fabwright.design.reading import parse_assignments, parse_options_json
from fabwright.design.schema import OptionInfo, describe, json_schema
from fabwright.design.variants import configure
from fabwright.errors import BuildError, InputFileError
from fabwright.model import (
    Attachment,
    Body,
    Contour,
    CriticalDimension,
    Datum,
    Finding,
    Fits,
    FlatPart,
    Hardware,
    Making,
    Part,
    Severity,
    Zone,
)

__all__ = [
    "Attachment", "Body", "BuildError", "Contour", "CriticalDimension", "Datum", "Finding", "Fits", "FlatPart",
    "Hardware", "InputFileError", "Making", "OptionInfo", "Options", "Part", "Problem", "Severity", "Zone",
    "angle", "attachment", "choice", "configure", "count", "describe", "flag", "json_schema", "length", "number",
    "parse_assignments", "parse_options_json", "rule", "text",
]

# Name for designers -> module of fabwright.geometry that defines it; imported when the name is first used.
_LAZY: dict[str, str] = {
    "Board": "fabwright.geometry.kicad.boards",
    "EdgeConnector": "fabwright.geometry.kicad.boards",
    "Keepout": "fabwright.geometry.kicad.boards",
    "MountingHole": "fabwright.geometry.kicad.boards",
    "contour_area_mm2": "fabwright.geometry.rounded_outline",
    "contour_wire": "fabwright.geometry.contour_wire",
    "envelope": "fabwright.geometry.rounded_outline",
    "grown": "fabwright.geometry.rounded_outline",
    "polygon_of": "fabwright.geometry.rounded_outline",
    "read_board": "fabwright.geometry.kicad.reader",
    "rounded": "fabwright.geometry.rounded_outline",
    "straight": "fabwright.geometry.rounded_outline",
    "PeriodicSpline": "fabwright.geometry.spline_face",
    "height_field_solid": "fabwright.geometry.spline_face",
    "height_spline": "fabwright.geometry.spline_face",
    "mesh_volume_mm3": "fabwright.geometry.inspect",
    "periodic_spline": "fabwright.geometry.spline_face",
    "tessellate": "fabwright.geometry.tessellate",
    "thin_grid": "fabwright.geometry.height_field",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
