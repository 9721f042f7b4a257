"""Building the moves of one program: every one of them goes through here, so the rules of motion live here."""

from __future__ import annotations

import numpy as np

from fabwright.machines.mill.cutter import Speeds
from fabwright.model import Floats, MoveKind, Moves

#: Points nearer to their neighbours' chord than this are left out of a pass, mm.
COLLINEAR_MM = 0.001


class Path:
    """Moves in order. Rapids cross only at `safe_mm`; feeds never sink or rise faster than planned."""

    def __init__(self, safe_mm: float) -> None:
        self.safe_mm = safe_mm
        self.count = 0
        self.at: Floats | None = None
        self._kinds: list[np.ndarray] = []
        self._points: list[Floats] = []
        self._feeds: list[Floats] = []
        self._roles: list[np.ndarray] = []
        self.role = 0

    def _add(self, kind: MoveKind, points: Floats, feed: Floats) -> None:
        count = len(points)
        if not count:
            return
        self._kinds.append(np.full(count, kind, dtype=np.uint8))
        self._points.append(points)
        self._feeds.append(feed)
        self._roles.append(np.full(count, self.role, dtype=np.uint8))
        self.count += count
        self.at = points[-1]

    def rapid(self, x: float, y: float, z: float) -> None:
        """One rapid; raises ValueError for one that crosses below the safe height."""
        if self.at is not None and (self.at[0] != x or self.at[1] != y) and min(self.at[2], z) < self.safe_mm - 1e-9:
            raise ValueError(f"a rapid from {self.at} to {(x, y, z)} crosses below {self.safe_mm}")
        self._add(MoveKind.RAPID, np.array([[x, y, z]]), np.zeros(1))

    def retract(self) -> None:
        """Straight up to the safe height."""
        if self.at is not None and self.at[2] < self.safe_mm:
            self.rapid(float(self.at[0]), float(self.at[1]), self.safe_mm)

    def approach(self, x: float, y: float, z: float) -> None:
        """Retract, cross over and come down by rapid to z, which must be clear."""
        self.retract()
        self.rapid(x, y, self.safe_mm)
        if z < self.safe_mm:
            self.rapid(x, y, z)

    def feed(self, points: Floats, speeds: Speeds, thin: bool = True) -> None:
        """Cut through points (n, 3) from where the tool is."""
        from fabwright.machines.mill.kernels.thin import thin as keep

        if self.at is None or not len(points):
            return
        line = np.vstack([self.at[None, :], points])
        moved = np.ones(len(line), dtype=np.bool_)
        moved[1:] = np.abs(np.diff(line, axis=0)).max(axis=1) > 1e-6
        line = np.ascontiguousarray(line[moved])
        if thin and len(line) > 2:
            line = line[keep(line, COLLINEAR_MM)]
        step = np.diff(line, axis=0)
        length = np.sqrt((step**2).sum(axis=1))
        upright = np.where(step[:, 2] < 0.0, speeds.plunge_mm_min, speeds.rise_mm_min)
        steepest = upright * length / np.maximum(np.abs(step[:, 2]), 1e-12)
        self._add(MoveKind.LINEAR, line[1:], np.minimum(speeds.feed_mm_min, steepest))

    def moves(self) -> Moves:
        """The columns of everything so far."""
        points = np.concatenate(self._points)
        zero = np.zeros(len(points))
        feed = np.concatenate(self._feeds)
        return Moves(np.concatenate(self._kinds), points[:, 0].copy(), points[:, 1].copy(), points[:, 2].copy(),
                     zero, zero.copy(), np.floor(feed), zero.copy(), np.concatenate(self._roles))
