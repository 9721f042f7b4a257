"""The verdict on the programs of one job, from their traces alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fabwright.geometry.contours import place_part
from fabwright.machines._cut2d.timing import MotionRates, move_times_s
from fabwright.machines.laser.compare import SheetResult, SheetRun, compare_sheet, sheet_runs
from fabwright.machines.laser.process import process_for
from fabwright.machines.laser.safety import safety_checks, verdict_of
from fabwright.machines.laser.schema import LaserProfile, SheetProfile
from fabwright.machines.laser.tracks import Track, track
from fabwright.model import Check, Machine, Material, Nominal, Setup, Status, Trace, Verdict

_ALWAYS_UNCHECKED = (
    "That the controller is in laser mode ($32=1) with $30 as in the profile; the programs rely on both.",
    "The beam's real power, focus and alignment; S is taken as a share of the profile's power.",
    "That the lens, mirrors, extraction and air assist are clean and work.",
)
_JOB_UNCHECKED = (
    "That the sheet on the machine is the material and thickness named, flat, and free of PVC.",
    "The kerf: it is the profile's or the given figure, not measured on this sheet; edges are taken as square.",
    "Whether the beam goes through: only that its energy per length is that of the tested settings.",
    "Where the sheet really lies: the zero is set by hand.",
)


def verify(traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material) -> Verdict:
    """State safety of every program and its material against the parts it should cut."""
    profile: LaserProfile = machine.profile
    sheet: SheetProfile = material.profile
    process = process_for(machine, material)
    checks = [_complete(traces, nominal, setup)]
    if checks[0].status is not Status.PASS:
        return Verdict(tuple(checks), {}, (*_ALWAYS_UNCHECKED, *_JOB_UNCHECKED))
    tracks = tuple(track(trace, profile) for trace in traces)
    placed = [[place_part(nominal.sheets[p.of], p.offset_mm[0], p.offset_mm[1], p.rotation_deg)
               for p in setup.placements if p.program == k] for k in range(len(traces))]
    offset = (setup.work_offset_mm[0], setup.work_offset_mm[1])
    runs = sheet_runs(traces, tracks, placed, setup, process, sheet.limits.edge_tolerance_mm)
    results = []
    for run in runs:
        checks += safety_checks(run.trace, run.track, profile, offset)
        checks += (_dynamic(run.trace), _air(run.trace, run.track, process.air_assist, process.pass_energy_j_mm / 2))
        results.append(compare_sheet(run))
        checks += results[-1].checks
    return Verdict(tuple(checks), _figures(runs, results, profile), (*_ALWAYS_UNCHECKED, *_JOB_UNCHECKED))


def verify_file(trace: Trace, machine: Machine) -> Verdict:
    """State safety of one program of unknown origin; the work zero is taken at the machine's front left corner."""
    profile: LaserProfile = machine.profile
    one = track(trace, profile)
    return Verdict(
        safety_checks(trace, one, profile, (0.0, 0.0)),
        {"time_s": _time_s(one, profile), "beam_on_length_mm": float(one.length_mm[one.beam].sum()),
         "rapid_length_mm": float(one.length_mm[trace.kind == 0].sum())},
        (*_ALWAYS_UNCHECKED, "What the program makes: there is no part to compare it with.",
         "The material, and whether these powers and feeds suit it.",
         "The work zero: travel is judged as if it were at the machine's front left corner."))


def _complete(traces: Sequence[Trace], nominal: Nominal, setup: Setup) -> Check:
    """Every part placed once, a program for each sheet, and the sheet described."""
    name = "every part has its place and program"
    wanted = max((p.program for p in setup.placements), default=-1) + 1
    placed = sorted(p.of for p in setup.placements if p.sheet)
    faults = []
    if len(traces) != wanted:
        faults.append(f"{len(traces)} programs for {wanted} sheets.")
    if placed != list(range(len(nominal.sheets))):
        faults.append(f"{len(placed)} placements for {len(nominal.sheets)} parts.")
    if setup.stock is None or not {"kerf_mm", "lead_in_mm"} <= set(setup.parameters):
        faults.append("The setup does not describe the sheet and the kerf.")
    if faults:
        return Check(name, Status.FAIL, " ".join(faults), float(len(traces)), float(wanted), "programs")
    return Check(name, Status.PASS, f"Parts placed: {len(placed)}; sheets: {wanted}, a program each.",
                 float(len(traces)), float(wanted), "programs")


def _dynamic(trace: Trace) -> Check:
    constant = (trace.output == 3) & (trace.kind != 0)
    return verdict_of(trace, "power follows the speed", constant, "The beam is always on by M4 (dynamic power).",
                      f"{int(constant.sum())} moves use M3: corners would burn.", float(constant.sum()), 0.0, "moves",
                      "gnea/grbl wiki, Grbl v1.1 Laser Mode")


def _air(trace: Trace, one: Track, wanted: bool, threshold_j_mm: float) -> Check:
    if not wanted:
        return Check(f"{trace.file}: air assist", Status.PASS, "The settings need no air assist.")
    on = np.zeros(len(trace), dtype=np.bool_)
    for happening in trace.happenings:
        if happening.name in ("air-on", "air-off"):
            on[happening.at:] = happening.name == "air-on"
    bad = one.beam & (one.energy_j_mm >= threshold_j_mm) & ~on
    return verdict_of(trace, "air assist", bad, "Air blows on every cut.",
                      f"{int(bad.sum())} cutting moves have no air.", float(bad.sum()), 0.0, "moves")


def _time_s(one: Track, profile: LaserProfile) -> float:
    motion = profile.motion
    rates = MotionRates(motion.rapid_mm_min, motion.acceleration_mm_s2, motion.junction_deviation_mm)
    return float(move_times_s(one.motion, rates).sum())


def _figures(runs: Sequence[SheetRun], results: Sequence[SheetResult], profile: LaserProfile) -> dict[str, float]:
    parts = [part for result in results for part in result.parts]
    edges = [p.edge_mm for p in parts if np.isfinite(p.edge_mm)]
    drawn = [p.drawn_edge_mm for p in parts if np.isfinite(p.drawn_edge_mm)]
    sheet_area = sum(run.stock_mm[2] * run.stock_mm[3] for run in runs)
    part_area = sum(p.nominal_area_mm2 for p in parts)
    return {
        "time_s": sum(_time_s(run.track, profile) for run in runs),
        "cut_length_mm": sum(r.cut_mm for r in results), "mark_length_mm": sum(r.mark_mm for r in results),
        "rapid_length_mm": sum(float(run.track.length_mm[run.trace.kind == 0].sum()) for run in runs),
        "edge_deviation_max_mm": max(edges, default=0.0), "drawn_deviation_max_mm": max(drawn, default=0.0),
        "pierces": float(sum(h.name == "output-on" for run in runs for h in run.trace.happenings)),
        "beam_energy_j": sum(float((run.track.energy_j_mm * run.track.length_mm).sum()) for run in runs),
        "sheets": float(len(runs)), "sheet_area_mm2": sheet_area, "part_area_mm2": part_area,
        "utilisation": part_area / sheet_area if sheet_area else 0.0,
    }
