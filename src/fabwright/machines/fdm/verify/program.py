"""What any program for a known part and material must do besides, whichever slicer wrote it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fabwright.machines.fdm.settings import EXTERNAL, GAP, INFILL, OVERHANG, PERIMETER, ROLES, PrintSettings
from fabwright.machines.fdm.verify.clearance import PLACE_MM, depths
from fabwright.machines.fdm.verify.deposit import HEIGHT_MM, THREADS, Deposit
from fabwright.machines.fdm.verify.judging import at_most, judged, lines_of
from fabwright.machines.fdm.verify.paths import lengths_mm
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.state import FLOW_SLACK, volumetric_flow
from fabwright.model import Check, Floats, Machine, Material, Trace

# Five decimals of E: half a step, twice, since a writer may carry its rounding on.
E_STEP_MM = 1.1e-5
# A layer with less than this in it may be left out.
LAYER_MM2 = 0.3
# Three decimals of two ends.
COORDINATE_MM = 0.0015
# Said widths have two to six decimals.
WIDTH_MM, OWN_WIDTH_MM = 0.006, 0.0007
WIDTH_PCT, OWN_WIDTH_PCT = 3.0, 0.5
# Five decimals a move, summed: 0.0067 mm was measured in a file of 20,000 moves that wipes at every retraction.
PULLED_MM, PULLED_EACH_MM, PULLED_MOST_MM = 0.003, 3e-7, 0.0095
#: Roles whose beads vary in width along a path.
VARIED = (EXTERNAL, PERIMETER, GAP, OVERHANG)
# A shorter bead of a spiral may climb by less than the program counts.
SHORT_MM = 1.0
# Of a bridge's thread, in nozzle diameters.
THREAD_MOST = 1.6


def program_checks(trace: Trace, deposit: Deposit, settings: PrintSettings, reference: Reference, machine: Machine,
                   material: Material, native: bool) -> list[Check]:
    """Checks that hold for any slicer's file."""
    flat = lengths_mm(trace)
    return [*_layers(trace, deposit, reference, settings), _sizes(trace, deposit, settings, reference),
            _said_widths(trace, deposit, settings, native), *_through(trace, settings), _balance(trace, flat),
            *([] if settings.vase and not native else [_stated(trace, flat, settings, native)]),
            *_windows(trace, material), _cooled(trace, deposit, settings), _accelerations(trace, machine),
            _material_flow(trace, flat, settings, material), _fastest(trace, deposit, settings)]


def on_beads(trace: Trace, deposit: Deposit, values: Floats, chosen: np.ndarray | None = None
             ) -> tuple[Floats, np.ndarray]:
    """Values of beads as a column over moves, and a mask of the moves that have one."""
    rows = np.arange(len(deposit)) if chosen is None else np.flatnonzero(chosen)
    column, mask = np.zeros(len(trace)), np.zeros(len(trace), dtype=bool)
    np.maximum.at(column, deposit.move[rows], values[rows])
    mask[deposit.move[rows]] = True
    return column, mask


def _layers(trace: Trace, deposit: Deposit, reference: Reference, settings: PrintSettings) -> Iterable[Check]:
    seen = np.unique(deposit.layer[deposit.part])
    needed = np.flatnonzero(reference.section_mm2 > LAYER_MM2)
    missing = np.setdiff1d(needed, seen)
    missing = missing[reference.printable_mm2(missing) > LAYER_MM2] if len(missing) else missing
    yield judged("layer-count", not len(missing),
                 f"All {len(needed)} layers of the part that can be printed are there.",
                 f"{trace.file}: {len(seen)} layers are printed, the part has {len(needed)}; layer "
                 f"{missing[0] if len(missing) else 0} is missing.", len(seen), float(len(needed)), "layers",
                 "the solid's height and the declared layers")
    rise = np.abs(trace.start[deposit.move, 2] - trace.end[deposit.move, 2])
    away = np.maximum(deposit.off_mm, rise)
    if settings.vase:
        # A spiral ends in the layer that it fills, and climbs by less than one in a move.
        thick = reference.grid.heights_mm[deposit.layer] if len(reference) else rise
        beyond = deposit.top_mm > reference.grid.tops_mm[-1] + HEIGHT_MM if len(reference) else rise >= 0.0
        climbs = ((rise > 0.0) | (deposit.length_mm < SHORT_MM)) & (rise < thick)
        climbs &= deposit.layer >= settings.bottom_layers
        away = np.where(climbs & ~beyond, 0.0, np.maximum(away - HEIGHT_MM, 0.0))
    part = deposit.part
    lines = lines_of(trace, deposit.move[part & (away > HEIGHT_MM)])
    worst = float(away[part].max(initial=0.0))
    yield judged("layer-height", not lines, "Every bead of the part lies at the height of a declared layer.",
                 f"{trace.file}:{lines[0] if lines else 0}: a bead lies {worst:.3f} mm off the height of its layer.",
                 worst, HEIGHT_MM, "mm", "declared layer heights", lines)


