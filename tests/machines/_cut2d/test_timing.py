from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.machines._cut2d.timing import Motion, MotionRates, lengths_mm, move_times_s

RATES = MotionRates(6000.0, 1000.0, 0.01)


def _motion(points: list[tuple[float, float]], kind: int = 1, feed: float = 6000.0, centre: Any = None,
            halts: list[int] | None = None) -> Motion:
    table = np.array(points, dtype=np.float64)
    n = len(table) - 1
    halting = np.zeros(n, dtype=bool)
    halting[halts or []] = True
    centres = np.full((n, 2), np.nan) if centre is None else np.tile(np.array(centre, dtype=np.float64), (n, 1))
    return Motion(np.full(n, kind, dtype=np.uint8), table[:-1], table[1:], centres, np.full(n, feed), halting)


def test_a_long_move_is_a_trapezoid() -> None:
    # 100 mm/s at 1000 mm/s2: 5 mm and 0.1 s to speed up, the same to stop, 90 mm at speed.
    assert move_times_s(_motion([(0, 0), (100, 0)]), RATES).sum() == pytest.approx(1.1)


def test_a_short_move_is_a_triangle() -> None:
    assert move_times_s(_motion([(0, 0), (4, 0)]), RATES).sum() == pytest.approx(2 * np.sqrt(4 / 1000))


def test_straight_on_keeps_the_speed_and_a_halt_does_not() -> None:
    points = [(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]
    assert move_times_s(_motion(points), RATES).sum() == pytest.approx(1.1)
    assert move_times_s(_motion(points, halts=[1]), RATES).sum() == pytest.approx(1.2)


def test_a_right_angle_slows_to_the_junction_speed() -> None:
    time = move_times_s(_motion([(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)]), RATES).sum()
    s = np.sin(np.pi / 4)
    corner = np.sqrt(1000 * 0.01 * s / (1 - s))
    assert time == pytest.approx(1.2 - 2 * corner / 1000 + 2 * corner**2 / 2000 / 100, rel=1e-6)


def test_a_small_arc_is_limited_by_its_radius() -> None:
    quarter = _motion([(1.0, 0.0), (0.0, 1.0)], 3, 6000.0, (0.0, 0.0))
    assert lengths_mm(quarter) == pytest.approx([np.pi / 2])
    # 31.6 mm/s at most on a radius of 1 mm.
    assert move_times_s(quarter, RATES)[0] >= np.pi / 2 / np.sqrt(1000.0)


def test_full_turns_and_directions() -> None:
    assert lengths_mm(_motion([(1.0, 0.0), (1.0, 0.0)], 3, 600.0, (0.0, 0.0))) == pytest.approx([2 * np.pi])
    assert lengths_mm(_motion([(1.0, 0.0), (0.0, 1.0)], 2, 600.0, (0.0, 0.0))) == pytest.approx([1.5 * np.pi])


def test_nothing_and_no_length_take_no_time() -> None:
    assert move_times_s(_motion([(0.0, 0.0)]), RATES).sum() == 0
    assert move_times_s(_motion([(3.0, 3.0), (3.0, 3.0)]), RATES).sum() == pytest.approx(0, abs=1e-9)
