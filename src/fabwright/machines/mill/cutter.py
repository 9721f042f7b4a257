"""A cutter and how fast it may run in a material on a machine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.mill.profile import MachineProfile, MaterialProfile, Tool
from fabwright.model import SetupTool

#: Speeds are planned in round figures, rpm and mm/min.
RPM_STEP = 100.0
FEED_STEP = 10.0


@dataclass(frozen=True, slots=True)
class Cutter:
    """A flat-ended or ball-ended cutter in its holder; lengths in mm measured from the tip."""

    number: int
    title: str
    ball: bool
    diameter_mm: float
    flute_mm: float
    stickout_mm: float
    shank_mm: float
    holder_mm: float
    flutes: int
    rpm_max: float

    @property
    def radius_mm(self) -> float:
        """Half the diameter."""
        return self.diameter_mm / 2.0

    @property
    def slug(self) -> str:
        """Short name for files: kind and diameter."""
        return f"{'ball' if self.ball else 'flat'}-{self.diameter_mm:g}mm".replace(".", "p")


@dataclass(frozen=True, slots=True)
class Speeds:
    """Spindle speed, cutting feed and the largest downward and upward feed."""

    rpm: float
    feed_mm_min: float
    plunge_mm_min: float
    rise_mm_min: float


def cutter_of(tool: Tool) -> Cutter:
    """The cutter a profile describes."""
    return Cutter(tool.number, tool.title, tool.kind == "ball", tool.diameter_mm, tool.flute_mm, tool.stickout_mm,
                  tool.shank_mm, tool.holder_mm, tool.flutes, tool.rpm_max)


def chip_load_mm(material: MaterialProfile, diameter_mm: float) -> tuple[float, float, float]:
    """Least, planned and greatest feed per tooth at a diameter, between the profile's rows (its end rows beyond)."""
    rows = sorted(material.cutting.chip_load, key=lambda r: r.diameter_mm)
    at = [r.diameter_mm for r in rows]
    low, use, high = (float(np.interp(diameter_mm, at, column)) for column in (
        [r.low_mm for r in rows], [r.use_mm for r in rows], [r.high_mm for r in rows]))
    return low, use, high


def speeds_for(cutter: Cutter, machine: MachineProfile, material: MaterialProfile) -> Speeds:
    """Spindle speed from the surface speed, feed from the feed per tooth, both within what machine and tool allow.

    n = 1000 v / (pi d). Where the axes are too slow for that feed the spindle slows down with them. Raises PlanError
    when even the slowest spindle speed would rub.
    """
    low, use, _ = chip_load_mm(material, cutter.diameter_mm)
    fastest = min(machine.spindle.rpm_max, cutter.rpm_max)
    rpm = 1000.0 * material.cutting.surface_speed_m_min / (math.pi * cutter.diameter_mm)
    rpm = min(rpm, fastest, machine.motion.feed_max_xy_mm_min / (cutter.flutes * use))
    rpm = max(math.floor(rpm / RPM_STEP) * RPM_STEP, machine.spindle.rpm_min)
    feed = min(rpm * cutter.flutes * use, machine.motion.feed_max_xy_mm_min)
    feed = math.floor(feed / FEED_STEP) * FEED_STEP
    if rpm > fastest or feed < rpm * cutter.flutes * low:
        raise PlanError(f"{machine.machine.id}: tool {cutter.number} ({cutter.title}) in {material.material.id} needs "
                        f"{rpm * cutter.flutes * low:.0f} mm/min at {rpm:.0f} rpm or it rubs; the machine gives at "
                        f"most {feed:.0f} mm/min. Use a tool with fewer flutes.")
    plunge = min(feed * material.cutting.plunge_share, machine.motion.feed_max_z_mm_min)
    return Speeds(rpm, feed, math.floor(plunge / FEED_STEP) * FEED_STEP, machine.motion.feed_max_z_mm_min)


def setup_tool(cutter: Cutter, speeds: Speeds) -> SetupTool:
    """The line of the setup sheet's tool list, with every figure verification needs."""
    return SetupTool(cutter.number, cutter.title, {
        "kind": "ball" if cutter.ball else "flat", "diameter_mm": cutter.diameter_mm, "flute_mm": cutter.flute_mm,
        "stickout_mm": cutter.stickout_mm, "shank_mm": cutter.shank_mm, "holder_mm": cutter.holder_mm,
        "flutes": float(cutter.flutes), "rpm_max": cutter.rpm_max, "rpm": speeds.rpm, "feed_mm_min": speeds.feed_mm_min,
        "plunge_mm_min": speeds.plunge_mm_min})


def cutter_from_setup(tool: SetupTool) -> Cutter:
    """Inverse of `setup_tool`."""
    data: Mapping[str, float | str] = tool.data

    def figure(key: str) -> float:
        return float(data[key])

    return Cutter(tool.number, tool.description, data["kind"] == "ball", figure("diameter_mm"), figure("flute_mm"),
                  figure("stickout_mm"), figure("shank_mm"), figure("holder_mm"), int(figure("flutes")),
                  figure("rpm_max"))
