"""All moves of a program as rows of words, computed column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.errors import PostError
from fabwright.model import MoveKind, Moves, number_text
from fabwright.model.shapes import Floats, Ints
from fabwright.post.arcs import Settled, settle
from fabwright.post.controller import MotionRules
from fabwright.post.decimals import Words, packed, scaled, word_columns

#: Beyond any machine, mm and mm/min; also keeps numbers within the tables.
LARGEST = 900_000.0

#: Places of E: a 1.75 mm filament then resolves 0.00002 mm3.
E_DECIMALS = 5

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """`data` (n, k) uint32: one row of NUL-padded text per move, all zero where it says nothing; `before` lines that
    must precede a row."""

    data: Words
    before: Mapping[int, str]


def move_rows(moves: Moves, rules: MotionRules, restart: Ints, feed_restart: Ints, name: str) -> Rows:
    """Rows for `moves`; from the indices `restart` on the position is unknown, from `feed_restart` on the feed is.

    Raises PostError naming file and move for what no controller can run: numbers that are not finite or beyond
    `LARGEST`, cutting moves without feed, E where there is no extruder, a rapid that extrudes, an arc from nowhere.
    """
    count = len(moves)
    if not count:
        return Rows(np.zeros((0, 1), np.uint32), {})
    _check(moves, rules, name)
    fresh = np.zeros(count, np.bool_)
    fresh[restart[restart < count]] = True
    arc = moves.kind >= MoveKind.ARC_CW
    _refuse(arc & fresh, name, "an arc cannot be the first move: its start is unknown; move to its start before it")
    on_grid = settle(moves, rules.coord_decimals, name)
    z, e = scaled(moves.z, rules.coord_decimals), _carried(moves.e_mm)
    has_x, has_y, has_z = (_changed(v, fresh) for v in (on_grid.x, on_grid.y, z))
    has_x[on_grid.arcs] = has_y[on_grid.arcs] = True
    if not z.any():
        has_z[:] = False
    lifts = np.flatnonzero(fresh & has_z & (moves.kind == MoveKind.RAPID))
    has_z[lifts] = False
    only_z = has_z & ~has_x & ~has_y & (e == 0)
    feed = scaled(moves.feed_mm_min, rules.feed_decimals)
    moving = has_x | has_y | has_z | (e != 0)
    has_f = _feeds(feed, moving & (rules.rapid_feed | (on_grid.kind != MoveKind.RAPID)), feed_restart)
    code = np.minimum(on_grid.kind, MoveKind.ARC_CCW).astype(np.int64)
    if rules.rapid_feed:
        has_f |= only_z  # print hosts look for "G1 Z.. F.."
        code[only_z] = MoveKind.LINEAR
    data = _assemble(on_grid, z, e, feed, (has_x, has_y, has_z, has_f), code, rules)
    return Rows(data, {int(k): _lift(moves, int(k), rules) for k in lifts})


def _refuse(bad: Bools, name: str, why: str) -> None:
    if bad.any():
        raise PostError(f"{name}: move {int(np.argmax(bad))}: {why}")


def _check(moves: Moves, rules: MotionRules, name: str) -> None:
    columns = (("x", moves.x), ("y", moves.y), ("z", moves.z), ("i", moves.i), ("j", moves.j), ("e_mm", moves.e_mm))
    for label, column in columns:
        _check_column(label, column, np.ones(len(moves), np.bool_), name)
    rapid = moves.kind == MoveKind.RAPID
    fed = ~rapid | rules.rapid_feed
    _check_column("feed_mm_min", moves.feed_mm_min, fed, name)
    _refuse(moves.kind > MoveKind.ARC_CCW, name, "its kind is not one of MoveKind")
    _refuse(fed & (np.rint(moves.feed_mm_min * 10.0**rules.feed_decimals) < 1), name,
            "it has no feed that can be written; give feed_mm_min above 0")
    if not rules.extrudes:
        _refuse(moves.e_mm != 0, name, "it pushes feedstock (e_mm), but this controller has no extruder")
    _refuse(rapid & (moves.e_mm != 0), name, "a rapid never pushes feedstock; make it LINEAR or set e_mm to 0")
    if not rules.arcs:
        _refuse(moves.kind >= MoveKind.ARC_CW, name,
                "it is an arc, but the setting 'arcs' is not true; set it, or plan with lines")


def _check_column(label: str, column: Floats, used: Bools, name: str) -> None:
    bad = used & ~(np.abs(column) <= LARGEST)
    if bad.any():
        at = int(np.argmax(bad))
        raise PostError(f"{name}: move {at}: {label} is {column[at]}; it must be finite and at most {LARGEST:g}")


def _carried(e_mm: Floats) -> Ints:
    """Steps of E per move, each carrying the rounding error on, so that sums never drift."""
    return np.diff(scaled(np.cumsum(e_mm), E_DECIMALS), prepend=0)


def _changed(values: Ints, fresh: Bools) -> Bools:
    changed = fresh.copy()
    changed[1:] |= values[1:] != values[:-1]
    changed[0] = True
    return changed


def _feeds(feed: Ints, takes: Bools, restart: Ints) -> Bools:
    """Rows that must say F: it changed since the last row that takes one, or became unknown."""
    rows = np.flatnonzero(takes)
    says = np.zeros(len(feed), np.bool_)
    if len(rows):
        changed = np.diff(feed[rows], prepend=-1) != 0
        first = np.searchsorted(rows, restart)
        changed[first[first < len(rows)]] = True
        says[rows[changed]] = True
    return says


def _assemble(on_grid: Settled, z: Ints, e: Ints, feed: Ints, has: tuple[Bools, Bools, Bools, Bools], code: Ints,
              rules: MotionRules) -> Words:
    has_x, has_y, has_z, has_f = has
    has_e = e != 0
    fields: list[tuple[Ints, list[Words]]] = []

    def word(letter: str, values: Ints, rows: Ints, decimals: int) -> None:
        if len(rows):
            fields.append((rows, word_columns(letter, values, decimals)))

    for letter, values, present, decimals in (("X", on_grid.x, has_x, rules.coord_decimals),
                                              ("Y", on_grid.y, has_y, rules.coord_decimals),
                                              ("Z", z, has_z, rules.coord_decimals)):
        rows = np.flatnonzero(present)
        word(letter, values[rows], rows, decimals)
    word("I", on_grid.i, on_grid.arcs, rules.coord_decimals + 1)
    word("J", on_grid.j, on_grid.arcs, rules.coord_decimals + 1)
    for letter, values, present, decimals in (("E", e, has_e, E_DECIMALS), ("F", feed, has_f, rules.feed_decimals)):
        rows = np.flatnonzero(present)
        word(letter, values[rows], rows, decimals)

    data = np.zeros((len(z), 2 + sum(len(columns) for _, columns in fields)), np.uint32)
    said = has_x | has_y | has_z | has_e
    data[:, 0] = np.where(said, np.array([packed(f"G{k}") for k in range(4)])[code], np.uint32(0))
    data[:, -1] = np.where(said, packed("\n"), np.uint32(0))
    at = 1
    for rows, columns in fields:
        for column in columns:
            data[rows, at] = column
            at += 1
    return data


def _lift(moves: Moves, k: int, rules: MotionRules) -> str:
    """The move in Z alone that comes before a rapid from an unknown position."""
    z = number_text(float(moves.z[k]), rules.coord_decimals)
    if rules.rapid_feed:
        return f"G1 Z{z} F{number_text(float(moves.feed_mm_min[k]), rules.feed_decimals)}\n"
    return f"G0 Z{z}\n"
