from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines._motion.trapezoid import (
    Ramps,
    deviation_square,
    full_ramps,
    look_ahead,
    smoothed_ramps,
    times_s,
)
from fabwright.model import Floats

Moves = list[tuple[float, float, float]]
moves = st.lists(st.tuples(st.floats(0.01, 30.0), st.floats(5.0, 300.0), st.floats(0.0, 1.0)), min_size=1, max_size=30)


def columns(table: Moves, a: float = 1000.0) -> tuple[Floats, Floats, Floats, Floats]:
    """Length, squared top speed, gain and limits at joints, the latter a share of the slower of both moves."""
    length, top, share = (np.asarray(c) for c in zip(*table, strict=True))
    limit = np.zeros(len(top) + 1)
    limit[1:-1] = np.minimum(top[1:], top[:-1]) ** 2 * share[1:]
    return length, top ** 2, 2.0 * a * length, limit


def one_by_one(limit: Floats, gain: Floats) -> list[float]:
    """The two passes, move by move."""
    v = limit.tolist()
    for k in range(len(gain)):
        v[k + 1] = min(v[k + 1], v[k] + gain[k])
    for k in range(len(gain) - 1, -1, -1):
        v[k] = min(v[k], v[k + 1] + gain[k])
    return v


def check(ramps: Ramps, top: Floats, gain: Floats, limit: Floats) -> None:
    for side, bound in ((ramps.enter, limit[:-1]), (ramps.leave, limit[1:])):
        assert (side <= bound + 1e-3).all()
        assert (side <= ramps.cruise + 1e-3).all()
        assert (ramps.cruise - side <= gain + 1e-3).all()
    assert (ramps.cruise <= top + 1e-3).all()
    assert ramps.leave[:-1] == pytest.approx(ramps.enter[1:], abs=1e-2)


@given(moves)
@settings(max_examples=60, deadline=None)
def test_look_ahead_is_what_two_passes_give_and_every_ramp_can_be_driven(table: Moves) -> None:
    _, top, gain, limit = columns(table)
    joints = look_ahead(limit, gain)
    assert joints == pytest.approx(one_by_one(limit, gain), abs=1e-3)
    check(full_ramps(joints, gain, top), top, gain, limit)


@given(moves, st.floats(0.2, 0.9))
@settings(max_examples=60, deadline=None)
def test_holding_back_zigzags_never_gains_time(table: Moves, ratio: float) -> None:
    length, top, gain, limit = columns(table)
    a = np.full(len(length), 1000.0)
    full = full_ramps(look_ahead(limit, gain), gain, top)
    same = smoothed_ramps(limit, gain, gain, top)
    slow = smoothed_ramps(limit, gain, ratio * gain, top)
    for ramps in (same, slow):
        check(ramps, top, gain, limit)
    assert times_s(length, a, same).sum() == pytest.approx(times_s(length, a, full).sum(), rel=1e-6)
    assert times_s(length, a, slow).sum() >= times_s(length, a, full).sum() - 1e-6


def test_a_short_move_from_rest_to_rest_peaks_as_the_lesser_acceleration_lets_it() -> None:
    # 1 mm at 1000 mm/s2: 31.6 mm/s at its middle; held to half of it, 22.4 mm/s.
    limit, gain, top = np.zeros(2), np.array([2000.0]), np.array([1e4])
    assert np.sqrt(full_ramps(look_ahead(limit, gain), gain, top).cruise) == pytest.approx(np.sqrt(1000.0))
    assert np.sqrt(smoothed_ramps(limit, gain, 0.5 * gain, top).cruise) == pytest.approx(np.sqrt(500.0))


def test_a_long_move_takes_the_time_of_its_trapezoid() -> None:
    length, a = np.array([100.0]), np.array([1000.0])
    ramps = full_ramps(look_ahead(np.zeros(2), 2 * a * length), 2 * a * length, np.array([1e4]))
    assert times_s(length, a, ramps) == pytest.approx([1.1])


def test_junction_deviation_at_a_right_angle() -> None:
    half = np.sqrt(0.5)
    assert deviation_square(np.zeros(1), np.array([1000.0]), 0.01) == pytest.approx(10.0 * half / (1.0 - half))
    straight, back = deviation_square(np.array([-1.0, 1.0]), np.array([1000.0, 1000.0]), 0.01)
    assert straight > 1e6
    assert back == 0.0
