"""LinuxCNC, after its G-code reference and its chapter on the order of execution."""

from __future__ import annotations

from collections.abc import Mapping

from fabwright.replay.arcs import ArcCentre
from fabwright.replay.block_words import Block
from fabwright.replay.blocks import BlockReader
from fabwright.replay.comments import strip_comments
from fabwright.replay.limits import ARC_RELATIVE, LINUXCNC_ARC_MM, LINUXCNC_LINE_MAX
from fabwright.replay.record import Recorder

G_GROUPS = {
    "G0": "motion", "G1": "motion", "G2": "motion", "G3": "motion", "G80": "motion",
    "G4": "non-modal", "G28": "non-modal", "G30": "non-modal", "G53": "non-modal", "G92": "non-modal",
    "G92.1": "non-modal", "G92.2": "non-modal", "G17": "plane", "G90": "distance", "G91": "distance",
    "G91.1": "arc distance", "G94": "feed mode", "G20": "units", "G21": "units", "G40": "cutter compensation",
    "G43": "tool length", "G49": "tool length", "G54": "work offset", "G55": "work offset", "G56": "work offset",
    "G57": "work offset", "G58": "work offset", "G59": "work offset", "G61": "path control", "G61.1": "path control",
    "G64": "path control", "G97": "spindle mode", "G98": "retract mode", "G99": "retract mode",
}
M_GROUPS = {
    "M0": "stopping", "M1": "stopping", "M2": "stopping", "M30": "stopping", "M60": "stopping", "M3": "spindle",
    "M4": "spindle", "M5": "spindle", "M6": "tool change", "M7": "coolant", "M8": "coolant", "M9": "coolant",
    "M48": "override", "M49": "override",
}
_CYCLE = "is a canned cycle, which is not read back; write its moves out."
_PROBE = "probes, so where it ends is not in the program."
_PLANE = "selects another plane than XY, which is not read back."
_COMPENSATION = "offsets the path inside the controller, which is not read back; compensate in the program."
REFUSED = {
    "G18": _PLANE, "G19": _PLANE, "G17.1": _PLANE, "G18.1": _PLANE, "G19.1": _PLANE,
    "G33": "moves in step with the spindle, which is not read back.",
    "G33.1": "moves in step with the spindle, which is not read back.",
    "G38.2": _PROBE, "G38.3": _PROBE, "G38.4": _PROBE, "G38.5": _PROBE,
    "G41": _COMPENSATION, "G42": _COMPENSATION, "G41.1": _COMPENSATION, "G42.1": _COMPENSATION,
    "G43.1": "shifts the tool's length inside the controller, which is not read back.",
    "G43.2": "shifts the tool's length inside the controller, which is not read back.",
    "G5": "is a spline, which is not read back.", "G5.1": "is a spline, which is not read back.",
    "G5.2": "is a spline, which is not read back.", "G7": "takes X as a diameter, which is not read back.",
    "G73": _CYCLE, "G76": _CYCLE, "G81": _CYCLE, "G82": _CYCLE, "G83": _CYCLE, "G84": _CYCLE, "G85": _CYCLE,
    "G86": _CYCLE, "G87": _CYCLE, "G88": _CYCLE, "G89": _CYCLE,
    "G90.1": "takes arc centres as absolute, which is not read back.",
    "G92.3": "brings back an offset stored in the controller.",
    "G93": "sets feeds as inverse time, which is not read back.",
    "G95": "sets feeds per revolution, which is not read back.",
    "G96": "varies the spindle with the diameter, which is not read back.",
    "G59.1": "is an offset stored in the controller.", "G59.2": "is an offset stored in the controller.",
    "G59.3": "is an offset stored in the controller.",
    "O": "words (subroutines, loops) are not read back; write the moves out.",
    "A": "is a rotary axis, which is not read back.", "B": "is a rotary axis, which is not read back.",
    "C": "is a rotary axis, which is not read back.", "U": "is a further axis, which is not read back.",
    "V": "is a further axis, which is not read back.", "W": "is a further axis, which is not read back.",
}
FORBIDDEN = {
    "G10": "writes an offset or a tool into the controller's memory; a program must not move its own zero.",
    "G28.1": "writes a position into the controller's memory.",
    "G30.1": "writes a position into the controller's memory.",
    "M112": "is an emergency stop elsewhere; no program may hold it.",
    "M61": "declares another tool to be in the spindle than the changer put there.",
}
#: Comments that LinuxCNC acts on: text for the operator, and those that write files or run code.
_TOLD = ("MSG,", "DEBUG,", "PRINT,")
_ACTIVE = ("LOGOPEN,", "LOGAPPEND,", "LOG,", "LOGCLOSE", "PROBEOPEN", "PROBECLOSE", "PY,")


