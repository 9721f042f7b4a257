"""What the beam makes of one sheet, against the parts placed on it: edges, order, energy, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fabwright.geometry.contours import discretise
from fabwright.geometry.cut_regions import CutPart, cut_parts
from fabwright.geometry.distances import densified, nearest, pieces_of, within
from fabwright.machines._cut2d.order import containers
from fabwright.machines.laser.safety import verdict_of
from fabwright.machines.laser.schema import Process
from fabwright.machines.laser.tracks import CHORD_MM, Pieces, Track, chains, pieces
from fabwright.model import Check, Contour, FlatPart, Floats, Ints, Setup, Status, Trace

#: Largest distance between the edge the program makes and the edge it should make, mm. Chosen: some times the sum of a
#: file's grid (0.001) and the chords of this comparison (0.002 at most, less on what is small).
FILE_DEVIATION_MM = 0.02
#: A part's area may differ from the drawn one by this share. Chosen: 0.02 mm off on every side of a 16 mm square.
AREA_AGREEMENT = 0.005
#: A beam path nearer than this beyond half a kerf belongs to the contour, mm. Chosen.
BELONGING_MM = 0.05
#: Points along an edge at which energy is summed, mm apart.
ENERGY_STEP_MM = 1.0
#: Measured energies carry the rounding of S and F.
ENERGY_ROUNDING = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class SheetRun:
    """One program, its sheet and the parts that should come out of it, in program coordinates."""

    trace: Trace
    track: Track
    parts: tuple[FlatPart, ...]
    stock_mm: tuple[float, float, float, float]
    kerf_mm: float
    lead_mm: float
    process: Process
    edge_tolerance_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class SheetResult:
    """Checks on one sheet and its figures."""

    checks: tuple[Check, ...]
    parts: tuple[CutPart, ...]
    cut_mm: float
    mark_mm: float


@dataclass(slots=True, eq=False)
class _Lines:
    """Nominal lines as straight pieces with the index of their contour; names and levels by contour."""

    names: list[str] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    rings: list[Floats] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)

    def add(self, name: str, part: int, contour: Contour) -> None:
        self.names.append(name)
        self.part.append(part)
        self.rings.append(discretise(contour, CHORD_MM))
        self.closed.append(contour.closed)

    def pieces(self) -> tuple[Floats, Ints]:
        if not self.rings:
            return np.zeros((0, 2, 2)), np.zeros(0, dtype=np.int64)
        every = [pieces_of(r, c) for r, c in zip(self.rings, self.closed, strict=True)]
        return np.concatenate(every), np.repeat(np.arange(len(every)), [len(p) for p in every])


def compare_sheet(run: SheetRun) -> SheetResult:
    """Every check on the material of one sheet."""
    threshold = run.process.pass_energy_j_mm / 2
    cutting = run.track.beam & (run.track.energy_j_mm >= threshold)
    marking = run.track.beam & ~cutting
    cuts, marks = pieces(run.track.motion, cutting), pieces(run.track.motion, marking)
    results = cut_parts(chains(cuts), run.kerf_mm, run.stock_mm, run.parts)
    checks = (
        _on_sheet(run), _freed(run, results), _edges(run, results), _drawn(run, results), _areas(run, results),
        *_cut_lines(run, cuts), _marks(run, marks),
    )
    length = run.track.length_mm
    return SheetResult(checks, results, float(length[cutting].sum()), float(length[marking].sum()))


def _on_sheet(run: SheetRun) -> Check:
    lit = pieces(run.track.motion, run.track.beam)
    low, high = np.array(run.stock_mm[:2]), np.array(run.stock_mm[2:])
    beyond = np.maximum(low - lit.points[:, 1], lit.points[:, 1] - high).max(axis=1)
    far = float(beyond.max()) if len(beyond) else 0.0
    return verdict_of(run.trace, "beam stays on the sheet", np.unique(lit.move[beyond > 0]),
                      f"The beam stays on the sheet of {high[0]:g} x {high[1]:g} mm.",
                      f"The beam leaves the sheet of {high[0]:g} x {high[1]:g} mm by {far:.2f} mm.", far, 0.0, "mm")


def _by_part(run: SheetRun, name: str, bad: Sequence[str], passed: str, measured: float, limit: float, unit: str,
             source: str = "") -> Check:
    label = f"{run.trace.file}: {name}"
    # A part that was never cut free is infinitely far off, which a manifest cannot hold.
    figure = measured if np.isfinite(measured) else None
    if bad:
        return Check(label, Status.FAIL, " ".join(bad[:5]), figure, limit, unit, source)
    return Check(label, Status.PASS, passed, figure, limit, unit, source)


def _freed(run: SheetRun, results: Sequence[CutPart]) -> Check:
    bad = [f"{r.name} is not cut free in one piece." for r in results if not r.freed]
    for part, r in zip(run.parts, results, strict=True):
        if r.freed and r.holes != len(part.holes):
            bad.append(f"{r.name} has {r.holes} holes cut free of {len(part.holes)} drawn.")
    freed = sum(r.freed for r in results)
    return _by_part(run, "parts and holes cut free", bad, f"Every part and hole comes free ({freed}).", float(freed),
                    float(len(results)), "parts")


def _edges(run: SheetRun, results: Sequence[CutPart]) -> Check:
    worst = max((r.edge_mm for r in results), default=0.0)
    bad = [f"{r.name}: its edge is {r.edge_mm:.3f} mm off near ({r.x_mm:.1f}, {r.y_mm:.1f})." if r.freed
           else f"{r.name} is not free, so its edge cannot be compared." for r in results
           if not r.edge_mm <= FILE_DEVIATION_MM]
    return _by_part(run, "cut edge against the profile", bad,
                    f"With a kerf of {run.kerf_mm:g} mm every edge lies within {worst:.4f} mm of the drawn profile "
                    "(inside corners as round as the beam leaves them).", worst, FILE_DEVIATION_MM, "mm",
                    "chosen: the file's grid and the comparison's chords, tenfold")


def _drawn(run: SheetRun, results: Sequence[CutPart]) -> Check:
    worst = max((r.drawn_edge_mm for r in results), default=0.0)
    limit = run.edge_tolerance_mm
    bad = [f"{r.name}: its edge is {r.drawn_edge_mm:.3f} mm off the drawing." if r.freed
           else f"{r.name} is not free, so its edge cannot be compared." for r in results
           if not r.drawn_edge_mm <= limit]
    return _by_part(run, "cut edge against the drawing", bad,
                    f"Corners included, every edge lies within {worst:.3f} mm of the drawing.", worst, limit, "mm",
                    "edge_tolerance_mm of the material")


def _areas(run: SheetRun, results: Sequence[CutPart]) -> Check:
    shares = [abs(r.area_mm2 - r.nominal_area_mm2) / r.nominal_area_mm2 for r in results]
    worst = max(shares, default=0.0)
    bad = [f"{r.name}: {r.area_mm2:.1f} mm2 remain of {r.nominal_area_mm2:.1f} drawn." for r, share
           in zip(results, shares, strict=True) if share > AREA_AGREEMENT]
    return _by_part(run, "area of the parts", bad, f"Areas agree within {worst * 100:.3f} %.", worst * 100,
                    AREA_AGREEMENT * 100, "%", "chosen: below what 0.02 mm on every side does to a 16 mm square")


def _cut_lines(run: SheetRun, cuts: Pieces) -> tuple[Check, ...]:
    """Order, energy and strays, by which drawn contour each piece of the cut follows."""
    lines = _Lines()
    for k, part in enumerate(run.parts):
        lines.add(f"outline of {part.name}", k, part.outline)
        for n, hole in enumerate(part.holes, 1):
            lines.add(f"hole {n} of {part.name}", k, hole)
    nominal, contour = lines.pieces()
    fine, origin = densified(cuts.points, 0.5)
    distance, which = nearest(fine.mean(axis=1), nominal)
    near = distance <= run.kerf_mm / 2 + BELONGING_MM
    owner = np.where(near, contour[which], -1)
    move = cuts.move[origin]
    return (_order(run, lines, owner, move), _energy(run, lines, nominal, contour, fine, move),
            _strays(run, len(lines.names), fine, move, near))


def _order(run: SheetRun, lines: _Lines, owner: Ints, move: Ints) -> Check:
    count = len(lines.names)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, owner[owner >= 0], move[owner >= 0])
    np.maximum.at(last, owner[owner >= 0], move[owner >= 0])
    bad, at = [], []
    for k, around in enumerate(containers(lines.rings)):
        for outer in around:
            if last[k] >= first[outer] or last[k] < 0:
                bad.append(f"{lines.names[k]} is not finished before {lines.names[outer]} begins.")
                at.append(max(int(last[k]), 0))
    marks = run.track.beam & (run.track.energy_j_mm < run.process.pass_energy_j_mm / 2)
    if marks.any() and len(move) and int(np.flatnonzero(marks).max()) > int(move.min()):
        bad.append("A mark is made after cutting has begun.")
        at.append(int(np.flatnonzero(marks).max()))
    return verdict_of(run.trace, "what lies inside is worked first", np.array(at, dtype=np.int64),
                      "Marks come first, then every cut before the one around it.", " ".join(bad[:5]),
                      float(len(bad)), 0.0, "contours", "a freed part may shift before its holes are cut")


def _energy(run: SheetRun, lines: _Lines, nominal: Floats, contour: Ints, fine: Floats, move: Ints) -> Check:
    """Energy per length summed over every time the beam passes points of the edges."""
    points, origin = densified(nominal, ENERGY_STEP_MM)
    step = np.hypot(*(points[:, 1] - points[:, 0]).T)
    # Dense chords need not all be tried: one point each millimetre of running length.
    run_length = np.cumsum(step)
    keep = np.unique(np.searchsorted(run_length, np.arange(0.0, run_length[-1] if len(step) else 0.0, ENERGY_STEP_MM)))
    places = points.mean(axis=1)[keep]
    at, piece = within(places, fine, run.kerf_mm / 2 + BELONGING_MM)
    low, high = np.zeros(len(places)), np.zeros(len(places))
    if len(at):
        fresh = np.flatnonzero(np.r_[True, (np.diff(at) != 0) | (np.diff(piece) > 1)])
        energy = run.track.energy_j_mm[move[piece]]
        np.add.at(low, at[fresh], np.minimum.reduceat(energy, fresh))
        np.add.at(high, at[fresh], np.maximum.reduceat(energy, fresh))
    p = run.process
    floor, ceiling = p.cut_energy_min_j_mm, p.cut_energy_max_j_mm * (p.passes + 1) / p.passes
    bad = (low < floor * (1 - ENERGY_ROUNDING)) | (high > ceiling * (1 + ENERGY_ROUNDING))
    named = list(dict.fromkeys(lines.names[c] for c in contour[origin[keep[bad]]].tolist()))
    least, most = (float(low.min()), float(high.max())) if len(places) else (0.0, 0.0)
    text = (f"The edges receive {least:.2f} to {most:.2f} J/mm, all passes together; {floor:g} to {ceiling:g} J/mm cut "
            "this sheet (the upper end counts one pass more, where a cut closes).")
    outside = [f"{n}: outside." for n in named[:4]] + ([text] if named else [])
    return _by_part(run, "energy along the cuts", outside, text, least, floor, "J/mm", p.source)


def _strays(run: SheetRun, count: int, fine: Floats, move: Ints, near: np.ndarray) -> Check:
    away = ~near
    length = float(np.hypot(*(fine[away, 1] - fine[away, 0]).T).sum())
    # A lead is a quarter turn of its radius, and a little more where the kerf bends away from the edge.
    limit = count * (np.pi / 2 * run.lead_mm + 1.0)
    bad = np.unique(move[away]) if length > limit else np.zeros(0, dtype=np.int64)
    return verdict_of(run.trace, "no cut but edges and leads", bad,
                      f"{length:.1f} mm are cut in the waste, as leads to {count} contours.",
                      f"{length:.1f} mm are cut away from any drawn edge; the leads take at most {limit:.1f} mm.",
                      length, limit, "mm")


def _marks(run: SheetRun, marks: Pieces) -> Check:
    lines = _Lines()
    wanted: list[float] = []
    p = run.process
    for k, part in enumerate(run.parts):
        for kind, contours, energy in (("engraving", part.engravings, p.engrave_power_w * 60 / p.engrave_feed_mm_min),
                                       ("score", part.scores, p.score_power_w * 60 / p.score_feed_mm_min)):
            for n, c in enumerate(contours, 1):
                lines.add(f"{kind} {n} of {part.name}", k, c)
                wanted.append(energy)
    nominal, contour = lines.pieces()
    fine, origin = densified(marks.points, 0.5)
    made, _ = nearest(np.concatenate([fine[:, 0], fine[:, 1]]), nominal)
    asked, piece = nearest(densified(nominal, 0.5)[0].mean(axis=1), marks.points)
    worst = max(float(made.max()) if len(made) else 0.0, float(asked.max()) if len(asked) else 0.0)
    bad = []
    if len(made) and made.max() > FILE_DEVIATION_MM:
        line = int(run.trace.line[marks.move[np.tile(origin, 2)[int(np.argmax(made))]]])
        bad.append(f"A mark on line {line} is {_text(float(made.max()))} off any drawn one.")
    owner = contour[densified(nominal, 0.5)[1]]
    for k, name in enumerate(lines.names):
        if asked[owner == k].max() > FILE_DEVIATION_MM:
            bad.append(f"{name} is not marked: nearest mark {_text(float(asked[owner == k].max()))} away.")
        else:
            energy = run.track.energy_j_mm[marks.move[piece[owner == k]]]
            if np.abs(energy / wanted[k] - 1).max() > 0.02:
                bad.append(f"{name} receives {energy.min():.3f} to {energy.max():.3f} J/mm instead of {wanted[k]:.3f}.")
    return _by_part(run, "marks against the drawing", bad,
                    f"Marks drawn: {len(lines.names)}; made within {worst:.4f} mm of them.", worst, FILE_DEVIATION_MM,
                    "mm")


def _text(distance_mm: float) -> str:
    return f"{distance_mm:.3f} mm" if np.isfinite(distance_mm) else "infinitely far"


def sheet_runs(traces: Sequence[Trace], tracks: Sequence[Track], placed: Sequence[Sequence[FlatPart]], setup: Setup,
               process: Process, edge_tolerance_mm: float) -> tuple[SheetRun, ...]:
    """One run for each program with the parts that lie on its sheet."""
    assert setup.stock is not None
    width, height = setup.stock.size_mm[:2]
    kerf, lead = float(setup.parameters["kerf_mm"]), float(setup.parameters["lead_in_mm"])
    return tuple(SheetRun(trace, one, tuple(parts), (0.0, 0.0, width, height), kerf, lead, process, edge_tolerance_mm)
                 for trace, one, parts in zip(traces, tracks, placed, strict=True))