def _sizes(trace: Trace, deposit: Deposit, settings: PrintSettings, reference: Reference) -> Check:
    """The height that the file says of a bead is its layer's, a multiple of it for combined infill, or a thread's."""
    part = deposit.part
    own = reference.grid.heights_mm[deposit.layer] if len(reference) else deposit.height_mm
    off = np.abs(deposit.height_mm - own)
    times = np.clip(np.rint(deposit.height_mm / own), 1, settings.infill_every_layers)
    off = np.where(deposit.role == INFILL, np.minimum(off, np.abs(deposit.height_mm - times * own)), off)
    if settings.adaptive_layers:
        several = (deposit.role == INFILL) & (settings.infill_every_layers > 1)
        off = np.where(several & (deposit.height_mm <= settings.max_layer_height_mm + HEIGHT_MM), 0.0, off)
    thread = np.isin(deposit.role, THREADS) & (deposit.height_mm <= THREAD_MOST * settings.nozzle_mm)
    values, mask = on_beads(trace, deposit, np.where(thread, 0.0, off), part)
    return at_most(trace, "bead-height", values, mask, 0.0, "mm", "Height said of a bead off its layer's", "",
                   HEIGHT_MM)


def _said_widths(trace: Trace, deposit: Deposit, settings: PrintSettings, native: bool) -> Check:
    """Width that follows from the filament against the width that the file says.

    Our own walls and gaps say the width that they begin with and may change it on their way; they keep to the narrowest
    and the widest bead declared.
    """
    said = trace.bead_width_mm[deposit.move] if len(trace.bead_width_mm) else np.zeros(len(deposit))
    width = 2.0 * deposit.radius_mm
    low, high = said, said
    if native:
        varied = np.isin(deposit.role, VARIED)
        low = np.where(varied, np.minimum(said, settings.min_bead_mm), said)
        high = np.where(varied, np.maximum(said, settings.max_bead_mm), said)
    # A step of E, or of a coordinate, is a wide error on a short move.
    rounding = deposit.spacing_mm * (E_STEP_MM / np.maximum(trace.e_mm[deposit.move], 1e-9)
                                     + COORDINATE_MM / np.maximum(deposit.length_mm, 1e-9))
    beyond = np.maximum(low - width, width - high)
    slack = rounding + (OWN_WIDTH_MM if native else WIDTH_MM)
    off = np.maximum(beyond - slack, 0.0) / np.where(said > 0.0, said, 1.0) * 100.0
    free = said <= 0.0
    if settings.vase:
        free |= _spiral_ends(deposit, native)
    values, mask = on_beads(trace, deposit, off, ~free)
    return at_most(trace, "bead-width", values, mask, OWN_WIDTH_PCT if native else WIDTH_PCT, "%",
                   "Width by the filament pushed off what the file says", "the file's own ;WIDTH: marks")


def _spiral_ends(deposit: Deposit, native: bool) -> np.ndarray:
    """Beads of the first and the last turn of each spiral, which swell from nothing and fade to it; of a foreign one
    all, whose filament is scaled without a mark."""
    ends = np.zeros(len(deposit), dtype=bool)
    climbing = np.flatnonzero(deposit.off_mm > HEIGHT_MM)
    if not len(climbing):
        return ends
    # Another spiral begins where the height falls back.
    first = np.concatenate([[0], np.flatnonzero(np.diff(deposit.layer[climbing]) < 0) + 1])
    last = np.concatenate([first[1:] - 1, [len(climbing) - 1]])
    until = np.concatenate([climbing[first[1:]], [len(deposit)]])
    for a, b, stop in zip(climbing[first], climbing[last], until, strict=True):
        layer = deposit.layer[a:stop]
        low, high = deposit.layer[a], deposit.layer[b]
        ends[a:stop] = (layer >= low) & ((layer <= low + 1) | (layer >= high) | (not native))
    return ends


def _through(trace: Trace, settings: PrintSettings) -> Iterable[Check]:
    found = depths(trace, settings.clearance_radius_mm, settings.clearance_height_mm)
    moving = np.ones(len(trace), dtype=bool)
    yield at_most(trace, "above-the-part", found.tip, moving, 0.0, "mm",
                  "Depth of the nozzle below what is printed in its way", "", PLACE_MM)
    yield at_most(trace, "head-clear", np.maximum(found.head, found.frame), moving, 0.0, "mm",
                  "Depth of the head, or of what carries it, below what is printed within its reach",
                  "clearance of the machine's profile", PLACE_MM)


def _balance(trace: Trace, flat: Floats) -> Check:
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    held = np.cumsum(np.where(laying, 0.0, trace.e_mm))
    off = np.where(laying, np.abs(held), 0.0)
    return at_most(trace, "retraction-balance", off, laying & (trace.layer >= 0), 0.0, "mm",
                   "Filament still pulled back, or pushed too far, at a bead", "what is pulled back is pushed again",
                   min(PULLED_MM + PULLED_EACH_MM * len(trace), PULLED_MOST_MM))


