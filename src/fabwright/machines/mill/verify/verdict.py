"""The verdict: every check with its figure and limit, the price drivers, and what was not checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from fabwright.machines.mill.cutter import Cutter, cutter_from_setup, cutter_of
from fabwright.machines.mill.profile import MachineProfile, MaterialProfile
from fabwright.machines.mill.shape import Shape, shape_of
from fabwright.machines.mill.verify.checks import at_most, judged
from fabwright.machines.mill.verify.compare import SPECK_MM2, Deviations, deviations
from fabwright.machines.mill.verify.cutting import cutting_checks
from fabwright.machines.mill.verify.removal import Cut, Sampled, run_program, sampled_block
from fabwright.machines.mill.verify.segments import Segments, segments_of
from fabwright.machines.mill.verify.state import Frame, state_checks
from fabwright.machines.mill.verify.timing import program_time_s
from fabwright.machines.mill.verify.travel import span_checks, travel_checks
from fabwright.model import Check, Nominal, Setup, Trace, Verdict

#: The ring around a body that must be free is a little narrower than the outline cutter.
RING_SHARE = 0.9

NOT_CHECKED = (
    "Tool deflection, runout, vibration and how far soft stock gives way: the removal is computed for rigid material.",
    "Clamps, screws and hoses: the setup names the margin that must stay free of them.",
    "Cutting force and spindle power.",
    "Between sampled places of the block: a mark smaller than the grid can be missed.",
)


@dataclass(frozen=True, slots=True)
class Use:
    """One program as the setup declares it: name, block, cutters in order of use."""

    name: str
    block: int
    cutters: tuple[Cutter, ...]


def verify_program(trace: Trace, machine: MachineProfile) -> Verdict:
    """Safety of a program of unknown origin: states, feeds, extent."""
    segments = segments_of(trace)
    checks = [*state_checks(trace, segments, machine, None), *span_checks(trace, machine)]
    return Verdict(tuple(checks), {"time_s": round(program_time_s(trace, segments, machine), 1)}, (
        "Where the work zero lies: positions were compared with the size of travel, not with its ends.",
        "Stock, tools and part are unknown: rapids through material, gouges, chip load and holder were not checked.",
        NOT_CHECKED[1]))


def verify_job(traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: MachineProfile,
               material: MaterialProfile) -> Verdict:
    """Safety of every program, then the blocks after all programs against the nominal bodies."""
    uses = _uses(setup)
    checks = [_programs(traces, uses), _tools(setup, machine)]
    if setup.stock is None or any(c.status == "fail" for c in checks):
        return Verdict(tuple(checks), {}, ("The programs were not simulated: they are not those of the setup.",))
    time_s, cut_mm = 0.0, 0.0
    blocks: dict[int, tuple[Sampled, list[Shape]]] = {}
    for use in uses:
        if use.block not in blocks:
            blocks[use.block] = _block(use.block, nominal, setup)
    for trace, use in zip(traces, uses, strict=True):
        segments = segments_of(trace)
        checks += _program_checks(trace, segments, use, setup, machine, material, blocks[use.block][0])
        time_s += program_time_s(trace, segments, machine)
        cut_mm += float(segments.length_mm[~segments.rapid].sum())
    results = [_deviations(block, shapes, setup, uses, material) for block, shapes in blocks.values()]
    checks += _part_checks(results, machine, material, setup)
    grid = max(b.grid_mm for b, _ in blocks.values())
    homed = () if machine.controller.homed else (
        "The machine is not homed: travel holds for the work zero placed as the setup says.",)
    return Verdict(tuple(checks), _figures(results, time_s, cut_mm, len(blocks), setup, material, grid),
                   (*NOT_CHECKED, *homed))


def _uses(setup: Setup) -> tuple[Use, ...]:
    cutters = {t.number: cutter_from_setup(t) for t in setup.tools}
    return tuple(Use(p["name"], int(p["block"]), tuple(cutters[int(n)] for n in p["tools"]))
                 for p in setup.parameters["programs"])


def _programs(traces: tuple[Trace, ...], uses: tuple[Use, ...]) -> Check:
    have, want = [PurePath(t.file).stem for t in traces], [u.name for u in uses]
    return judged("programs complete and in order", have != want, f"{len(have)} programs as the setup lists them",
                  f"the setup lists {want}, the job holds {have}", float(len(have)), float(len(want)), "programs",
                  "setup")


def _tools(setup: Setup, machine: MachineProfile) -> Check:
    """The setup's tools are the machine's, figure for figure."""
    known = {t.number: cutter_of(t) for t in machine.tools}
    wrong = [t.number for t in setup.tools if known.get(t.number) != cutter_from_setup(t)]
    return judged("tools are the machine's", bool(wrong), f"{len(setup.tools)} tools as in the machine's library",
                  f"tools {wrong} differ from the machine's library", float(len(wrong)), 0.0, "tools",
                  "machine profile, tools")


def _block(number: int, nominal: Nominal, setup: Setup) -> tuple[Sampled, list[Shape]]:
    shapes = [shape_of(nominal.meshes[p.of], p) for p in setup.placements if p.program == number]
    reach = max(cutter_from_setup(t).diameter_mm for t in setup.tools) * 1.5
    windows = []
    for shape in shapes:
        low, high = shape.solid.vertices.min(axis=0), shape.solid.vertices.max(axis=0)
        windows.append((float(low[0]) - reach, float(low[1]) - reach, float(high[0]) + reach, float(high[1]) + reach))
    assert setup.stock is not None
    return sampled_block(setup.stock, _apart(windows)), shapes


def _apart(windows: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Windows in order along y, each cut off where the one before ends, so that none is sampled twice."""
    out: list[tuple[float, float, float, float]] = []
    for low_x, low_y, high_x, high_y in sorted(windows, key=lambda w: w[1]):
        start = max([low_y, *(w[3] for w in out)])
        out.append((low_x, start, high_x, max(high_y, start + 1.0)))
    return out


