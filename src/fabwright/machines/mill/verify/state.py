"""Safety of one program's states and motions, before any material is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.mill.cutter import Cutter
from fabwright.machines.mill.profile import MachineProfile
from fabwright.machines.mill.verify.checks import at_most, judged, lines_of
from fabwright.machines.mill.verify.segments import Segments, placed_moves
from fabwright.model import Check, Happening, Trace

#: The modes every program sets before it moves: happening, value, word.
MODES = (("units", 1.0, "G21"), ("distance-mode", 90.0, "G90"), ("plane", 17.0, "G17"), ("feed-mode", 94.0, "G94"),
         ("work-offset", 54.0, "G54"))
#: Feeds are compared with this slack, a share: they are written in whole mm/min.
FEED_SLACK = 0.002
_RULE = "this class's rule for every program"


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of the set-up: height above which nothing stands, cutters by number in order of use."""

    top_mm: float
    safe_mm: float
    cutters: tuple[Cutter, ...]


def state_checks(trace: Trace, segments: Segments, machine: MachineProfile, frame: Frame | None) -> list[Check]:
    """All of them; `frame` is None for a program of unknown origin."""
    return [
        _modes(trace, frame is not None), _first_move(trace, frame), _spindle(trace, machine), _dwell(trace, machine),
        *_feeds(trace, segments, machine), _speed(trace, machine), _frame_words(trace, machine),
        _tool_words(trace, machine, frame), _end(trace, frame), _known(trace, frame),
        *([] if frame is None else [_crossings(trace, frame)]),
    ]


def _name(trace: Trace, what: str) -> str:
    return f"{trace.file}: {what}"


def _modes(trace: Trace, ours: bool) -> Check:
    missing, changed, lines = [], [], []
    for name, value, word in MODES:
        said = [h for h in trace.happenings if h.name == name]
        allowed = (value,) if ours or name != "units" else (1.0, 25.4)
        if not said or said[0].at > 0:
            missing.append(word)
        others = [h for h in said if h.value not in allowed or (said and h.value != said[0].value)]
        if others:
            changed.append(word)
            lines += [h.line for h in others]
    bad = "; ".join(([f"not set before the first move: {', '.join(missing)}"] if missing else [])
                    + ([f"another mode than {', '.join(changed)} is set"] if changed else []))
    return judged(_name(trace, "modes set before moving"), bool(bad), "G21 G90 G17 G94 G54 set and kept", bad,
                  float(len(missing) + len(changed)), 0.0, "modes", _RULE, tuple(lines))


def _first_move(trace: Trace, frame: Frame | None) -> Check:
    """The first motion in program coordinates is a rapid in Z alone, to a height that is clear."""
    name, moves = _name(trace, "first move goes up"), np.flatnonzero(~trace.machine_frame)
    if not len(moves):
        return judged(name, True, "", "the program makes no move", source=_RULE)
    k = int(moves[0])
    across = bool((trace.end[k, :2] != trace.start[k, :2]).any())
    z, lowest = float(trace.end[k, 2]), frame.safe_mm if frame else 0.0
    bad = trace.kind[k] != 0 or across or z < lowest - 1e-6 or trace.known[k, 2]
    return judged(name, bool(bad), f"a rapid in Z alone to {z:g} mm",
                  f"line {trace.line[k]}: the first move is not a rapid in Z alone to at least {lowest:g} mm", z,
                  lowest,
                  "mm", _RULE, (int(trace.line[k]),))


def _crossings(trace: Trace, frame: Frame) -> Check:
    """Rapids that move across do so at the setup's safe height, whether or not anything stands there."""
    across = (trace.end[:, :2] != trace.start[:, :2]).any(axis=1) & ~trace.machine_frame & (trace.kind == 0)
    low = np.minimum(trace.start[:, 2], trace.end[:, 2])
    bad = across & (low < frame.safe_mm - 1e-6)
    worst = float(low[across].min(initial=frame.safe_mm))
    return judged(_name(trace, "rapids cross at the safe height"), bool(bad.any()),
                  f"all {int(across.sum())} at Z {frame.safe_mm:g} or above",
                  f"{int(bad.sum())} rapids move across below Z {frame.safe_mm:g}, the lowest at Z {worst:g}", worst,
                  frame.safe_mm, "mm", "setup: safe height", lines_of(trace.line, bad))


