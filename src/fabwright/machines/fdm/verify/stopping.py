"""How the machine is stopped after any line of the program, and whether that works after each of them."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.schema import Bed
from fabwright.machines.fdm.verify.judging import judged, lines_of
from fabwright.model import Check, Trace

# The nozzle is lifted off the part by this much, or by what the axis has left.
RISE_MM = 2.0
LEAST_RISE_MM = 0.5
# Slow enough for any z axis.
RISE_MM_MIN = 300


def stop_words(rise_mm: float) -> tuple[str, ...]:
    """What is sent to stop the machine: heaters and fan off, then a lift relative to wherever it stands.

    Every extruder firmware here reads these; G91 comes before the lift, so that it holds in either distance mode.
    """
    return ("M104 S0", "M140 S0", "M107", "G91", f"G1 Z{rise_mm:g} F{RISE_MM_MIN}", "G90")


def stop_check(trace: Trace, bed: Bed) -> Check:
    """After every prefix of the program the declared words must switch all heat off and lift the nozzle clear.

    They rest on nothing the program could have changed but the unit, and on room above; before homing, when the place
    is not known, nothing has been laid and the lift is left out.
    """
    known = trace.known[:, 2]
    z = trace.end[:, 2]
    highest = float(z[known].max()) if known.any() else 0.0
    laid = (trace.e_mm > 0.0) & (trace.layer >= 0)
    tallest = np.maximum.accumulate(np.where(laid, z, 0.0)) if len(z) else z
    room = bed.travel_high_mm[2] - z
    rise = round(float(np.clip(bed.travel_high_mm[2] - highest, LEAST_RISE_MM, RISE_MM)), 3)
    inch = [h for h in trace.happenings if h.name == "units" and h.value != 1.0]
    # Where the nozzle stands clear of what is laid so far, it need not rise.
    short = laid & ~known | known & (room < LEAST_RISE_MM) & (z < tallest + LEAST_RISE_MM)
    lines = (tuple(h.line for h in inch) + lines_of(trace, short))[:5]
    least = float(room[known].min(initial=bed.travel_high_mm[2]))
    hot = trace.nozzle_c > 0.0
    span = f"lines {int(trace.line[hot][0])} to {int(trace.line[hot][-1])}" if hot.any() else "no line"
    return judged("stoppable", not lines, f"After any line, {', '.join(stop_words(rise))} stops the machine and "
                  f"lifts the nozzle off what is laid; it is hot in {span}.",
                  f"{trace.file}:{lines[0] if lines else 0}: a stop after this line would not lift the nozzle clear: "
                  + ("the program is in inches." if inch else "the axis has no room above."), least, LEAST_RISE_MM,
                  "mm of room above", bed.source, lines)
