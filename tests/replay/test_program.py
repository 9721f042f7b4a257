"""What is no program at all is refused; everything else gives a trace, whatever its bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import ReplayError, UnknownNameError
from fabwright.model.findings import Severity
from fabwright.replay import CONTROLLERS, replay

# Those that take their programs bare; the others are tested in tests/post/test_bambu.py.
BARE = tuple(c for c in CONTROLLERS if c != "bambu")

NO_PROGRAM = [
    (b"", "p: the file is empty."),
    (b" \r\n\n", "p: the file is empty."),
    (b"GCDE\x01", "p: this is binary G-code (.bgcode), which is not read. Export plain text instead."),
    (b"G1 X1\n\0\0", "p: this is a binary file, not a program: it holds a zero byte at offset 6."),
    ("G1 X1".encode("utf-16"), "p: this is a binary file, not a program: it holds a zero byte at offset 3."),
    (b"; only\n; comments\n", "p: the file holds comments only, not a single command."),
]


@pytest.mark.parametrize("controller", BARE)
@pytest.mark.parametrize(("data", "sentence"), NO_PROGRAM)
def test_no_program(controller: str, data: bytes, sentence: str) -> None:
    with pytest.raises(ReplayError) as caught:
        replay(data, "p", controller, {})
    assert str(caught.value) == sentence


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabwright.replay.program.PROGRAM_MAX_BYTES", 10)
    with pytest.raises(ReplayError, match="p: 11 bytes are more than the 10 a program may have"):
        replay(b"G1 X1 F100\n", "p", "marlin", {})


def test_unknown_controller() -> None:
    with pytest.raises(UnknownNameError, match="unknown controller 'marlim'; did you mean 'marlin'"):
        replay(b"G1 X1", "p", "marlim", {})


@pytest.mark.parametrize("controller", BARE)
def test_line_ends_and_byte_order_mark(controller: str) -> None:
    texts = [b"G21\nG0 X1\nG0 X2\n", b"G21\r\nG0 X1\r\nG0 X2", b"\xef\xbb\xbfG21\nG0 X1\n\n\nG0 X2\n"]
    for text, line in zip(texts, (3, 3, 5), strict=True):
        trace = replay(text, "p", controller, {})
        assert trace.end[:, 0].tolist() == [1, 2]
        assert trace.line[1] == line
        assert not trace.findings


@pytest.mark.parametrize("controller", BARE)
def test_control_characters(controller: str) -> None:
    trace = replay(b"G0 X1\nG0\x07 X2\n", "p", controller, {})
    assert [(f.check, f.subject) for f in trace.findings] == [("control-character", "p:2")]
    assert "0x07" in trace.findings[0].message


@pytest.mark.parametrize("controller", ["marlin", "klipper", "linuxcnc"])
def test_comments_may_be_in_any_language(controller: str) -> None:
    assert not replay("; é\nG0 X1 ; ü\n".encode(), "p", controller, {}).findings
    assert "encoding" in [f.check for f in replay("G0 X1é\n".encode(), "p", controller, {}).findings]


def test_endless_line() -> None:
    trace = replay(b"G0 X1\n;" + b"x" * 200_000 + b"\nG1 " + b"X1 " * 70_000 + b"\nG0 X2\n", "p", "klipper", {})
    assert [(f.check, f.subject) for f in trace.findings] == [("line-too-long", "p:3")]
    assert len(trace) == 2


def check_invariants(trace: Any) -> None:
    """What holds for every trace."""
    n = len(trace)
    for name in ("line", "end", "start", "feed_mm_min", "e_mm", "output", "s", "layer", "role", "known"):
        assert len(getattr(trace, name)) == n
    for name in ("start", "end", "feed_mm_min", "e_mm", "s", "nozzle_c", "bed_c", "fan"):
        assert np.isfinite(getattr(trace, name)).all(), name
    assert (np.diff(trace.line) >= 0).all()
    assert set(np.unique(trace.kind).tolist()) <= {0, 1, 2, 3}
    assert (np.isnan(trace.centre).any(axis=1) == (trace.kind < 2)).all()
    assert all(0 <= h.at <= n for h in trace.happenings)
    assert [h.line for h in trace.happenings] == sorted(h.line for h in trace.happenings)
    assert [h.at for h in trace.happenings] == sorted(h.at for h in trace.happenings)
    assert (trace.role < max(len(trace.roles), 1)).all()
    assert len(trace.findings) <= 102
    assert all(f.message and f.subject.startswith("p") for f in trace.findings)


@pytest.mark.parametrize("controller", BARE)
@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=120))
def test_any_bytes(controller: str, data: bytes) -> None:
    try:
        trace = replay(data, "p", controller, {})
    except ReplayError:
        return
    check_invariants(trace)


ALPHABET = "GGGMMXYZEFSTNIJRPHQ0123456789..--+ \n\n\n;()%#[]/*=\"'$?!~AbcLKD_:,"


@pytest.mark.parametrize("controller", BARE)
@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from(ALPHABET), max_size=200))
def test_any_words(controller: str, text: str) -> None:
    try:
        trace = replay(text.encode(), "p", controller, {"flavour": "prusa", "macros": "PRINT_START"})
    except ReplayError:
        return
    check_invariants(trace)


KNOWN = [
    "G0", "G1", "G2", "G3", "G4", "G10", "G17", "G20", "G21", "G28", "G43", "G49", "G53", "G54", "G55", "G80", "G90",
    "G91", "G92", "G92.1", "G94", "M0", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M18", "M73", "M82", "M83",
    "M84", "M104", "M106", "M107", "M109", "M117", "M140", "M190", "M204", "M205", "M220", "M221", "M486", "M572",
    "M600", "M862.3", "M900", "T0", "T1", "EXCLUDE_OBJECT_START", "SET_VELOCITY_LIMIT", "TEMPERATURE_WAIT",
    "SAVE_GCODE_STATE", "RESTORE_GCODE_STATE", "SET_HEATER_TEMPERATURE", ";TYPE:", ";LAYER_CHANGE", ";Z:", ";HEIGHT:",
]
WORDS = [
    "X", "X1", "Y-2", "Z.5", "E1", "F0", "F600", "S", "S0", "S200", "T1", "P1", "P0", "R5", "R-5", "I1", "J2", "H1",
    "K1", "NAN", "1e9", "X1e9", "X99999999999999999999", "NAME=a", "HEATER=extruder", "TARGET=", "TARGET=inf", "=",
    ";",
]


@pytest.mark.parametrize("controller", BARE)
@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.tuples(st.sampled_from(KNOWN), st.lists(st.sampled_from(WORDS), max_size=4)), max_size=25))
def test_any_commands(controller: str, lines: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(" ".join([name, *words]) for name, words in lines)
    try:
        trace = replay(text.encode(), "p", controller, {"flavour": "prusa"})
    except ReplayError:
        return
    check_invariants(trace)


def test_findings_say_where(play: Any) -> None:
    trace = play("G1 X1\n\nG999\n", "marlin")
    assert str(trace.findings[0]) == ("p:3: G999 is not a command this controller (marlin) is known to have. "
                                      "Remove it, or use the controller's own word.")
    assert trace.findings[0].severity is Severity.ERROR
