"""Places at which heights are computed: any set of points, binned so that the kernels find those near a cutter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.model import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """Points sorted by square bins: `x`, `y` (n,) mm; bin b = row * columns + column holds `start[b]:start[b + 1]`.

    `grid` is (low x, low y, bin size), `order` (n,) the index of each point in the order it was given.
    """

    x: Floats
    y: Floats
    start: Ints
    grid: tuple[float, float, float]
    columns: int
    rows: int
    order: Ints

    def __len__(self) -> int:
        return int(self.x.shape[0])

    def as_given(self, values: Floats) -> Floats:
        """Values per probe, back in the order the points were given."""
        out = np.empty_like(values)
        out[self.order] = values
        return out


def probes_at(x: Floats, y: Floats, bin_mm: float) -> Probes:
    """Bin points (n,), (n,); the bin size only decides speed."""
    low_x, low_y = float(x.min(initial=np.inf)), float(y.min(initial=np.inf))
    if not len(x):
        low_x = low_y = 0.0
    column = np.floor((x - low_x) / bin_mm).astype(np.int64)
    row = np.floor((y - low_y) / bin_mm).astype(np.int64)
    columns, rows = int(column.max(initial=0)) + 1, int(row.max(initial=0)) + 1
    key = row * columns + column
    order = np.argsort(key, kind="stable")
    start = np.zeros(rows * columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=rows * columns), out=start[1:])
    return Probes(np.ascontiguousarray(x[order]), np.ascontiguousarray(y[order]), start, (low_x, low_y, bin_mm),
                  columns, rows, order)


def axis_mm(low: float, high: float, step: float) -> Floats:
    """Evenly spaced values from `low` to at least `high`, at most `step` apart."""
    count = max(1, int(np.ceil((high - low) / step - 1e-9)))
    return np.linspace(low, high, count + 1)


def dropped(triangles: Floats, normals: Floats, probes: Probes, radius_mm: float, ball: bool,
            floor_mm: float) -> Floats:
    """Tip height (n,) of a cutter resting on the triangles at each probe; `floor_mm` where it meets nothing higher."""
    from fabwright.machines.mill.kernels.drop import drop

    z = np.full(len(probes), floor_mm)
    if len(triangles):
        drop(triangles, normals, probes.x, probes.y, probes.start, probes.grid, probes.columns, probes.rows,
             radius_mm, ball, z)
    return z


def swept(begin: Floats, end: Floats, radius_mm: float, ball: bool, probes: Probes, stock: Floats,
          cut: bool = True) -> tuple[Floats, Floats]:
    """Lower `stock` (n,) in place along moves (k, 3), (k, 3); gives (k,) height taken and (k,) depth of engagement."""
    from fabwright.machines.mill.kernels.sweep import sweep

    met, deep = np.zeros(len(begin)), np.zeros(len(begin))
    if len(begin) and len(probes):
        sweep(np.ascontiguousarray(begin), np.ascontiguousarray(end), radius_mm, ball, probes.x, probes.y, probes.start,
              probes.grid, probes.columns, probes.rows, cut, stock, met, deep)
    return met, deep
