"""Which cutters of the machine's make the part, and what they would leave behind in corners."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.mill.cutter import Cutter, cutter_of
from fabwright.machines.mill.probes import Probes, axis_mm, dropped, probes_at, swept
from fabwright.machines.mill.profile import MachineProfile, MaterialProfile
from fabwright.machines.mill.relief import relief_of
from fabwright.machines.mill.shape import Shape
from fabwright.model import Floats

#: Reach is judged at about this many places, between these distances, mm.
REACH_PLACES = 100_000
REACH_GRID_MM = (0.1, 0.3)
#: Places nearer to a wall than this share of the grid are left out: there a height says nothing of the distance.
RIM_SHARE = 0.75
#: Corners left uncut on less area than this are noise of the grid, mm2.
SPECK_MM2 = 0.3
#: Between holder and stock there is to be at least this, mm.
HOLDER_GAP_MM = 1.0


@dataclass(frozen=True, slots=True)
class Tooling:
    """The cutters chosen: `flat` for roughing, floors and outline, `ball` for slopes (None where there are none)."""

    flat: Cutter
    ball: Cutter | None


@dataclass(frozen=True, slots=True)
class Corner:
    """What the cutters leave at worst: height in mm, where (program x, y), and the area over the limit in mm2."""

    height_mm: float
    x_mm: float
    y_mm: float
    area_mm2: float


def reaches(cutter: Cutter, depth_mm: float) -> bool:
    """Whether the holder stays above a block when the tip is `depth_mm` below its top."""
    return cutter.stickout_mm >= depth_mm + HOLDER_GAP_MM


def choose_tooling(shapes: list[Shape], machine: MachineProfile, material: MaterialProfile, block_mm: float) -> Tooling:
    """The largest flat and ball cutter that reach the bottom and leave no corner beyond the material's limit.

    Raises PlanError naming the body and what the smallest cutter that reaches would leave.
    """
    depth = block_mm - bottom_mm(material)
    cutters = sorted((cutter_of(t) for t in machine.tools), key=lambda c: (-c.diameter_mm, c.number))
    flats = [c for c in cutters if not c.ball and reaches(c, depth) and _slender(c, material, shapes)]
    balls = [c for c in cutters if c.ball and reaches(c, depth)]
    if not flats:
        raise PlanError(_no_reach(shapes, machine, material, depth))
    sloped = [s for s in shapes if s.sloped.any()]
    if sloped and not balls:
        raise PlanError(f"{sloped[0].name}: the sloped surface needs a ball cutter that reaches {depth:.1f} mm; "
                        f"{machine.machine.id} has none. Use a thinner block or a machine with longer tools.")
    trial: list[tuple[str, Cutter, Corner]] = []
    for flat in flats:
        for ball in balls if sloped else [None]:
            bad = _first_corner(shapes, flat, ball, corner_limit_mm(material))
            if bad is None:
                tooling = Tooling(flat, ball)
                _check_heights(shapes[0].name, tooling, machine, material, block_mm)
                return tooling
            trial.append((bad[0].name, ball or flat, bad[1]))
    name, cutter, corner = min(trial, key=lambda t: t[2].height_mm)
    raise PlanError(f"{name}: an inside corner near x {corner.x_mm:.1f}, y {corner.y_mm:.1f} keeps "
                    f"{corner.height_mm:.2f} mm "
                    f"of material that no cutter reaches (limit {corner_limit_mm(material):g} mm, smallest that is "
                    f"long enough: {cutter.title}). Give inside corners a radius of at least {cutter.radius_mm:g} mm.")


def _check_heights(name: str, tooling: Tooling, machine: MachineProfile, material: MaterialProfile, block_mm: float
                   ) -> None:
    """The spindle's nose stays within Z travel from the cut's bottom to the safe height, and the board is spared."""
    travel, holding = machine.travel, machine.holding
    low, high = bottom_mm(material), block_mm + holding.clearance_mm
    if -low > holding.spoilboard_mm:
        raise PlanError(f"{name}: {material.material.id} is cut {-low:g} mm into the sacrificial board; "
                        f"{machine.machine.id} "
                        f"allows {holding.spoilboard_mm:g} mm. Use another material profile or a thicker board.")
    for cutter in (c for c in (tooling.flat, tooling.ball) if c is not None):
        if low + cutter.stickout_mm < travel.nose_low_mm or high + cutter.stickout_mm > travel.nose_high_mm:
            raise PlanError(f"{name}: with {cutter.title} the spindle's nose goes from "
                            f"{low + cutter.stickout_mm:.1f} to "
                            f"{high + cutter.stickout_mm:.1f} mm above the bed; {machine.machine.id} reaches "
                            f"{travel.nose_low_mm:g} to {travel.nose_high_mm:g} mm. Use a thinner block, or raise it.")


def bottom_mm(material: MaterialProfile) -> float:
    """The lowest a tip goes: the skin, or below the bed by the overcut."""
    release = material.release
    return release.skin_mm if release.kind == "skin" else -release.overcut_mm


def _slender(cutter: Cutter, material: MaterialProfile, shapes: list[Shape]) -> bool:
    tall = max(s.top_mm for s in shapes) - bottom_mm(material)
    return tall <= min(cutter.flute_mm, material.cutting.depth_per_diameter_max * cutter.diameter_mm)


def _no_reach(shapes: list[Shape], machine: MachineProfile, material: MaterialProfile, depth: float) -> str:
    worst = max(shapes, key=lambda s: s.top_mm)
    longest = max((t for t in machine.tools if t.kind == "flat"), key=lambda t: min(t.flute_mm, t.stickout_mm))
    share = material.cutting.depth_per_diameter_max
    return (f"{worst.name}: its outline is cut {worst.top_mm - bottom_mm(material):.1f} mm deep from a block where "
            f"the tip goes {depth:.1f} mm down; the longest flat cutter of {machine.machine.id} ({longest.title}) "
            f"has a flute of {longest.flute_mm:g} mm, sticks out {longest.stickout_mm:g} mm and may cut {share:g} x "
            f"its diameter = {share * longest.diameter_mm:g} mm deep in {material.material.id}. Make the part lower, "
            f"use a thinner block or another material.")


def corner_limit_mm(material: MaterialProfile) -> float:
    """What corners may keep: the limit on excess, less the ridges that finishing leaves on top of it."""
    return max(material.limits.excess_mm - 2.0 * material.finishing.scallop_mm, 0.0)


def _first_corner(shapes: list[Shape], flat: Cutter, ball: Cutter | None, limit_mm: float
                  ) -> tuple[Shape, Corner] | None:
    for shape in shapes:
        corner = worst_corner(shape, flat, ball, limit_mm)
        if corner.area_mm2 > SPECK_MM2:
            return shape, corner
    return None


def worst_corner(shape: Shape, flat: Cutter, ball: Cutter | None, limit_mm: float) -> Corner:
    """What a ball over the slopes, a flat end on the floors and its side along the shadow leave above the surface."""
    low, high = shape.triangles.min(axis=(0, 1))[:2], shape.triangles.max(axis=(0, 1))[:2]
    margin = max(flat.radius_mm, ball.radius_mm if ball else 0.0) + 1.0
    low, high = low - margin, high + margin
    grid = float(np.clip(np.sqrt(np.prod(high - low) / REACH_PLACES), *REACH_GRID_MM))
    x, y = np.meshgrid(axis_mm(low[0], high[0], grid), axis_mm(low[1], high[1], grid))
    places = probes_at(x.ravel(), y.ravel(), 1.0)
    relief = relief_of(shape.triangles, shape.normals, places, RIM_SHARE * grid)
    flat_tips = dropped(shape.triangles, shape.normals, places, flat.radius_mm, False, 0.0)
    # Outside the shadow and down its holes the cutter's side makes the wall at any depth; inside, its end makes floors.
    level = flat_tips <= 0.0
    for floor in shape.floors:
        level |= np.abs(flat_tips - floor.z_mm) < 0.005
    tips = np.where(level, flat_tips, np.inf)
    ball_tips = np.full(len(places), np.inf)
    if ball is not None:
        ball_tips = dropped(shape.triangles, shape.normals, places, ball.radius_mm, True, 0.0)
    surface, on = relief.surface, (relief.surface > 0.0) & ~relief.wall
    beside = relief.above <= 0.0
    # Where a cutter can stand over a place, it cuts it at least down to its tip: only the rest need be simulated.
    doubt = (on | beside) & (np.minimum(tips, ball_tips) - surface > limit_mm)
    if not doubt.any():
        return Corner(0.0, 0.0, 0.0, 0.0)
    few = probes_at(places.x[doubt], places.y[doubt], 1.0)
    left = np.full(len(few), np.inf)
    if ball is not None:
        _stamp(places, ball_tips, np.ones(len(places), dtype=np.bool_), ball, few, left)
    # The true path of the flat end runs along the wall; the nearest place to it may be half a grid off.
    _stamp(places, flat_tips, level, replace(flat, diameter_mm=flat.diameter_mm + grid), few, left)
    excess = np.minimum(few.as_given(left), shape.top_mm) - surface[doubt]
    k = int(np.argmax(excess))
    return Corner(float(excess[k]), float(places.x[doubt][k]), float(places.y[doubt][k]),
                  float((excess > limit_mm).sum()) * grid**2)


def _stamp(places: Probes, tips: Floats, where: np.ndarray, cutter: Cutter, few: Probes, left: Floats) -> None:
    """Lower `left` at the probes `few` to what a cutter standing at each of the chosen places leaves."""
    centres = np.column_stack([places.x, places.y, tips])[where]
    swept(centres, centres, cutter.radius_mm, cutter.ball, few, left)
