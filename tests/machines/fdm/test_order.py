from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines.fdm import order as order_module
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.nearest import nearest_in_cells
from fabwright.machines.fdm.order import Ordered, executed, travel_order
from fabwright.machines.fdm.passes import passes_of
from fabwright.machines.fdm.paths import Paths, joined, make_paths
from fabwright.machines.fdm.settings import EXTERNAL, INFILL, PERIMETER, SKIRT, SOLID, SUPPORT, TOP

SQUARE = np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)])


def loop(x: float, y: float, role: int = EXTERNAL, layer: int = 0, body: int = 0, fixed: bool = False) -> Paths:
    return make_paths([SQUARE + np.array((x, y))], True, role, layer, body, 0.2, 0.4, fixed)


def line(a: tuple[float, float], b: tuple[float, float], role: int = INFILL, layer: int = 0, body: int = 0,
         fixed: bool = False) -> Paths:
    return make_paths([np.array([a, b], dtype=float)], False, role, layer, body, 0.2, 0.4, fixed)


def ordered(paths: Paths, island: list[int] | None = None, start: tuple[float, float] = (0.0, 0.0),
            walls: str = "inner-outer") -> Ordered:
    return travel_order(paths, np.asarray(island or [0] * len(paths)), start, walls)


def test_each_island_is_finished_before_the_next():
    paths = joined([loop(50, 0), loop(0, 0), loop(51, 1, PERIMETER), loop(1, 1, PERIMETER), line((52, 2), (53, 2)),
                    line((2, 2), (3, 2))])
    assert ordered(paths, [1, 0, 1, 0, 1, 0]).path.tolist() == [3, 1, 5, 2, 0, 4]
    assert ordered(paths, [1, 0, 1, 0, 1, 0], (60.0, 0.0)).path.tolist() == [2, 0, 4, 3, 1, 5]
    assert ordered(paths, [1, 0, 1, 0, 1, 0], walls="outer-inner").path.tolist() == [1, 3, 5, 0, 2, 4]


def test_layers_then_what_belongs_to_no_body_then_the_nearest_body():
    paths = joined([loop(0, 0, body=0), loop(90, 0, body=1), line((50, 0), (51, 0), SKIRT, body=-1),
                    line((60, 0), (70, 0), SUPPORT, body=-1), loop(90, 0, layer=1, body=1),
                    loop(0, 0, layer=1, body=0)])
    path = ordered(paths, start=(80.0, 0.0)).path.tolist()
    assert path == [2, 3, 1, 0, 5, 4]


def test_walls_come_first_and_skins_before_sparse_infill():
    paths = joined([line((0, 9), (1, 9), INFILL), line((0, 8), (1, 8), TOP), line((0, 7), (1, 7), SOLID), loop(0, 0),
                    loop(1, 1, PERIMETER)])
    assert ordered(paths).path.tolist() == [4, 3, 2, 1, 0]


def test_fixed_lines_keep_their_order_and_direction():
    paths = joined([line((0, 9 - k), (30, 9 - k), TOP, fixed=True) for k in range(5)])
    result = ordered(paths)
    assert result.path.tolist() == [0, 1, 2, 3, 4]
    assert result.turn.tolist() == [0] * 5
    free = joined([line((0, 9 - k), (30, 9 - k), TOP) for k in range(5)])
    assert ordered(free).path.tolist() == [4, 3, 2, 1, 0]
    assert ordered(free).turn.tolist() == [0, -1, 0, -1, 0]


def test_closed_paths_begin_where_they_are_met_unless_they_are_fixed():
    free, held = loop(10, 0), loop(10, 0, fixed=True)
    assert ordered(free, start=(20.0, 5.0)).turn.tolist() == [2]
    assert ordered(held, start=(20.0, 5.0)).turn.tolist() == [0]
    run = executed(free, ordered(free, start=(20.0, 5.0)))
    assert run.points.tolist() == [[14, 4], [10, 4], [10, 0], [14, 0], [14, 4]]
    assert run.source.tolist()[:4] == [2, 3, 0, 1]