def _program_checks(trace: Trace, segments: Segments, use: Use, setup: Setup, machine: MachineProfile,
                    material: MaterialProfile, block: Sampled) -> list[Check]:
    changer = machine.controller.tool_changer
    by_number = {c.number: c for c in use.cutters} if changer else {0: use.cutters[0]}
    frame = Frame(block.top_mm, float(setup.parameters["safe_z_mm"]), use.cutters)
    stickout = np.full(len(trace), use.cutters[0].stickout_mm)
    if changer:
        for number, cutter in by_number.items():
            stickout[trace.tool == number] = cutter.stickout_mm
    cut: Cut = run_program(block, segments, by_number, changer)
    return [*state_checks(trace, segments, machine, frame), *travel_checks(trace, machine, setup.work_offset_mm,
                                                                           stickout),
            *cutting_checks(trace, segments, cut, by_number, changer, material, 2.0 * machine.controller.rounding_mm)]


def _deviations(block: Sampled, shapes: list[Shape], setup: Setup, uses: tuple[Use, ...], material: MaterialProfile
                ) -> Deviations:
    radius = min(c.radius_mm for u in uses for c in u.cutters if not c.ball)
    return deviations(block, shapes, material.limits.outline_mm, 2.0 * RING_SHARE * radius, dict(setup.parameters))


def _part_checks(results: list[Deviations], machine: MachineProfile, material: MaterialProfile, setup: Setup
                 ) -> list[Check]:
    limits, source = material.limits, material.limits.source
    excess = np.concatenate([r.excess_mm for r in results])
    deepest = max(results, key=lambda r: r.gouge_mm)
    rim = max(results, key=lambda r: r.rim_mm)
    uncut, floor = max(r.uncut_mm2 for r in results), min(r.floor_mm for r in results)
    bottom = float(setup.parameters["bottom_mm"])
    lowest = max(bottom - limits.gouge_mm, -machine.holding.spoilboard_mm)
    return [
        at_most("gouge into the part", deepest.gouge_mm, limits.gouge_mm, "mm",
                f"deepest cut below the nominal surface, at x {deepest.gouge_at[0]:.1f}, y {deepest.gouge_at[1]:.1f}:",
                source),
        at_most("excess on the surface, 99 % of it", float(np.percentile(excess, 99)), limits.excess_p99_mm, "mm",
                "material left:", source),
        at_most("excess on the surface, highest", float(excess.max(initial=0.0)), limits.excess_mm, "mm",
                "material left:",
                source),
        at_most("excess on walls beyond the outline tolerance", rim.rim_mm, limits.excess_mm, "mm",
                f"highest left {limits.outline_mm:g} mm off a wall, at x {rim.rim_at[0]:.1f}, y {rim.rim_at[1]:.1f}:",
                source),
        at_most("outline cut free", uncut, SPECK_MM2, "mm2",
                "area around the part not down to the skin, or to the bed between tabs:", "setup: release"),
        judged("nothing below the declared bottom", floor < lowest - 1e-6, f"lowest cut at Z {floor:.3f} mm",
               f"cut down to Z {floor:.3f} mm; the setup declares {bottom:g} mm", floor, lowest, "mm",
               "setup: bottom; machine profile, holding"),
    ]


def _figures(results: list[Deviations], time_s: float, cut_mm: float, blocks: int, setup: Setup,
             material: MaterialProfile, grid: float) -> dict[str, float]:
    assert setup.stock is not None
    excess = np.concatenate([r.excess_mm for r in results])
    size = setup.stock.size_mm
    stock_cm3 = blocks * size[0] * size[1] * size[2] / 1000.0
    return {
        "time_s": round(time_s, 1), "cut_length_m": round(cut_mm / 1000.0, 2), "stock_cm3": round(stock_cm3, 2),
        "stock_g": round(stock_cm3 * material.properties.density_g_cm3, 1),
        "removed_cm3": round(sum(r.removed_mm3 for r in results) / 1000.0, 2),
        "part_cm3": round(sum(r.nominal_mm3 for r in results) / 1000.0, 2),
        "left_on_part_cm3": round(sum(r.left_mm3 for r in results) / 1000.0, 3),
        "gouge_max_mm": round(max(r.gouge_mm for r in results), 4),
        "excess_max_mm": round(float(excess.max(initial=0.0)), 4),
        "excess_p99_mm": round(float(np.percentile(excess, 99)), 4),
        "excess_mean_mm": round(float(excess.mean()), 4), "rim_excess_max_mm": round(max(r.rim_mm for r in results), 4),
        "outline_uncut_mm2": round(max(r.uncut_mm2 for r in results), 3), "blocks": float(blocks),
        "simulation_grid_mm": round(grid, 3), "tools": float(len(setup.tools)),
    }