class LinuxCncReader(BlockReader):
    """LinuxCNC; settings: `tool_changer` (default true), `arc_tolerance_mm` (CENTER_ARC_RADIUS_TOLERANCE_MM)."""

    line_max = LINUXCNC_LINE_MAX
    g_groups = G_GROUPS
    m_groups = M_GROUPS
    refused = REFUSED
    forbidden = FORBIDDEN
    letters = "DFHIJKLPQRSTXYZ"
    source = "LinuxCNC G-code reference"

    def __init__(self, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> None:
        super().__init__(recorder, settings)
        # A fresh interpreter has no motion in force; what an earlier program left is not in this one.
        self.motion = "G80"
        self.percent = 0
        self.words_seen = False

    def clean(self, number: int, text: str) -> str:
        """Words only; a pair of `%` lines may enclose the program, and what follows the second is not read."""
        if self.percent > 1:
            return ""
        stripped = strip_comments(text)
        for comment in stripped.comments:
            self._comment(number, comment)
        if stripped.fault:
            self.error(number, "comment", stripped.fault)
            return ""
        body = stripped.body
        if body == "%":
            self._percent(number)
            return ""
        if body.startswith("/"):
            self.error(number, "block-delete", "whether a line with '/' is executed depends on a switch.",
                       remedy="Remove the line or the '/'.")
            return ""
        strange = next((c for c in body if c in "#[]<>@^$=*:"), None)
        if strange is not None or (body and body[0] == "O"):
            what = "subroutines and loops (O words)" if strange is None else f"parameters and expressions ({strange!r})"
            self.error(number, "unsupported-word", f"{what} are not read back.",
                       remedy="Write plain numbers and moves.")
            return ""
        self.words_seen = self.words_seen or bool(body)
        return body

    def _percent(self, number: int) -> None:
        self.percent += 1
        if self.percent == 1 and self.words_seen and not self.ended:
            self.error(number, "unknown-word", "'%' may only stand alone before the first and after the last block.")
        if self.percent > 1:
            self.ended = True

    def _comment(self, number: int, comment: str) -> None:
        text = comment.strip().upper()
        if text.startswith(_ACTIVE):
            self.error(number, "forbidden-word", f"the comment ({text[:24]} makes the controller write a "
                       "file or run code.", remedy="Remove it.")
        elif text.startswith(_TOLD):
            self.rec.happen(number, "message", text=comment.strip().partition(",")[2].strip())

    def arc_extra(self) -> set[str]:
        """P: turns."""
        return {"P"}

    def extra_words(self, block: Block) -> set[str]:
        """H of G43, P and Q of G64."""
        extra: set[str] = set()
        if block.g.get("tool length") == "G43":
            extra.add("H")
        if block.g.get("path control") == "G64":
            extra |= {"P", "Q"}
        return extra

    def check(self, block: Block) -> bool:
        """Also: turns of an arc, blending without a limit, and whether there is a changer."""
        arc = block.g.get("motion", self.motion) in ("G2", "G3")
        if arc and block.values.get("P", 1.0) != 1.0 and block.g.get("path control") != "G64" \
                and block.g.get("non-modal") != "G4":
            return self._refuse(block, "unsupported-word", "an arc of several turns (P) is not read back.")
        if block.g.get("path control") == "G64" and "P" not in block.values:
            self.rec.reports.warning(block.number, "path-blending", "G64 without P rounds corners as speed needs.",
                                     remedy="Write G64 P with a tolerance.", source=self.source)
        if "tool change" in block.m and not self.settings.get("tool_changer", True):
            return self._refuse(block, "unsupported-word", "M6 asks for a tool changer, which is not there.")
        return super().check(block)

    def change_tool(self, block: Block) -> None:
        """M6 brings the tool T named last and stops the spindle."""
        if "tool change" not in block.m:
            return
        if self.selected_tool == 0:
            self.error(block.number, "missing-word", "M6 comes before any T: which tool to bring is unknown.")
        self.tool = self.selected_tool
        if self.output:
            self.set_output(block.number, 5, "M6")
        self.rec.modal("tool", self.tool)
        self.rec.happen(block.number, "tool-change", float(self.tool), "M6")

    def tool_length(self, block: Block) -> None:
        """G43 H, or of the tool in the spindle without H; G49 takes it back."""
        word = block.g.get("tool length")
        if word is not None:
            index = block.values.get("H", float(self.tool)) if word == "G43" else 0.0
            self.rec.happen(block.number, "tool-length", index, word)

    @property
    def arc_tolerance_mm(self) -> float:
        """CENTER_ARC_RADIUS_TOLERANCE_MM of the machine."""
        return float(self.settings.get("arc_tolerance_mm", LINUXCNC_ARC_MM))

    def arc_off(self, centre: ArcCentre) -> bool:
        """Over a hundred times the tolerance, or over it and over 0.1 percent of the radius."""
        off, largest = centre.mismatch_mm, max(centre.radius_start_mm, centre.radius_end_mm)
        return off > 100 * self.arc_tolerance_mm or (off > self.arc_tolerance_mm and off > ARC_RELATIVE * largest)