def test_turned_lines_take_the_bead_of_the_point_where_it_began():
    paths = make_paths([np.array([(0.0, 0), (1.0, 0), (3.0, 0)])], False, INFILL, 0, 0, 0.2, 0.4)
    result = ordered(paths, start=(5.0, 0.0))
    assert result.turn.tolist() == [-1]
    run = executed(paths, result)
    assert run.points[:, 0].tolist() == [3, 1, 0]
    assert run.source.tolist() == [1, 0, 0]


def test_points_that_repeat_are_left_out():
    paths = make_paths([np.array([(0.0, 0), (0.0, 0), (3.0, 0)]), np.array([(3.0, 0), (5.0, 0)])], False, INFILL, 0, 0,
                       0.2, 0.4)
    run = executed(paths, ordered(paths))
    assert run.points[:, 0].tolist() == [0, 3, 3, 5]
    assert run.start.tolist() == [0, 2, 4]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 2**31))
def test_every_path_is_run_once_and_the_nearest_is_next(count, seed):
    rng = np.random.default_rng(seed)
    begin = rng.uniform(0, 100, (count, 2))
    lines = [np.stack([p, p + rng.normal(0, 3, 2)]) for p in begin]
    paths = make_paths(lines, False, INFILL, 0, 0, 0.2, 0.4)
    result = ordered(paths)
    assert sorted(result.path.tolist()) == list(range(count))
    at, left = np.zeros(2), set(range(count))
    for path, turn in zip(result.path.tolist(), result.turn.tolist(), strict=True):
        ends = {k: min(np.hypot(*(lines[k][0] - at)), np.hypot(*(lines[k][1] - at))) for k in left}
        assert ends[path] == pytest.approx(min(ends.values()))
        at = lines[path][0] if turn < 0 else lines[path][1]
        left.remove(path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_find_the_same_nearest_as_comparing_all(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    begin = np.concatenate([rng.uniform(0, 200, (400, 2)), rng.normal(30, 1, (400, 2))])
    paths = make_paths([np.stack([p, p + rng.normal(0, 2, 2)]) for p in begin], False, INFILL, 0, 0, 0.2, 0.4)
    all_compared = ordered(paths)
    monkeypatch.setattr(order_module, "MANY", 10)
    by_cells = ordered(paths)
    assert by_cells.path.tolist() == all_compared.path.tolist()
    assert by_cells.turn.tolist() == all_compared.turn.tolist()


def test_cells_manage_places_in_one_point_and_in_one_line():
    same = np.zeros(30)
    assert sorted(nearest_in_cells(same, same, same, same, np.arange(30), (5.0, 5.0))) == list(range(30))
    along = np.arange(30.0)
    assert nearest_in_cells(along, same, along, same, np.arange(30), (-9.0, 0.0)) == list(range(30))


def test_passes_split_where_the_layer_changes():
    paths = joined([loop(0, 0, layer=0), loop(9, 0, layer=0), loop(0, 0, layer=1)])
    passes = passes_of(paths, ordered(paths))
    assert passes.of.tolist() == [0, 0, 1]
    assert passes.first.tolist() == [0, 2]
    assert passes.layer.tolist() == [0, 1]
    assert passes.sums(np.array([0, 0, 2]), np.array([1.0, 2.0, 5.0])).tolist() == [3.0, 5.0]


def test_islands_are_the_pieces_of_the_section():
    from fabwright.geometry.regions import rectangle, united
    from fabwright.machines.fdm.islands import islands_of

    # A ring with a piece of its own inside, and a piece beside it.
    ring = rectangle(0, 0, 30, 30) - rectangle(10, 10, 20, 20)
    section = united([ring, rectangle(13, 13, 17, 17), rectangle(50, 0, 60, 10)])
    sliced = Sliced((section,), (0, 0), (0.2,), (0.45,))
    paths = joined([loop(1, 1), loop(13, 13), loop(52, 2), line((25, 25), (28, 28)), line((14, 14), (15, 15), layer=1),
                    line((55, 5), (56, 5), layer=1), line((90, 90), (95, 95), SKIRT, body=-1)])
    island = islands_of(paths, (sliced,))
    assert island[0] == island[3]
    assert island[1] == island[4]
    assert island[2] == island[5]
    assert len({int(island[0]), int(island[1]), int(island[2])}) == 3
    assert island[6] == 0
