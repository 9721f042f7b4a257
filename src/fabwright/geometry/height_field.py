"""Height grids with no more lines than their surface needs: the kernel's time grows with every span of a spline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fabwright.model import Floats, Ints

# Every so many lines of the grid is tried first.
COARSEST_STEP = 8
_FEWEST_LINES = 4


def thin_grid(x_mm: Floats, y_mm: Floats, z_mm: Floats, tolerance_mm: float) -> tuple[Floats, Floats, Floats]:
    """The grid without lines that cubic interpolation through the others restores within a tolerance.

    `x_mm` (nx,) and `y_mm` (ny,) ascend, `z_mm` is (nx, ny); so is what comes back, with fewer of each. First lines
    of constant x go, then lines of constant y, each within half the tolerance at the nodes.
    """
    keep_x = _needed(x_mm, z_mm, tolerance_mm / 2.0)
    thinner = z_mm[keep_x]
    keep_y = _needed(y_mm, thinner.T, tolerance_mm / 2.0)
    return x_mm[keep_x], y_mm[keep_y], np.ascontiguousarray(thinner[:, keep_y])


def _needed(at_mm: Floats, rows: Floats, tolerance_mm: float) -> Ints:
    """Ascending indices of the rows (n, m) that restore all others, found by halving the gaps that do not."""
    from scipy.interpolate import make_interp_spline

    last = len(at_mm) - 1
    step = max(1, min(COARSEST_STEP, last // (_FEWEST_LINES - 1)))
    kept = np.unique(np.append(np.arange(0, last, step), last))
    while True:
        error = np.abs(make_interp_spline(at_mm[kept], rows[kept], k=3)(at_mm) - rows).max(axis=1)
        gaps = [(a, b) for a, b in pairwise(kept.tolist())
                if b - a > 1 and error[a + 1:b].max() > tolerance_mm]
        if not gaps:
            return np.asarray(kept, dtype=np.int64)
        kept = np.unique(np.concatenate([kept, [(a + b) // 2 for a, b in gaps]]))
