"""GRBL 1.1, after its commands and interface documents and the error codes they list."""

from __future__ import annotations

from collections.abc import Mapping

from fabwright.replay.arcs import ArcCentre
from fabwright.replay.block_words import Block
from fabwright.replay.blocks import BlockReader
from fabwright.replay.comments import strip_comments
from fabwright.replay.limits import ARC_RELATIVE, GRBL_ARC_GROSS_MM, GRBL_ARC_MM, GRBL_LINE_MAX, GRBL_RAW_MAX
from fabwright.replay.record import Recorder

G_GROUPS = {
    "G0": "motion", "G1": "motion", "G2": "motion", "G3": "motion", "G80": "motion",
    "G4": "non-modal", "G28": "non-modal", "G30": "non-modal", "G53": "non-modal", "G92": "non-modal",
    "G92.1": "non-modal", "G17": "plane", "G90": "distance", "G91": "distance", "G91.1": "arc distance",
    "G94": "feed mode", "G20": "units", "G21": "units", "G40": "cutter compensation", "G49": "tool length",
    "G54": "work offset", "G55": "work offset", "G56": "work offset", "G57": "work offset", "G58": "work offset",
    "G59": "work offset", "G61": "path control",
}
M_GROUPS = {
    "M0": "stopping", "M1": "stopping", "M2": "stopping", "M30": "stopping", "M3": "spindle", "M4": "spindle",
    "M5": "spindle", "M8": "coolant", "M9": "coolant",
}
_PROBE = "probes, so where it ends is not in the program."
REFUSED = {
    "G18": "selects another plane than XY, which is not read back.",
    "G19": "selects another plane than XY, which is not read back.",
    "G93": "sets feeds as inverse time, which is not read back.",
    "G43.1": "shifts the tool's length inside the controller, which is not read back.",
    "G38.2": _PROBE, "G38.3": _PROBE, "G38.4": _PROBE, "G38.5": _PROBE,
    "M6": "(tool change) is refused by this controller; give each tool a program of its own.",
    "M7": "(mist) is not compiled into this controller unless its profile says so.",
    "G43": "(tool length by number) is not a word of this controller.",
    "G64": "(path blending) is not a word of this controller.",
    "A": "is a rotary axis, which this controller does not have.", "E": "is not a word of this controller.",
    "H": "is not a word of this controller.",
}
FORBIDDEN = {
    "G10": "writes a work offset into the controller's memory; a program must not move its own zero.",
    "G28.1": "writes a position into the controller's memory.",
    "G30.1": "writes a position into the controller's memory.",
    "M112": "is an emergency stop elsewhere; no program may hold it.",
}
#: Characters GRBL acts on the moment they arrive, wherever they stand.
REALTIME = {"!": "feed hold", "~": "cycle start", "?": "status report", "\x18": "reset"}
TOOL_MAX = 255


class GrblReader(BlockReader):
    """GRBL 1.1; settings: `mist` (M7 compiled in)."""

    line_max = GRBL_LINE_MAX
    g_groups = G_GROUPS
    forbidden = FORBIDDEN
    letters = "FIJKLPRSTXYZ"
    source = "GRBL 1.1 interface and error codes"
    feed_after_units = True

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        self.m_groups = dict(M_GROUPS)
        self.refused = dict(REFUSED)
        if settings.get("mist"):
            self.m_groups["M7"] = "coolant"
            del self.refused["M7"]

    def clean(self, number: int, text: str) -> str:
        """Words only; immediate characters and settings are reported wherever they stand."""
        for character, meaning in REALTIME.items():
            if character in text:
                self.error(number, "realtime-character", f"{character!r} acts as an immediate command ({meaning}) even "
                           "inside a comment.", remedy="Remove it.")
        if len(text) > GRBL_RAW_MAX:
            self.error(number, "line-too-long", f"the line has {len(text)} characters; this controller's receive "
                       f"buffer takes {GRBL_RAW_MAX}.", measured=len(text), limit=GRBL_RAW_MAX)
            return ""
        stripped = strip_comments(text)
        body = stripped.body
        if body.startswith("$"):
            self.error(number, "forbidden-word", f"{body[:24]!r} is a setting or system command, which a program must "
                       "not give.", remedy="Remove it.")
            return ""
        if body.startswith("%"):
            self.error(number, "unknown-word", "'%' is not accepted by this controller.", remedy="Remove it.")
            return ""
        if body.startswith("/"):
            self.error(number, "block-delete", "this controller ignores '/' and would execute the line all the same.",
                       remedy="Remove the line or the '/'.")
            return ""
        if ")" in body:
            self.error(number, "comment", "a closing bracket has no opening one.")
            return ""
        return "".join(c for c in body if c not in REALTIME)

    def check(self, block: Block) -> bool:
        """Also: an arc needs axis words, and tools have numbers up to 255."""
        if block.g.get("motion") in ("G2", "G3") and not block.axes:
            return self._refuse(block, "missing-word", f"{block.g['motion']} has no axis word, which this controller "
                                "asks for even in a full circle.")
        if block.values.get("T", 0.0) > TOOL_MAX:
            return self._refuse(block, "bad-number", f"T{block.values['T']:g} is beyond this controller's largest "
                                f"tool, {TOOL_MAX}.")
        return super().check(block)

    def select_tool(self, number: int, tool: int) -> None:
        """T only notes a number here; there is no changer."""
        self.selected_tool = self.tool = tool
        self.rec.modal("tool", tool)
        self.rec.happen(number, "tool-change", float(tool), "T")

    @property
    def arc_tolerance_mm(self) -> float:
        """Fixed in the firmware."""
        return GRBL_ARC_MM

    def arc_off(self, centre: ArcCentre) -> bool:
        """Error 33: over 0.5 mm, or over 0.005 mm and 0.1 percent of the radius."""
        off = centre.mismatch_mm
        return off > GRBL_ARC_MM and (off > GRBL_ARC_GROSS_MM or off > ARC_RELATIVE * centre.radius_start_mm)
