"""The page a technician works from: picture, zero, stock, tools, programs, what was proved and what to measure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from fabwright.errors import InternalError
from fabwright.model import Machine, Material, Verdict, number_text


def duration_text(seconds: float) -> str:
    """Hours, minutes and seconds in words: `1 h 02 min 03 s`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def figure_text(value: float | None, unit: str = "") -> str:
    """A figure for reading: at most three decimals, then its unit; a dash where there is none."""
    if value is None:
        return "-"
    return f"{number_text(float(value), 3)} {unit}".strip()


def setup_sheet_html(template: str, manifest: Mapping[str, Any], verdict: Verdict, picture_png: bytes,
                     machine: Machine, material: Material) -> bytes:
    """HTML (one file, picture inside) from the template and the manifest; InternalError when the template asks for
    a value that is not there."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                                                lstrip_blocks=True)
    try:
        page = environment.from_string(template).render(
            manifest=manifest, machine=machine, material=material, setup=_setup_rows(manifest["setup"]),
            picture=base64.b64encode(picture_png).decode(), checks=_check_rows(verdict), figures=_figure_rows(verdict),
            dimensions=_dimension_rows(manifest), not_checked=verdict.not_checked, passed=verdict.passed,
            programs=manifest["programs"], hardware=manifest["hardware"], assembly=manifest["assembly"],
            findings=manifest["findings"])
    except TemplateError as error:
        raise InternalError(f"setup-sheet.html.j2: {error}") from None
    return (page.rstrip() + "\n").encode()


def _triple(values: Any) -> str:
    return " x ".join(number_text(float(v), 3) for v in values)


def _setup_rows(setup: Mapping[str, Any]) -> dict[str, Any]:
    stock = setup["stock"]
    return {
        "zero": setup["zero"], "notes": setup["notes"],
        "stock": None if stock is None else {"description": stock["description"], "size": _triple(stock["size_mm"]),
                                             "origin": _triple(stock["origin_mm"])},
        "tools": [{"number": t["number"], "description": t["description"], "data": _pairs(t["data"])}
                  for t in setup["tools"]],
        "placements": [{"name": p["name"], "offset": _triple(p["offset_mm"]),
                        "rotation": number_text(p["rotation_deg"], 3), "program": p["program"] + 1}
                       for p in setup["placements"]],
        "parameters": [(k, _value(setup["parameters"][k])) for k in sorted(setup["parameters"])
                       if isinstance(setup["parameters"][k], str | int | float | bool)],
    }


def _pairs(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {_value(data[k])}" for k in sorted(data))


def _value(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number_text(float(value), 4)


def _check_rows(verdict: Verdict) -> list[dict[str, str]]:
    return [{"name": c.name, "status": str(c.status), "message": c.message, "measured": figure_text(c.measured, c.unit),
             "limit": "not set" if c.limit is None else figure_text(c.limit, c.unit)} for c in verdict.checks]


def _figure_rows(verdict: Verdict) -> list[tuple[str, str]]:
    rows = []
    for key in sorted(verdict.figures):
        value = verdict.figures[key]
        rows.append((key, duration_text(value) if key == "time_s" else number_text(float(value), 3)))
    return rows


def _dimension_rows(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": d["name"], "body": d["body"], "method": d["method"],
             "nominal": figure_text(d["nominal"], d["unit"]),
             "range": f"{number_text(d['nominal'] - d['minus'], 3)} .. {number_text(d['nominal'] + d['plus'], 3)}"}
            for d in manifest["critical_dimensions"]]
