from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fabwright.errors import PlanError
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.arcs import TOLERANCE_MM, fitted
from fabwright.model import Dialect, MoveKind, Moves, Nominal, RoleStart
from fabwright.post import post
from fabwright.replay import replay

TEMPLATE = Path(__file__).resolve().parents[3] / "templates" / "marlin" / "program.gcode.j2"
IDENTITY = {"generator": "Fabwright 0", "design": "test@1.0.0", "variant": "0" * 64, "machine": "m", "material": "m"}


def with_arcs(machine):
    return replace(machine, document={**machine.document, "controller": {**machine.document["controller"],
                                                                         "arcs": True}})


def moves_along(points: np.ndarray, feed: np.ndarray | float = 3000.0, rate: np.ndarray | float = 0.03) -> Moves:
    """A travel to the first point, then beads from point to point."""
    count = len(points)
    length = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    zero = np.zeros(count)
    kind = np.where(np.arange(count) == 0, MoveKind.RAPID, MoveKind.LINEAR).astype(np.uint8)
    return Moves(kind, points[:, 0], points[:, 1], np.full(count, 0.2), zero, zero,
                 np.array(np.broadcast_to(feed, count), dtype=float), length * rate, np.zeros(count, dtype=np.uint8))


def circle(radius: float, degrees: np.ndarray, centre: tuple[float, float] = (50.0, 50.0)) -> np.ndarray:
    angle = np.radians(degrees)
    return np.asarray(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def fit(bench, moves: Moves, events=()) -> tuple[Moves, tuple]:
    return fitted(moves, tuple(events), with_arcs(bench.machine("prusa-mk4s")))


@pytest.mark.parametrize(("sense", "kind"), [(1, MoveKind.ARC_CCW), (-1, MoveKind.ARC_CW)])
def test_a_fine_circle_becomes_three_arcs_with_the_same_filament(bench, sense, kind):
    moves = moves_along(circle(20.0, sense * np.arange(0.0, 360.1, 3.0)))
    found, _ = fit(bench, moves)
    arcs = found.kind == kind
    assert arcs.sum() == 3
    assert len(found) == 4
    assert found.e_mm.sum() == pytest.approx(moves.e_mm.sum())
    begin = np.stack([found.x, found.y], axis=1)[:-1]
    centre = begin + np.stack([found.i, found.j], axis=1)[1:]
    assert np.allclose(centre, 50.0, atol=1e-6)
    assert (found.x[-1], found.y[-1]) == pytest.approx((moves.x[-1], moves.y[-1]))


def test_every_point_lies_near_its_arc(bench):
    rng = np.random.default_rng(3)
    points = circle(15.0, np.arange(0.0, 170.0, 2.0))
    points += rng.uniform(-0.004, 0.004, points.shape)
    found, _ = fit(bench, moves_along(points))
    arcs = np.flatnonzero(found.kind >= 2)
    assert 1 <= len(arcs) <= 3
    place = np.stack([found.x, found.y], axis=1)
    for k in arcs.tolist():
        centre = place[k - 1] + (found.i[k], found.j[k])
        radius = np.hypot(*(place[k] - centre))
        first, last = (int(np.argmin(np.hypot(*(points - place[m]).T))) for m in (k - 1, k))
        off = np.abs(np.hypot(*(points[first:last + 1] - centre).T) - radius)
        assert off.max() <= TOLERANCE_MM + 1e-6


@pytest.mark.parametrize("points", [
    np.stack([np.arange(20.0), np.zeros(20)], axis=1),
    circle(20.0, np.arange(0.0, 361.0, 30.0)),
    np.array([(0.0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]),
    circle(20.0, np.arange(0.0, 9.0, 3.0)),
    circle(0.2, np.arange(0.0, 360.0, 15.0)),
], ids=["straight", "coarse", "stairs", "three-moves", "tiny"])
def test_what_is_no_circle_stays_as_it_is(bench, points):
    moves = moves_along(points)
    found, _ = fit(bench, moves)
    assert found.kind.tolist() == moves.kind.tolist()


@pytest.mark.parametrize("change", ["feed", "rate", "event"])
def test_a_run_ends_where_anything_changes(bench, change):
    points = circle(20.0, np.arange(0.0, 91.0, 3.0))
    step = np.where(np.arange(len(points)) < 15, 1.0, 1.2)
    moves = moves_along(points, 3000.0 * (step if change == "feed" else 1.0), 0.03 * (step if change == "rate" else 1))
    found, events = fit(bench, moves, [(15, RoleStart(1))] if change == "event" else [])
    assert (found.kind >= 2).sum() == 2
    assert found.x[1] == pytest.approx(moves.x[14])
    if change == "event":
        assert events == ((2, RoleStart(1)),)


def test_a_firmware_without_arcs_is_refused_in_words(bench):
    with pytest.raises(PlanError, match=r"voron-2\.4-350: arc_fitting is on, but the profile does not say"):
        fitted(moves_along(circle(20.0, np.arange(0.0, 91.0, 3.0))), (),
               replace(bench.machine("voron-2.4-350"), document={"controller": {"arcs": False}}))


def test_a_print_with_arcs_passes_its_own_verdict(bench):
    machine, material = with_arcs(bench.machine("prusa-mk4s")), bench.material("pla")
    mesh = bench.mesh_of(bench.rod(12, 1.2, 160), "disc")
    plan = bench.planned((mesh,), machine, material, {"arc_fitting": True})
    toolpath = MACHINE_CLASS.toolpath(plan)
    straight = MACHINE_CLASS.toolpath(bench.planned((mesh,), machine, material, {}))
    (file,), (plain,) = toolpath.files, straight.files
    assert (file.moves.kind >= 2).sum() >= 3 * 2 * 6
    assert len(file.moves) < 0.7 * len(plain.moves)
    assert file.moves.e_mm.sum() == pytest.approx(plain.moves.e_mm.sum())
    template = TEMPLATE.read_text()
    controller = {**machine.profile.controller, "arcs": True}
    data = post(toolpath, Dialect("marlin", template, controller), IDENTITY).files[0].data
    trace = replay(data, "print.gcode", "marlin", controller)
    assert trace.findings == ()
    verdict = MACHINE_CLASS.verify((trace,), Nominal((mesh,)), plan.setup, machine, material)
    assert verdict.failures == ()
