"""What each move met in the block: rapids, a stopped spindle, depth, chip load, plunging, the holder."""

from __future__ import annotations

import numpy as np

from fabwright.machines.mill.cutter import Cutter, chip_load_mm
from fabwright.machines.mill.profile import MaterialProfile
from fabwright.machines.mill.verify.checks import at_most, judged, lines_of
from fabwright.machines.mill.verify.removal import TOUCH_MM, Cut
from fabwright.machines.mill.verify.segments import Segments
from fabwright.machines.mill.verify.state import FEED_SLACK
from fabwright.model import Check, Trace


def cutting_checks(trace: Trace, segments: Segments, cut: Cut, cutters: dict[int, Cutter], changer: bool,
                   material: MaterialProfile, rounding_mm: float) -> list[Check]:
    """All checks that need the simulated block; `rounding_mm` is what rounding both ends of a move may change."""
    meets = cut.taken_mm > TOUCH_MM
    out = [
        _none(trace, segments, "rapids clear of stock", meets & segments.rapid, cut.taken_mm,
              "rapids go through material",
              "no rapid meets the remaining stock"),
        _none(trace, segments, "spindle turns whenever it meets stock", meets & ~segments.running, cut.taken_mm,
              "moves meet the stock with the spindle not turning clockwise", "it turns on every move that meets stock"),
        _none(trace, segments, "holder clear of stock", cut.holder_mm > TOUCH_MM, cut.holder_mm,
              "moves bring the holder into stock", "the holder never reaches stock"),
    ]
    tools = segments.tool if changer else np.zeros(len(segments), dtype=np.int64)
    known = np.isin(tools, list(cutters))
    if meets[~known].any() or (len(segments) and not known.all()):
        out.append(judged(f"{trace.file}: tool known for every move", True, "",
                          f"{int((~known).sum())} moves with a tool that the setup does not list",
                          float((~known).sum()), 0.0,
                          "moves", "setup", lines_of(segments.line, ~known)))
    for number, cutter in sorted(cutters.items()):
        mine = meets & ~segments.rapid & (tools == number)
        if mine.any():
            out += _tool_checks(trace, segments, cut, mine, cutter, material, rounding_mm)
    return out


def _none(trace: Trace, segments: Segments, name: str, bad: np.ndarray, depth: np.ndarray, bad_words: str,
          good_words: str) -> Check:
    worst = float(depth[bad].max(initial=0.0))
    return judged(f"{trace.file}: {name}", bool(bad.any()), good_words,
                  f"{int(bad.sum())} {bad_words}, up to {worst:.2f} mm",
                  worst, TOUCH_MM, "mm", "removal simulation", lines_of(segments.line, bad))


def _tool_checks(trace: Trace, segments: Segments, cut: Cut, mine: np.ndarray, cutter: Cutter,
                 material: MaterialProfile,
                 rounding_mm: float) -> list[Check]:
    name = f"{trace.file}: tool {cutter.number}"
    low, _, high = chip_load_mm(material, cutter.diameter_mm)
    source = material.cutting.source
    teeth = np.maximum(segments.rpm * cutter.flutes, 1e-9)
    chip = segments.feed_mm_min / teeth
    length = np.maximum(segments.length_mm, 1e-12)
    step = segments.end - segments.begin
    fall = np.maximum(-step[:, 2] - rounding_mm, 0.0) / length * segments.feed_mm_min / teeth
    level = mine & (np.abs(step[:, 2]) < 0.1 * length)
    usual = float(np.median(np.repeat(chip[level],
                                      np.ceil(length[level]).astype(int)))) if level.any() else float("nan")
    top, sink = high * (1 + FEED_SLACK), material.cutting.plunge_share * high * (1 + FEED_SLACK)
    fastest = float(min(cutter.rpm_max, np.inf))
    spinning = float(segments.rpm[mine].max(initial=0.0))
    checks = [
        at_most(f"{name} depth within its flutes", float(cut.deep_mm[mine].max()), cutter.flute_mm, "mm", "deepest cut",
                "machine profile, tools", lines_of(segments.line, mine & (cut.deep_mm > cutter.flute_mm))),
        at_most(f"{name} feed per tooth", float(chip[mine].max()), top, "mm", "largest", source,
                lines_of(segments.line, mine & (chip > top))),
        at_most(f"{name} sinks no faster than it may plunge", float(fall[mine].max()), sink, "mm per tooth", "fastest",
                source,
                lines_of(segments.line, mine & (fall > sink))),
        at_most(f"{name} speed within the tool's", spinning, fastest, "rpm", "fastest", "machine profile, tools"),
    ]
    if level.any():
        checks.append(judged(f"{name} does not rub", usual < low,
                             f"usual feed per tooth {usual:.3f} mm (at least {low:g})",
                             f"usual feed per tooth {usual:.3f} mm; under {low:g} mm it rubs instead of cutting",
                             usual, low,
                             "mm", source))
    return checks