def _spindle(trace: Trace, machine: MachineProfile) -> Check:
    cutting = trace.kind > 0
    off, backwards = cutting & (trace.output == 0), cutting & (trace.output == 4)
    bad = off | backwards
    words = (f"{int(off.sum())} feed moves with the spindle stopped, {int(backwards.sum())} turning backwards")
    return judged(_name(trace, "spindle turns on every feed move"), bool(bad.any()),
                  f"M3 in force on all {int(cutting.sum())} feed moves", words, float(bad.sum()), 0.0, "moves", _RULE,
                  lines_of(trace.line, bad))


def _dwell(trace: Trace, machine: MachineProfile) -> Check:
    """Between each start of the spindle and the next feed move the program waits as long as it needs to spin up."""
    need, shortest, lines = machine.spindle.spin_up_s, float("inf"), []
    feeds = np.flatnonzero(trace.kind > 0)
    running = False
    for n, start in enumerate(trace.happenings):
        if start.name == "output-on" and not running:
            later = feeds[np.searchsorted(feeds, start.at):]
            until = int(later[0]) if len(later) else len(trace)
            waited = sum(h.value for h in trace.happenings[n:] if h.name == "dwell" and h.at <= until)
            shortest = min(shortest, waited)
            if waited < need:
                lines.append(start.line)
        running = start.name == "output-on" or (running and start.name != "output-off")
    shortest = 0.0 if shortest == float("inf") else shortest
    return judged(_name(trace, "spindle up to speed before cutting"),
                  bool(lines) or (shortest == 0.0 and len(feeds) > 0),
                  f"waits {shortest:g} s", f"waits {shortest:g} s after starting the spindle; it needs {need:g} s",
                  shortest,
                  need, "s", machine.spindle.source, tuple(lines))


def _feeds(trace: Trace, segments: Segments, machine: MachineProfile) -> list[Check]:
    cutting = trace.kind > 0
    unset = cutting & ~(trace.feed_mm_min > 0)
    out = [judged(_name(trace, "feed set before cutting"), bool(unset.any()), "every feed move has a feed",
                  f"{int(unset.sum())} feed moves without a feed", float(unset.sum()), 0.0, "moves", _RULE,
                  lines_of(trace.line, unset))]
    # Rounding each end of a short move can tilt it: that much of a move is not held against it.
    slack = 2.0 * machine.controller.rounding_mm
    step, length = segments.end - segments.begin, np.maximum(segments.length_mm, 1e-12)
    feed = np.where(segments.rapid, 0.0, segments.feed_mm_min)
    for axes, limit in (("xy", machine.motion.feed_max_xy_mm_min), ("z", machine.motion.feed_max_z_mm_min)):
        part = np.hypot(step[:, 0], step[:, 1]) if axes == "xy" else np.abs(step[:, 2])
        speed = feed * np.maximum(part - slack, 0.0) / length
        out.append(at_most(_name(trace, f"feed in {axes}"), float(speed.max(initial=0.0)), limit * (1 + FEED_SLACK),
                           "mm/min",
                           "fastest feed", machine.motion.source,
                           lines_of(segments.line, speed > limit * (1 + FEED_SLACK))))
    return out


def _speed(trace: Trace, machine: MachineProfile) -> Check:
    cutting = (trace.kind > 0) & (trace.output != 0)
    s = trace.s[cutting]
    low, high = machine.spindle.rpm_min, machine.spindle.rpm_max
    bad = cutting & ((trace.s < low) | (trace.s > high))
    worst = 0.0 if not len(s) else float(s[np.argmax(np.maximum(low - s, s - high))])
    return judged(_name(trace, "spindle speed"), bool(bad.any()), f"S within {low:g} to {high:g} rpm",
                  f"S{worst:g} while cutting; the spindle turns {low:g} to {high:g} rpm", worst, high, "rpm",
                  machine.spindle.source, lines_of(trace.line, bad))


