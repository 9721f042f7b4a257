"""Measured material to checks and figures."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.verify.judging import judged
from fabwright.machines.fdm.verify.material import Measured
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.model import Check, Floats, Machine

# Beads round off corners and end bluntly: this much along the outline is not held against a layer's area.
ROUNDING_MM = 0.05
# Sections of a mesh at layer middles against its volume: a stair of layers.
STAIR_PCT = 3.0


def material_checks(measured: Measured, reference: Reference, machine: Machine, settings: PrintSettings
                    ) -> tuple[list[Check], dict[str, float]]:
    """Checks of the deposited material, and the figures they rest on."""
    limits = machine.profile.tolerances
    half_line = settings.line_width_mm / 2.0
    height = np.diff(reference.tops_mm, prepend=0.0)
    outline = np.asarray([sum(_length(p) for p in r.polygons()) for r in reference.section])
    off = measured.excess_mm2 - measured.missing_mm2
    section = np.maximum(reference.section_mm2, 1e-9)
    area = np.maximum(np.abs(off) - ROUNDING_MM * outline, 0.0) / section * 100.0
    expected = float((measured.expected_mm2 * height).sum())
    pushed = float((measured.pushed_mm2 * height).sum())
    volume = (pushed / expected - 1.0) * 100.0 if expected > 0.0 else 100.0
    # Lines come whole: half a line across the sparse area, more or less, is no error.
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    half_lines = 0.5 * spacing * np.sqrt(measured.sparse_mm2) if settings.infill_density > 0.0 else 0.0
    line = float((half_lines * height).sum())
    volume_limit = round(limits.volume_pct + (100.0 * line / expected if expected > 0.0 else 0.0), 3)
    source = limits.source
    checks = [
        _layered("printed-outside", measured.outside_mm2, limits.outside_mm2, "mm2",
                 "Area printed outside the solid by more than half a line", source),
        _layered("solid-filled", np.maximum(measured.void_mm2 - limits.void_pct / 100.0 * section, 0.0),
                 limits.void_mm2,
                 "mm2", f"Area left open in walls and skins beyond {limits.void_pct:g} % of the layer", source),
        _layered("layer-area", area, limits.area_pct, "%", "Area of beads against the section, rounded corners apart",
                 source),
        _layered("boundary", measured.boundary_p99_mm, round(half_line, 4), "mm",
                 "Distance between bead edge and section, 99th percentile of the layer", "half a line width"),
        _layered("infill-gap", measured.open_mm2, limits.open_mm2, "mm2",
                 "Area inside further from a bead than the declared infill leaves", source),
        _layered("supported", measured.unsupported_mm2, limits.unsupported_mm2, "mm2",
                 "Beads over the solid below that find no bead under them", source),
        judged("volume", abs(volume) <= volume_limit, f"The deposited volume is {volume:+.2f} % off what the solid and "
               f"the infill density ask for (limit {volume_limit:.2f} %).",
               f"The deposited volume is {volume:+.2f} % off what the solid and the infill density ask for; the limit "
               f"is {volume_limit:.2f} %.", abs(volume), volume_limit, "%", source),
        _stair(reference, height),
    ]
    figures = {
        "volume_deviation_pct": round(volume, 3), "area_deviation_max_pct": round(float(area.max(initial=0.0)), 3),
        "area_deviation_p95_pct": round(float(np.percentile(np.abs(off) / section * 100.0, 95)), 3),
        "boundary_p99_mm": round(float(measured.boundary_p99_mm.max(initial=0.0)), 4),
        "outside_max_mm2": round(float(measured.outside_mm2.max(initial=0.0)), 4),
        "void_max_mm2": round(float(measured.void_mm2.max(initial=0.0)), 4),
        "unsupported_max_mm2": round(float(measured.unsupported_mm2.max(initial=0.0)), 4),
        "infill_open_max_mm2": round(float(measured.open_mm2.max(initial=0.0)), 4), "deposited_mm3": round(pushed, 2),
        "infill_joints_mm3": round(float((measured.joints_mm2 * height).sum()), 2),
        "solid_mm3": round(reference.volume_mm3, 2), "scanline_pitch_mm": measured.pitch_mm,
    }
    return checks, figures


def _length(ring: Floats) -> float:
    return float(np.hypot(*(ring - np.roll(ring, 1, axis=0)).T).sum())


def _layered(name: str, values: Floats, limit: float, unit: str, what: str, source: str) -> Check:
    """Worst layer against the limit."""
    worst = int(np.argmax(values)) if len(values) else 0
    value = float(values[worst]) if len(values) else 0.0
    return judged(name, bool(np.all(values <= limit)), f"{what}: at most {value:.4g} {unit} (limit {limit:.4g}).",
                  f"Layer {worst}: {what[0].lower()}{what[1:]} is {value:.4g} {unit}, the limit is {limit:.4g}.",
                  value, limit, unit, source)


def _stair(reference: Reference, height: Floats) -> Check:
    layered = float((reference.section_mm2 * height).sum())
    off = (layered / reference.volume_mm3 - 1.0) * 100.0
    limit = max(STAIR_PCT, 100.0 * float(height[0]) / float(reference.tops_mm[-1]))
    return judged("layers-make-the-solid", abs(off) <= limit,
                  f"The layers' sections make {off:+.2f} % of the solid's volume.",
                  f"The layers' sections make {off:+.2f} % more or less than the solid's volume (limit {limit:.1f} %).",
                  abs(off), round(limit, 3), "%", "sections at layer middles")