def _stated(trace: Trace, flat: Floats, settings: PrintSettings, native: bool) -> Check:
    """The filament that the file's own footer states against what its moves take."""
    stated = [h for h in trace.happenings if h.name == "filament-stated"]
    laying = (trace.e_mm > 0.0) & (flat > 0.0)
    pushed = float(trace.e_mm[laying & (trace.layer >= 0)].sum())
    before = float(trace.e_mm[laying & (trace.layer < 0)].sum())
    off = min(abs(pushed - stated[0].value), abs(pushed + before - stated[0].value)) if stated else 0.0
    # PrusaSlicer sums before it rounds each move: 0.019 mm over 88,000 moves of an enclosure, and 0.03 mm for a
    # cylinder with the many short lines of lightning.
    limit = 0.012 + (4e-8 if native else 6e-7) * len(trace)
    limit += 0.03 if not native and settings.infill_pattern == "lightning" else 0.0
    said = f"as its footer says ({stated[0].value:.2f})" if stated else "its footer says nothing of it"
    return judged("filament-stated", off <= limit, f"The beads take {pushed:.2f} mm of filament, {said}.",
                  f"{trace.file}: the beads take {pushed:.2f} mm of filament, the file's footer says "
                  f"{stated[0].value if stated else 0.0:.2f}.", off, round(limit, 4), "mm", "the file's own footer",
                  tuple(h.line for h in stated[:1]))


def _windows(trace: Trace, material: Material) -> Iterable[Check]:
    heat = material.profile.temperature
    printing = (trace.layer >= 0) & (trace.e_mm > 0.0)
    for what, values, low, high in (("nozzle", trace.nozzle_c, heat.nozzle_min_c, heat.nozzle_max_c),
                                    ("bed", trace.bed_c, heat.bed_min_c, heat.bed_max_c)):
        wrong = printing & ((values < low) | (values > high))
        lines = lines_of(trace, wrong)
        worst = float(values[np.flatnonzero(wrong)[0]]) if wrong.any() else float(values[printing].max(initial=0.0))
        yield judged(f"{what}-window", not wrong.any(),
                     f"The {what}'s target stays inside the material's window of {low:.0f} to {high:.0f} degrees C.",
                     f"{trace.file}:{lines[0] if lines else 0}: the {what}'s target is {worst:.0f} degrees C, the "
                     f"material stands {low:.0f} to {high:.0f}.", worst, high, "degrees C", heat.source, lines)


def _cooled(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Check:
    fan = trace.fan[deposit.move]
    off = (deposit.layer < settings.fan_off_layers) & (fan > 0.01)
    late = (deposit.layer > settings.full_fan_layer) & (fan < settings.fan_min - 0.02)
    over = fan > max(settings.fan_max, settings.bridge_fan) + 0.02
    wrong = deposit.move[off | (deposit.part & (late | over))]
    lines = lines_of(trace, wrong)
    return judged("fan", not len(wrong), "The part fan is off on the first layers and inside its range later.",
                  f"{trace.file}:{lines[0] if lines else 0}: the part fan is outside what the material asks for.",
                  len(wrong), 0.0, "moves", "material profile", lines)


def _accelerations(trace: Trace, machine: Machine) -> Check:
    motion = machine.profile.motion
    most = max(motion.acceleration_mm_s2, motion.travel_acceleration_mm_s2)
    limits = {"Z": motion.z_acceleration_mm_s2, "E": motion.e_acceleration_mm_s2, "R": motion.e_acceleration_mm_s2}
    asked = [h for h in trace.happenings if h.name == "acceleration"]
    over = [h for h in asked if h.value > limits.get(h.text, most) * 1.001]
    return judged("accelerations", not over, "No acceleration beyond the machine's.",
                  f"{trace.file}:{over[0].line if over else 0}: an acceleration of {over[0].value if over else 0:.0f} "
                  f"mm/s2 is asked for, the machine gives {most:.0f}.", max((h.value for h in asked), default=0.0),
                  float(most), "mm/s2", motion.source, tuple(h.line for h in over[:5]))


def _material_flow(trace: Trace, flat: Floats, settings: PrintSettings, material: Material) -> Check:
    limit = min(settings.max_flow_mm3_s, float(material.profile.flow.max_flow_mm3_s))
    return at_most(trace, "material-flow", volumetric_flow(trace, flat, settings.filament_area_mm2), trace.e_mm > 0.0,
                   limit, "mm3/s", "Volume of this material melted", material.profile.flow.source,
                   limit * (FLOW_SLACK - 1.0))


def _fastest(trace: Trace, deposit: Deposit, settings: PrintSettings) -> Check:
    """Beads are no faster than the fastest role declared, and on the first layer than that is."""
    top = max(settings.speed_mm_s(k) for k in range(len(ROLES)))
    due = np.where(deposit.top_mm <= settings.first_layer_height_mm + HEIGHT_MM, settings.first_layer_mm_s, top)
    share = trace.feed_mm_min[deposit.move] / 60.0 / due * 100.0
    values, mask = on_beads(trace, deposit, share)
    return at_most(trace, "bead-speed", values, mask, 100.0, "%", "Speed over the fastest declared", "declared speeds",
                   0.5)