def _frame_words(trace: Trace, machine: MachineProfile) -> Check:
    """Nothing that moves the zero or goes to stored places; machine coordinates only where the machine is homed."""
    bad: list[Happening] = [h for h in trace.happenings if h.name in ("home", "set-position")]
    if not machine.controller.homed:
        bad += [h for h in trace.happenings if h.name == "machine-coordinates"]
    frame = trace.machine_frame
    sideways = frame & ((trace.end[:, :2] != trace.start[:, :2]).any(axis=1) | (trace.kind != 0))
    lines = tuple(sorted({h.line for h in bad} | set(lines_of(trace.line, sideways))))
    return judged(_name(trace, "zero stays where it was set"), bool(lines), "no word moves the zero or leaves its "
                                                                            "frame",
                  f"{len(lines)} words move the zero, home, or use machine coordinates this machine has not got",
                  float(len(lines)), 0.0, "words", _RULE, lines)


def _tool_words(trace: Trace, machine: MachineProfile, frame: Frame | None) -> Check:
    name = _name(trace, "tool changes")
    changes = [h for h in trace.happenings if h.name == "tool-change"]
    if not machine.controller.tool_changer:
        return judged(name, bool(changes), "no tool word: one tool a program",
                      f"{len(changes)} tool words, but {machine.machine.id} has no tool changer", float(len(changes)),
                      0.0,
                      "words", machine.controller.source, tuple(h.line for h in changes))
    faults: list[str] = []
    lines: list[int] = []
    for n, change in enumerate(changes):
        until = changes[n + 1].at if n + 1 < len(changes) else len(trace)
        lengths = [h for h in trace.happenings if h.name == "tool-length" and h.line > change.line
                   and h.at == change.at and h.text == "G43"]
        if not lengths or lengths[0].value != change.value:
            faults.append(f"T{change.value:g} is not followed by G43 H{change.value:g}")
            lines.append(change.line)
        later = [h for h in trace.happenings if h.name == "tool-length" and change.at < h.at < until]
        lines += [h.line for h in later]
        faults += ["the tool length changes while a tool is in use"] if later else []
    if frame is not None and [int(h.value) for h in changes] != [c.number for c in frame.cutters]:
        faults.append(f"tools {[int(h.value) for h in changes]} are used, the setup says "
                      f"{[c.number for c in frame.cutters]}")
    elif not changes:
        faults.append("no tool is called")
    return judged(name, bool(faults), f"{len(changes)} tools called, each with its length", "; ".join(faults),
                  float(len(faults)), 0.0, "faults", machine.controller.source, tuple(lines))


def _end(trace: Trace, frame: Frame | None) -> Check:
    """Spindle off, tool raised, program ended by its own word."""
    final, faults = trace.final, []
    if final.output != 0:
        faults.append("the spindle still turns")
    if not final.ended:
        faults.append("there is no M2 or M30")
    if len(trace) and not trace.machine_frame[-1]:
        lowest = frame.safe_mm if frame else float(trace.end[:, 2].max())
        if trace.end[-1, 2] < lowest - 1e-6 or trace.kind[-1] != 0:
            faults.append(f"the tool ends at Z {trace.end[-1, 2]:g}, not raised to {lowest:g}")
    return judged(_name(trace, "safe end"), bool(faults), "spindle off, tool raised, program ended", "; ".join(faults),
                  float(len(faults)), 0.0, "faults", _RULE)


def _known(trace: Trace, frame: Frame | None) -> Check:
    """Nothing is cut from an unknown place, and whatever moves across from one is above all stock."""
    unknown = ~placed_moves(trace) & ~trace.machine_frame
    across = (trace.end[:, :2] != trace.start[:, :2]).any(axis=1)
    z_known = trace.known[:, 2]
    low = np.minimum(trace.start[:, 2], trace.end[:, 2]) < (frame.top_mm if frame else 0.0)
    bad = unknown & ((trace.kind > 0) | (across & (low | ~z_known)))
    return judged(_name(trace, "position known before cutting"), bool(bad.any()), "every move starts from a known "
                                                                                  "place",
                  f"{int(bad.sum())} moves start from a place the program has not set", float(bad.sum()), 0.0, "moves",
                  _RULE,
                  lines_of(trace.line, bad))
