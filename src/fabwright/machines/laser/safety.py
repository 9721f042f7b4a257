"""State rules every program for a beam must obey, whoever wrote it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabwright.machines.laser.schema import LaserProfile
from fabwright.machines.laser.tracks import Track, pieces
from fabwright.model import Check, Ints, Status, Trace

_GRBL_MODE = "gnea/grbl wiki, Grbl v1.1 Laser Mode"
#: Lines listed with a failed check.
LINES_MAX = 20
#: Coordinates may leave the travel by this, mm: the grid of the file.
GRID_MM = 0.001
#: What moves the frame of reference, so that nobody can say where the beam works afterwards.
REFERENCE = ("home", "set-position", "machine-coordinates", "tool-change", "tool-length")


def safety_checks(trace: Trace, track: Track, profile: LaserProfile, offset_mm: tuple[float, float]
                  ) -> tuple[Check, ...]:
    """All state checks on one program, in a fixed order; `offset_mm` is the work zero in machine coordinates."""
    return (
        _declared(trace), _reference(trace), _known(trace), _rapids_dark(trace), _ends_dark(trace),
        _power(trace, profile), _feed(trace, track, profile), _dwell(trace), _travel(trace, track, profile, offset_mm),
    )


def verdict_of(trace: Trace, name: str, bad: NDArray[np.bool_] | Ints, passed: str, failed: str,
               measured: float | None = None, limit: float | None = None, unit: str = "", source: str = "") -> Check:
    """A check over moves: it fails where `bad` (mask or indices) names any, with their lines."""
    at = np.flatnonzero(bad) if bad.dtype == np.bool_ else bad
    lines = tuple(dict.fromkeys(trace.line[at].tolist()))[:LINES_MAX]
    if len(at):
        first = f" First on line {lines[0]}." if lines else ""
        return Check(f"{trace.file}: {name}", Status.FAIL, f"{failed}{first}", measured, limit, unit, source, lines)
    return Check(f"{trace.file}: {name}", Status.PASS, passed, measured, limit, unit, source)


def _line_check(trace: Trace, name: str, lines: list[int], passed: str, failed: str, source: str = "") -> Check:
    if lines:
        return Check(f"{trace.file}: {name}", Status.FAIL, f"{failed} First on line {lines[0]}.", float(len(lines)),
                     0.0, "", source, tuple(lines[:LINES_MAX]))
    return Check(f"{trace.file}: {name}", Status.PASS, passed, 0.0, 0.0, "", source)


def _declared(trace: Trace) -> Check:
    name = f"{trace.file}: units, plane and distance mode"
    wanted = {"units": (1.0, "G21"), "distance-mode": (90.0, "G90"), "plane": (17.0, "G17")}
    missing = [word for key, (value, word) in wanted.items()
               if not any(h.name == key and h.value == value and h.at == 0 for h in trace.happenings)]
    other = [h.line for h in trace.happenings if h.name in wanted and h.value != wanted[h.name][0]]
    if other:
        return Check(name, Status.FAIL, f"Line {other[0]} leaves millimetres, absolute coordinates or the XY plane.",
                     float(len(other)), 0.0, "words", "", tuple(other[:LINES_MAX]))
    if missing:
        return Check(name, Status.FAIL, f"The first motion comes before {', '.join(missing)}.", float(len(missing)),
                     0.0, "words")
    return Check(name, Status.PASS, "G21, G90 and G17 stand before the first motion and stay.", 0.0, 0.0, "words")


def _reference(trace: Trace) -> Check:
    lines = [h.line for h in trace.happenings if h.name in REFERENCE]
    return _line_check(trace, "one frame of reference", lines, "No word moves the work zero or homes.",
                       "Homing, G92, G53 or a tool change moves the frame of reference.")


def _known(trace: Trace) -> Check:
    unknown = (trace.kind != 0) & ~trace.known[:, :2].all(axis=1)
    return verdict_of(trace, "starts are known", unknown, "Every cutting move starts from a known place.",
                      f"{int(unknown.sum())} cutting moves start where no absolute move has led.",
                      float(unknown.sum()), 0.0, "moves")


def _rapids_dark(trace: Trace) -> Check:
    lit = (trace.kind == 0) & (trace.output != 0)
    return verdict_of(trace, "beam off on rapids", lit, "Every rapid happens with the beam off.",
                      f"{int(lit.sum())} rapids happen with the beam on (M5 missing).", float(lit.sum()), 0.0, "moves",
                      _GRBL_MODE)


def _ends_dark(trace: Trace) -> Check:
    name = f"{trace.file}: off at the end"
    explicit = [h for h in trace.happenings if h.name == "output-off" and h.text == "M5" and h.at == len(trace)]
    if trace.final.output != 0 or not explicit:
        return Check(name, Status.FAIL, "No M5 after the last move: the beam may stay on.", float(trace.final.output),
                     0.0, "", _GRBL_MODE, (trace.line_count,))
    if not trace.final.ended:
        return Check(name, Status.FAIL, "No M2 or M30: the file may be cut short.", 0.0, 1.0, "words", "",
                     (trace.line_count,))
    return Check(name, Status.PASS, "M5 after the last move, then the end of program.", 0.0, 0.0, "", _GRBL_MODE)


def _power(trace: Trace, profile: LaserProfile) -> Check:
    on = (trace.output != 0) & (trace.kind != 0)
    limit = profile.controller.s_max
    bad = on & ((trace.s <= 0) | (trace.s > limit))
    top = float(trace.s[on].max()) if on.any() else 0.0
    return verdict_of(trace, "power in range", bad, f"S stays above 0 and within {limit:g} while the beam is on.",
                      f"{int(bad.sum())} moves have S of 0 or above {limit:g}.", top, limit, "S",
                      profile.controller.source)


def _feed(trace: Trace, track: Track, profile: LaserProfile) -> Check:
    motion = profile.motion
    never = (trace.kind != 0) & ~(trace.feed_mm_min > 0)
    outside = (trace.feed_mm_min < motion.feed_min_mm_min) | (trace.feed_mm_min > motion.feed_max_mm_min)
    bad = never | (track.beam & outside)
    top = float(trace.feed_mm_min[track.beam].max()) if track.beam.any() else 0.0
    window = f"{motion.feed_min_mm_min:g} to {motion.feed_max_mm_min:g} mm/min"
    return verdict_of(trace, "feed in its window", bad, f"F is set before the first G1 and stays within {window}.",
                      f"{int(bad.sum())} moves have no feed or one outside {window}.", top, motion.feed_max_mm_min,
                      "mm/min", motion.source)


def _dwell(trace: Trace) -> Check:
    lines, lit, value = [], False, 0.0
    for happening in trace.happenings:
        if happening.name in ("output-on", "output-off"):
            lit = happening.name == "output-on"
        elif happening.name == "output-value":
            value = happening.value
        elif happening.name in ("dwell", "pause") and lit and value > 0:
            lines.append(happening.line)
    return _line_check(trace, "no waiting with the beam on", lines, "Nothing waits while the beam is on.",
                       "The program waits with the beam on.")


def _travel(trace: Trace, track: Track, profile: LaserProfile, offset_mm: tuple[float, float]) -> Check:
    reach = np.array([profile.travel.x_mm, profile.travel.y_mm])
    arcs = pieces(track.motion, trace.kind >= 2)
    points = np.concatenate([trace.end[:, :2], arcs.points[:, 1]]) + np.array(offset_mm)
    move = np.concatenate([np.arange(len(trace)), arcs.move])
    beyond = np.full(len(trace), -np.inf)
    np.maximum.at(beyond, move, np.maximum(-points, points - reach).max(axis=1))
    bad = beyond > GRID_MM
    far = float(beyond.max()) if len(trace) else 0.0
    return verdict_of(trace, "inside the travel", bad, f"Every move stays within {reach[0]:g} x {reach[1]:g} mm.",
                      f"{int(bad.sum())} moves leave the travel of {reach[0]:g} x {reach[1]:g} mm, by up to "
                      f"{far:.2f} mm.", far, 0.0, "mm", profile.travel.source)
