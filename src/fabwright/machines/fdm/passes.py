"""Passes: stretches of the order in which one layer is laid down, and how long each takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.order import Ordered
from fabwright.machines.fdm.paths import Paths
from fabwright.model import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """`of` (k,) is the pass of each path in order; `first` (p,) the position of each pass's first path, `layer` (p,)
    its layer. Bodies printed one at a time go through the layers again and again."""

    of: Ints
    first: Ints
    layer: Ints

    def __len__(self) -> int:
        return len(self.first)

    def sums(self, path_position: Ints, values: Floats) -> Floats:
        """Sum per pass (p,) of values that belong to these positions in the order."""
        return np.asarray(np.bincount(self.of[path_position], values, len(self)), dtype=np.float64)


def passes_of(paths: Paths, ordered: Ordered) -> Passes:
    """Split the order wherever the layer changes."""
    layer = paths.layer[ordered.path]
    change = np.concatenate([[True], layer[1:] != layer[:-1]]) if len(layer) else np.empty(0, dtype=bool)
    first = np.flatnonzero(change)
    return Passes(np.cumsum(change) - 1, first, layer[first])
