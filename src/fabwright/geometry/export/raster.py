"""Round-ended strokes and polygons onto a grid of pixels, by scanlines without smoothing: the same bytes everywhere.

A pixel belongs to a shape where its centre does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabwright.model import Floats, Ints


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of the plane that a picture shows: its lower left corner, mm, its scale, and its size in pixels."""

    low_mm: tuple[float, float]
    px_per_mm: float
    width: int
    height: int

    def pixels(self, points: Floats) -> Floats:
        """Points (n, 2) in mm as pixel coordinates, x to the right, y downwards."""
        x = (points[:, 0] - self.low_mm[0]) * self.px_per_mm
        return np.stack([x, self.height - (points[:, 1] - self.low_mm[1]) * self.px_per_mm], axis=1)


def fitting_frame(low_mm: Floats, high_mm: Floats, width: int, height: int) -> Frame:
    """The largest frame of these pixels that shows a box, centred."""
    size = np.maximum(high_mm - low_mm, 1e-3)
    scale = float(min(width / size[0], height / size[1]))
    corner = (low_mm + high_mm) / 2.0 - np.array([width, height]) / (2.0 * scale)
    return Frame((float(corner[0]), float(corner[1])), scale, width, height)


def paint_strokes(canvas: NDArray[Any], frame: Frame, a: Floats, b: Floats, radius_mm: Floats, value: NDArray[Any]
                  ) -> None:
    """Paint strokes from `a` to `b` (n, 2) mm with round ends; later ones lie over earlier ones, `value` is (n,)."""
    if not len(a):
        return
    p, q, r = frame.pixels(a), frame.pixels(b), radius_mm * frame.px_per_mm
    first = np.floor(np.minimum(p[:, 1], q[:, 1]) - r).astype(np.int64)
    last = np.ceil(np.maximum(p[:, 1], q[:, 1]) + r).astype(np.int64)
    first, last = np.clip(first, 0, frame.height), np.clip(last, 0, frame.height)
    of = np.repeat(np.arange(len(a)), last - first)
    row = np.arange(len(of)) + np.repeat(first - np.cumsum(last - first) + (last - first), last - first)
    low, high = _stroke_ends(p, q, r, of, row + 0.5)
    _paint_runs(canvas, row, low, high, value[of])


def _stroke_ends(p: Floats, q: Floats, r: Floats, of: Ints, y: Floats) -> tuple[Floats, Floats]:
    """Where each line enters and leaves its stroke: the reach of its two end discs and of the strip between them."""
    low, high = np.full(len(of), np.inf), np.full(len(of), -np.inf)
    for centre in (p, q):
        inside = r[of] ** 2 - (y - centre[of, 1]) ** 2
        reach = np.where(inside >= 0.0, np.sqrt(np.maximum(inside, 0.0)), -np.inf)
        low, high = np.minimum(low, centre[of, 0] - reach), np.maximum(high, centre[of, 0] + reach)
    along = q - p
    length = np.hypot(along[:, 0], along[:, 1])
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * (r / np.where(length > 0.0, length, 1.0))[:, None]
    corners = [p + side, q + side, q - side, p - side]
    for k in range(4):
        c, d = corners[k][of], corners[(k + 1) % 4][of]
        rise = d[:, 1] - c[:, 1]
        meets = (np.minimum(c[:, 1], d[:, 1]) <= y) & (y <= np.maximum(c[:, 1], d[:, 1])) & (rise != 0.0)
        x = c[:, 0] + (y - c[:, 1]) / np.where(rise != 0.0, rise, 1.0) * (d[:, 0] - c[:, 0])
        low, high = np.where(meets, np.minimum(low, x), low), np.where(meets, np.maximum(high, x), high)
    return low, high


def polygon_mask(frame: Frame, rings: Sequence[Floats]) -> NDArray[np.bool_]:
    """Pixels inside closed polygons (n, 2) mm by the even-odd rule."""
    mask = np.zeros((frame.height, frame.width), dtype=bool)
    if not rings:
        return mask
    points = [frame.pixels(ring) for ring in rings]
    a = np.concatenate(points)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in points])
    upper, lower = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    first = np.clip(np.ceil(upper - 0.5), 0, frame.height).astype(np.int64)
    last = np.clip(np.ceil(lower - 0.5), 0, frame.height).astype(np.int64)
    of = np.repeat(np.arange(len(a)), last - first)
    row = np.arange(len(of)) + np.repeat(first - np.cumsum(last - first) + (last - first), last - first)
    rise = np.where(b[:, 1] != a[:, 1], b[:, 1] - a[:, 1], 1.0)
    x = a[of, 0] + (row + 0.5 - a[of, 1]) / rise[of] * (b[of, 0] - a[of, 0])
    order = np.lexsort((x, row))
    row, x = row[order], x[order]
    _paint_runs(mask, row[0::2], x[0::2], x[1::2], np.ones(len(row) // 2, dtype=bool))
    return mask


def _paint_runs(canvas: NDArray[Any], row: Ints, low: Floats, high: Floats, value: NDArray[Any]) -> None:
    """Paint stretches of rows in order."""
    width = canvas.shape[1]
    shown = high >= low
    row, low, high, value = row[shown], low[shown], high[shown], value[shown]
    first = np.clip(np.ceil(low - 0.5), 0, width).astype(np.int64)
    count = np.maximum(np.clip(np.floor(high - 0.5) + 1.0, 0, width).astype(np.int64) - first, 0)
    at = np.arange(int(count.sum())) + np.repeat(row * width + first - np.cumsum(count) + count, count)
    canvas.reshape(-1)[at] = np.repeat(value, count)
