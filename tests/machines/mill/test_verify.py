"""Sound jobs pass with figures that geometry predicts; times follow the trapezoid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fabwright.machines.mill import MACHINE_CLASS
from fabwright.machines.mill.verify.segments import CHORD_MM, Segments, segments_of
from fabwright.machines.mill.verify.timing import move_times_s
from fabwright.model import Status
from fabwright.replay import replay


@pytest.mark.parametrize("name", ["bump-foam", "bump-pom", "tray-pom"])
def test_sound_jobs_pass_every_check(job: Any, name: str) -> None:
    verdict = job(name).verdict()
    assert verdict.passed, [f"{c.name}: {c.message}" for c in verdict.failures]
    assert all(c.source for c in verdict.checks)
    assert verdict.figures["gouge_max_mm"] <= 0.02
    assert any("deflection" in s for s in verdict.not_checked)


def test_unhomed_machines_say_so(job: Any) -> None:
    assert any("not homed" in s for s in job("bump-foam").verdict().not_checked)
    assert not any("not homed" in s for s in job("bump-pom").verdict().not_checked)


def test_volumes_are_those_of_the_shapes(job: Any) -> None:
    made = job("tray-pom")
    figures = made.verdict().figures
    corner = (4 - np.pi) * 3.5**2
    part = 40 * 30 * 8 - (20 * 14 - corner) * 5 - np.pi * 16 * 8
    assert figures["part_cm3"] == pytest.approx(part / 1000, rel=0.01)
    assert figures["stock_cm3"] == pytest.approx(450.0)
    # Taken off: everything over the part and the trench around it (7.8 mm + rounded corners) less the tabs.
    reach = 3.0 + 0.3 + 0.3 * 6.0 + 3.0
    trench = 2 * (40 + 30) * reach + np.pi * reach**2
    assert figures["removed_cm3"] == pytest.approx((trench * 19 + 40 * 30 * 20 - part) / 1000, rel=0.03)


def test_finishing_leaves_the_ridges_asked_for(job: Any, maker: Any, bodies: Any) -> None:
    fine = job("bump-foam").verdict().figures
    coarse = maker((bodies["bump"](),), "grbl-router-800", "eva-40", {"scallop_mm": 0.16})
    rough = coarse.verdict().figures
    assert 0.05 < fine["excess_p99_mm"] <= 0.115
    assert 0.12 < rough["excess_p99_mm"] <= 0.19
    assert rough["time_s"] < fine["time_s"]


def test_a_thinner_block_than_planned_for_changes_nothing_a_thicker_one_is_seen(job: Any) -> None:
    made = job("bump-foam")
    stock = made.setup.stock
    thicker = replace(made.setup, stock=replace(stock, size_mm=(*stock.size_mm[:2], 52.0)))
    failed = {c.name for c in made.verdict(setup=thicker).failures}
    assert "01-flat-6mm.nc: rapids clear of stock" in failed


def test_long_roughing_in_a_deep_block_reports_the_holder(job: Any) -> None:
    made = job("bump-foam")
    tools = tuple(replace(t, data={**t.data, "stickout_mm": 12.0}) for t in made.setup.tools)
    short = dict(made.machine.document)
    short["tools"] = [{**t, "stickout_mm": 12.0} for t in made.machine.document["tools"]]
    hub = MACHINE_CLASS.parse_machine(short)
    verdict = MACHINE_CLASS.verify(made.traces, made.nominal, replace(made.setup, tools=tools), hub, made.material)
    assert "01-flat-6mm.nc: holder clear of stock" in {c.name for c in verdict.failures}


def test_arcs_are_followed_closely(job: Any) -> None:
    text = (b"G21 G90 G94 G17 G54\nM5\nG0 Z5\nG0 X10 Y0\nM3 S18000\nG4 P9\nG1 Z-1 F300\nG3 X-10 Y0 I-10 J0 F900\n"
            b"G0 Z5\nM5\nM2\n")
    segments = segments_of(replay(text, "arc.nc", "grbl", {}))
    arc = segments.end[:, 2] == -1.0
    radius = np.hypot(*((segments.begin + segments.end)[arc][1:, :2] / 2).T)
    assert np.abs(radius - 10.0).max() <= CHORD_MM
    assert segments.length_mm[arc].sum() == pytest.approx(np.pi * 10 + 6, rel=1e-3)


def _straight(lengths: list[float], feed: float, turn: bool) -> Segments:
    heading = np.array([[0.0, 1.0, 0.0] if turn and k % 2 else [1.0, 0.0, 0.0] for k in range(len(lengths))])
    end = np.cumsum(heading * np.array(lengths)[:, None], axis=0)
    begin = np.vstack([np.zeros(3), end[:-1]])
    n = len(lengths)
    return Segments(begin, end, np.zeros(n, bool), np.full(n, feed), np.full(n, 18000.0), np.ones(n, bool),
                    np.zeros(n, np.int64), np.arange(n), np.arange(n))


def test_time_is_the_trapezoid(profiles: Any) -> None:
    machine = profiles[0]("grbl-router-800").profile  # 400 mm/s2
    speed = 3000 / 60
    alone = move_times_s(_straight([100.0], 3000.0, False), machine).sum()
    assert alone == pytest.approx(100 / speed + speed / 400, rel=1e-6)
    joined = move_times_s(_straight([40.0, 60.0], 3000.0, False), machine).sum()
    assert joined == pytest.approx(alone, rel=1e-6)
    cornered = move_times_s(_straight([40.0, 60.0], 3000.0, True), machine).sum()
    assert alone + 0.8 * speed / 400 < cornered < alone + speed / 400
    tiny = move_times_s(_straight([1.0], 3000.0, False), machine).sum()
    assert tiny == pytest.approx(2 * np.sqrt(1.0 / 400), rel=1e-6)


def test_anyones_program_is_judged_on_safety_alone(job: Any, profiles: Any) -> None:
    made = job("bump-foam")
    verdict = MACHINE_CLASS.verify_file(made.traces[0], made.machine)
    assert verdict.passed
    assert any("work zero" in s for s in verdict.not_checked)
    wide = b"G21 G90 G94 G17 G54\nG0 Z5\nG0 X0 Y0\nM3 S18000\nG4 P9\nG0 X900\nG1 Z-1 F300\nG0 Z5\nM5\nM2\n"
    failed = MACHINE_CLASS.verify_file(replay(wide, "w.nc", "grbl", {}), made.machine)
    assert [c.name for c in failed.failures] == ["w.nc: extent in x"]
    inches = wide.replace(b"G21", b"G20").replace(b"X900", b"X9").replace(b"Z5", b"Z1").replace(b"F300", b"F12")
    assert MACHINE_CLASS.verify_file(replay(inches, "i.nc", "grbl", {}), made.machine).passed


def test_programs_of_another_setup_are_not_simulated(job: Any) -> None:
    made = job("bump-foam")
    verdict = MACHINE_CLASS.verify(made.traces[:1], made.nominal, made.setup, made.machine, made.material)
    assert not verdict.passed
    assert verdict.failures[0].name == "programs complete and in order"
    assert all(c.status is Status.FAIL for c in verdict.failures)
