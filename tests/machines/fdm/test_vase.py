"""Spiral vase: one turn to a layer, rising without a step, its flow ramped at both ends; refused where it cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, rectangle
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.paths import Paths, joined
from fabwright.machines.fdm.plan import consistent
from fabwright.machines.fdm.settings import EXTERNAL
from fabwright.machines.fdm.vase import vase_heights
from fabwright.machines.fdm.wall_paths import wall_paths
from fabwright.machines.fdm.walls import build_all_walls

from . import wall_measure as wm

BOTTOM = 3


def vase(sections: list[Region]) -> tuple[Paths, LayerGrid]:
    settings = consistent(wm.printing(vase=True, bottom_layers=BOTTOM), 1)
    sliced, grid = wm.sliced_of(sections, settings)
    return joined(wall_paths(sliced, build_all_walls(sliced, settings), grid, 0, settings)), grid


def cone(count: int = 14) -> list[Region]:
    return [wm.disc(np.zeros(2), 8.0 + 0.04 * k, 90) for k in range(count)]


def test_each_layer_above_the_bottom_is_one_turn_and_the_rim_is_levelled() -> None:
    paths, grid = vase(cone())
    up = paths.layer >= BOTTOM
    assert paths.layer[up].tolist() == [*range(BOTTOM, 14), 13]
    assert (paths.role[up] == EXTERNAL).all()
    assert not paths.closed[up].any()
    assert paths.fixed[up].all()
    assert paths.closed[~up].all()
    assert len(grid) == 14


def test_heights_rise_without_a_step() -> None:
    paths, grid = vase(cone())
    heights = vase_heights(paths, grid)
    up = (paths.layer >= BOTTOM)[paths.path_of]
    assert heights[~up] == pytest.approx(grid.tops_mm[paths.layer[paths.path_of[~up]]])
    rise = np.diff(heights[up])
    assert rise.min() >= -1e-9
    assert rise.max() <= 0.2 / 40
    assert heights[up][0] == pytest.approx(grid.tops_mm[BOTTOM - 1])
    assert heights[up][-1] == pytest.approx(grid.tops_mm[-1])
    last = paths.path_of == len(paths) - 1
    assert np.ptp(heights[last]) == pytest.approx(0.0)


def test_turns_follow_on_each_other() -> None:
    paths, _ = vase(cone())
    up = np.flatnonzero(paths.layer >= BOTTOM)
    begin, end = paths.points[paths.start[up]], paths.points[paths.start[up + 1] - 1]
    assert np.hypot(*(begin - end).T).max() == pytest.approx(0.0)
    assert np.hypot(*np.diff(begin, axis=0).T).max() < 0.2


def test_the_flow_grows_on_the_first_turn_and_fades_on_the_last() -> None:
    paths, _ = vase(cone())
    up = np.flatnonzero(paths.layer >= BOTTOM)
    spacing = [paths.spacing_mm[paths.start[k]:paths.start[k + 1]][:-1] for k in up]
    full = spacing[1].mean()
    assert (np.diff(spacing[0]) > 0.0).all()
    assert spacing[0][[0, -1]] / full == pytest.approx([0.0, 1.0], abs=0.03)
    assert (np.diff(spacing[-1]) < 0.0).all()
    assert spacing[-1][[0, -1]] / full == pytest.approx([1.0, 0.0], abs=0.03)
    # The two ramps are one turn together, so that the material is that of one wall all the way up.
    length = [float(paths.chosen(np.array([k])).bead_mm().sum()) for k in up]
    wall = (sum(length[1:-1]) + (length[0] + length[-1]) / 2.0) * full * 0.2
    assert paths.chosen(up).volume_mm3() == pytest.approx(wall, rel=0.01)


UNFIT = {
    "islands": (lambda: rectangle(0, 0, 9, 9) | rectangle(12, 0, 20, 9), "2 outlines and holes"),
    "hole": (lambda: rectangle(0, 0, 20, 20) - rectangle(5, 5, 15, 15), "2 outlines and holes"),
    "blade": (lambda: rectangle(0, 0, 20, 0.3), "no room for a wall"),
    "neck": (lambda: rectangle(0, 0, 9, 9) | rectangle(8, 4, 13, 4.4) | rectangle(12, 0, 20, 9),
             "a neck too narrow for its wall")}


@pytest.mark.parametrize("case", sorted(UNFIT))
def test_what_no_spiral_makes_is_refused_by_layer(case: str) -> None:
    section, words = UNFIT[case]
    solid = rectangle(0, 0, 20, 20)
    with pytest.raises(PlanError, match=f"layer 6 at 1.20 mm has {words}"):
        vase([solid] * 5 + [section()] + [solid] * 2)


def test_the_bottom_may_have_holes_and_the_tip_may_vanish() -> None:
    holed = rectangle(0, 0, 20, 20) - rectangle(5, 5, 15, 15)
    paths, _ = vase([holed] * BOTTOM + cone(6) + [rectangle(0, 0, 0.3, 0.3)])
    assert int(paths.layer.max()) == BOTTOM + 5
    assert paths.closed[paths.layer == 0].sum() == 2
