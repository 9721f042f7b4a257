"""RepRapFirmware's words, and back through its interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fabwright.errors import PostError
from fabwright.model import (
    Acceleration,
    BeamOn,
    BedTemperature,
    Event,
    Fan,
    Home,
    LayerStart,
    MotorsOff,
    NozzleTemperature,
    ObjectEnd,
    ObjectStart,
    Pause,
    PressureAdvance,
    Progress,
    Remark,
    RoleStart,
)
from fabwright.post.controller import Labels
from fabwright.post.reprap import RepRap
from fabwright.post.settings import Settings
from fabwright.replay import replay

NONE = Labels((), {})
ROWS = [(0, 20, 20, 5, 0, 0, 900, 0), (0, 20, 20, 0.25, 0, 0, 900, 0), (1, 60, 20, 0.25, 0, 0, 1500, 1.41234),
        (1, 60, 50, 0.25, 0, 0, 1500, 1.0777), (1, 40, 50, 0.25, 0, 0, 2100, -0.8)]
EVENTS: list[tuple[int, Event]] = [
    (0, BedTemperature(80, False)), (0, NozzleTemperature(150, True)), (0, Home()), (0, BedTemperature(80, True)),
    (0, NozzleTemperature(230, True)), (0, PressureAdvance(0.04)), (1, LayerStart(0, 0.25, 0.25)),
    (1, Progress(10, 1800)), (1, Acceleration(500.0, 1750.0)), (1, Fan(0.5)), (2, ObjectStart("a bracket")),
    (2, RoleStart(0, 0.45)), (3, Pause("insert nuts")), (4, ObjectEnd("a bracket")), (4, Remark("WIPE_START")),
    (5, Remark("WIPE_END")), (5, Fan(0.0)), (5, NozzleTemperature(0, False)), (5, BedTemperature(0, False)),
    (5, MotorsOff())]


def reprap(**settings: str | bool) -> RepRap:
    return RepRap(Settings("reprap", settings))


@pytest.mark.parametrize(("event", "lines"), [
    (Fan(1.0), ("M106 S1",)), (Fan(0.004), ("M106 S0.004",)), (Fan(0.0), ("M107",)),
    (Acceleration(1500.0), ("M204 P1500 T1500",)), (Acceleration(1500.0, 3000.0), ("M204 P1500 T3000",)),
    (PressureAdvance(0.045), ("M572 D0 S0.045",)), (Progress(50, 90), ("M73 P50 R2",)),
    (Pause("next colour"), ("; next colour", "M226")),
    (NozzleTemperature(210, True), ("M109 S210",)), (BedTemperature(60, False), ("M140 S60",)),
])
def test_events(event: Event, lines: tuple[str, ...]) -> None:
    assert reprap().lines(event, NONE) == lines


def test_homing_levels_as_the_profile_says() -> None:
    assert reprap(after_home="G32, G28 Z").lines(Home(), NONE) == ("G28", "G32", "G28 Z")
    with pytest.raises(PostError, match="'after_home' is 'M98'; it must be a comma-separated list of G32, G29"):
        reprap(after_home="M98").lines(Home(), NONE)


def test_a_pause_to_change_filament() -> None:
    assert reprap(pause_word="M600").lines(Pause("x"), NONE)[1] == "M600"


def test_what_it_has_no_word_for_is_refused() -> None:
    with pytest.raises(PostError, match="reprap has no word for BeamOn; beam work needs a machine with a beam"):
        reprap().lines(BeamOn(5.0), NONE)


def test_a_program_is_read_back_as_it_was_meant(program: Callable[..., str]) -> None:
    text = program("reprap", ROWS, EVENTS, ("External perimeter",), object_words="M486", after_home="G32")
    assert "M486 T1\n" in text
    assert 'M486 S0 A"a_bracket"\n' in text
    assert ";WIPE_START\nG1 X40 E-0.8 F2100\n;WIPE_END\n" in text
    trace = replay(text.encode(), "part.gcode", "reprap", {})
    assert not trace.findings
    assert np.allclose(trace.e_mm[-3:], [1.41234, 1.0777, -0.8], atol=1e-5)
    assert trace.nozzle_waited[1:].all()
    assert trace.fan.tolist()[-4:] == [0.5] * 4
    found = {h.name: h for h in trace.happenings}
    assert found["pressure-advance"].value == 0.04
    assert [h.value for h in trace.happenings if h.name == "acceleration"] == [500.0, 1750.0]
    assert found["pause"].at == len(trace) - 2
    assert {"object-start", "object-end", "progress", "motors-off"} <= set(found)
    assert trace.final.nozzle_c == trace.final.bed_c == 0.0
    assert trace.roles == ("External perimeter",)
    assert trace.layer_height_mm.tolist() == [0.25]


@pytest.mark.parametrize("word", ["M98 P1", "M500", "M30", "M999", "M208 X300", "M566 X900", "M302 P1", "G10 S1"])
def test_words_that_are_never_sent(dialect: Any, one_file: Any, identity: dict[str, str], word: str) -> None:
    from dataclasses import replace

    from fabwright.model import Toolpath
    from fabwright.post import post

    spoken = dialect("reprap")
    spoken = replace(spoken, template=spoken.template.replace("T0\n", f"{word}\n"))
    with pytest.raises(PostError, match=rf"reprap must never be sent '{word.split()[0]}'"):
        post(Toolpath((one_file,)), spoken, identity)
