"""Motion rules every toolpath keeps, whatever the part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.machines.mill.kernels.thin import thin
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.toolpath import make_toolpath
from fabwright.model import MoveKind, SpindleOff, SpindleOn, ToolChange

JOBS = ("bump-foam", "bump-pom", "tray-pom")


@pytest.mark.parametrize("name", JOBS)
def test_rapids_cross_only_at_the_safe_height(job: Any, name: str) -> None:
    made = job(name)
    safe = made.plan.setup.parameters["safe_z_mm"]
    for file in made.toolpath.files:
        moves = file.moves
        x, y, z = moves.x, moves.y, moves.z
        across = np.zeros(len(moves), bool)
        across[1:] = (np.diff(x) != 0) | (np.diff(y) != 0)
        rapid = moves.kind == MoveKind.RAPID
        low = np.minimum(z, np.concatenate([z[:1], z[:-1]]))
        assert (low[rapid & across] >= safe - 1e-9).all()
        assert rapid[0]
        assert z[0] == z[-1] == safe


@pytest.mark.parametrize("name", JOBS)
def test_spindle_runs_from_before_the_first_cut_to_after_the_last(job: Any, name: str) -> None:
    made = job(name)
    for file in made.toolpath.files:
        cuts = np.flatnonzero(file.moves.kind == MoveKind.LINEAR)
        on = [k for k, e in file.events if isinstance(e, SpindleOn)]
        off = [k for k, e in file.events if isinstance(e, SpindleOff)]
        assert on[0] <= cuts[0]
        assert off[-1] == len(file.moves) > cuts[-1]
        assert [k for k, _ in file.events] == sorted(k for k, _ in file.events)
        changes = [e.number for _, e in file.events if isinstance(e, ToolChange)]
        changer = made.machine.profile.controller.tool_changer
        assert changes == ([t for p in made.plan.setup.parameters["programs"] for t in p["tools"]] if changer else [])
        # Every change of tool happens with the spindle stopped.
        assert all(isinstance(file.events[n - 1][1], SpindleOff) for n, (_, e) in enumerate(file.events)
                   if isinstance(e, ToolChange) and n)


@pytest.mark.parametrize("name", JOBS)
def test_nothing_sinks_faster_than_it_may_plunge(job: Any, name: str) -> None:
    made = job(name)
    plunge = {o.title: o.speeds.plunge_mm_min for o in made.plan.operations}
    for file in made.toolpath.files:
        moves = file.moves
        points = np.column_stack([moves.x, moves.y, moves.z])
        step = np.diff(points, axis=0)
        fall = np.maximum(-step[:, 2], 0) / np.maximum(np.linalg.norm(step, axis=1), 1e-12) * moves.feed_mm_min[1:]
        limit = np.array([plunge[r] for r in file.roles])[moves.role[1:]]
        assert (fall[moves.kind[1:] == MoveKind.LINEAR] <= limit[moves.kind[1:] == MoveKind.LINEAR] + 1e-6).all()


def test_same_plan_same_bytes(job: Any, maker: Any, bodies: Any) -> None:
    again = maker((bodies["bump"](),), "grbl-router-800", "eva-40")
    assert again.files == job("bump-foam").files
    assert make_toolpath(again.plan).files[0].moves.x.tobytes() == again.toolpath.files[0].moves.x.tobytes()


def test_no_tip_below_the_declared_bottom(job: Any) -> None:
    for name in JOBS:
        made = job(name)
        lowest = min(float(f.moves.z.min()) for f in made.toolpath.files)
        assert lowest == pytest.approx(made.plan.setup.parameters["bottom_mm"])


def test_a_rapid_across_below_the_safe_height_cannot_be_built() -> None:
    path = Path(20.0)
    path.rapid(0.0, 0.0, 20.0)
    path.rapid(0.0, 0.0, 5.0)
    with pytest.raises(ValueError, match="crosses below 20"):
        path.rapid(3.0, 0.0, 5.0)


def test_thinning_keeps_within_tolerance_and_both_ends() -> None:
    x = np.linspace(0, 50, 2001)
    points = np.column_stack([x, np.zeros_like(x), np.sin(x)])
    keep = thin(points, 0.001)
    assert keep[0]
    assert keep[-1]
    assert np.abs(np.interp(x, x[keep], points[keep, 2]) - points[:, 2]).max() <= 0.0011 * np.sqrt(2)
    assert keep.sum() < 600
    straight = thin(np.column_stack([x, x, x]), 0.001)
    assert straight.sum() <= 8
