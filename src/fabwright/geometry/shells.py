"""The closed surfaces that a mesh consists of: outer skins, and the walls of cavities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.weld import signed_volume_mm3
from fabwright.model import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """One connected surface: the volume it encloses, negative where it is the wall of a cavity, and its box (3,)."""

    volume_mm3: float
    low_mm: Floats
    high_mm: Floats


def shells(vertices: Floats, triangles: Ints) -> tuple[Shell, ...]:
    """The connected surfaces of a closed mesh, in the order of their lowest vertex index.

    `vertices` is (n, 3) mm, `triangles` (m, 3).
    """
    label = _components(len(vertices), triangles)[triangles[:, 0]]
    found: list[Shell] = []
    for name in np.unique(label):
        faces = triangles[label == name]
        points = vertices[np.unique(faces)]
        found.append(Shell(signed_volume_mm3(vertices, faces), points.min(axis=0), points.max(axis=0)))
    return tuple(found)


def _components(count: int, triangles: Ints) -> Ints:
    """For each vertex the lowest index of the vertices it hangs together with: minima passed along edges, and every
    label replaced by its own label, until nothing changes."""
    label = np.arange(count, dtype=np.int64)
    while True:
        least = label[triangles].min(axis=1)
        lower = label.copy()
        for corner in range(3):
            np.minimum.at(lower, triangles[:, corner], least)
            # The old label's own vertex learns of it too, so that large surfaces join in few rounds.
            np.minimum.at(lower, label[triangles[:, corner]], least)
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower
