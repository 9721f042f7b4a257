"""Do a design's zones ask for settings that there are, and do they meet their body?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabwright.machines.fdm.inspection.body import finding
from fabwright.machines.fdm.settings import INFILL_PATTERNS
from fabwright.model import Finding, Nominal, NominalZone, Severity

DENSITY, PATTERN, SUPPORTS = "infill_density", "infill_pattern", "supports"
ZONE_SUPPORTS = ("blocked", "forced")
_REMEDY = "Report the design."
_SOURCE = "settings that zones may have"


def zone_findings(nominal: Nominal) -> Iterator[Finding]:
    """Errors for settings that are none, warnings for zones that lie beside their body."""
    for zone in nominal.zones:
        for name in sorted(zone.settings):
            words = _refusal(name, zone.settings[name])
            if words:
                yield finding("zone-setting", Severity.ERROR, zone.mesh.name, words, 1.0, 0.0, "", _REMEDY, _SOURCE)
        apart = _apart_mm(zone, nominal)
        if apart > 0.0:
            yield finding("zone-apart", Severity.WARNING, zone.mesh.name,
                          f"The zone lies {apart:.1f} mm beside {nominal.meshes[zone.body].name} and changes nothing.",
                          apart, 0.0, "mm", _REMEDY, _SOURCE)


def _refusal(name: str, value: object) -> str:
    if name == DENSITY:
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0
        return "" if good else f"The zone asks for {name} {value!r}; it must be a number from 0 to 1."
    known = {PATTERN: INFILL_PATTERNS, SUPPORTS: ZONE_SUPPORTS}.get(name)
    if known is None:
        return f"The zone asks for {name!r}, which no zone can set; known: {DENSITY}, {PATTERN}, {SUPPORTS}."
    return "" if value in known else f"The zone asks for {name} {value!r}; known: {', '.join(known)}."


def _apart_mm(zone: NominalZone, nominal: Nominal) -> float:
    """Largest distance between the boxes of a zone and its body along an axis; 0 where they overlap."""
    (low, high), (body_low, body_high) = zone.mesh.bounds_mm, nominal.meshes[zone.body].bounds_mm
    return max(0.0, float(np.maximum(low - body_high, body_low - high).max()))
