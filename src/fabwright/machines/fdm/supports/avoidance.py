"""Where a branch must not be if it is to reach the bed."""

from __future__ import annotations

from fabwright.geometry.regions import Region
from fabwright.machines.fdm.supports.outline import Outline
from fabwright.machines.fdm.supports.sections import Sections
from fabwright.model import Floats

SMOOTH_MM = 0.01


class Avoidance:
    """For branches of one radius, per layer: `near` the bodies, from which it keeps `clear_mm`; and `walled` places
    from which every way down that leans by at most `step_mm` (layers,) a layer ends on them."""

    def __init__(self, sections: Sections, foot: int, top: int, clear_mm: float, step_mm: Floats) -> None:
        self._near = [sections.grown(layer, clear_mm) for layer in range(foot, top + 1)]
        self._foot = foot
        self._outlines: dict[int, Outline] = {}
        self._walled: list[Region] = []
        for k, near in enumerate(self._near):
            if k == 0:
                self._walled.append(near)
                continue
            below = self._walled[-1]
            if below is near:
                self._walled.append(near)
                continue
            left = below.grown(-float(step_mm[foot + k]), round_corners=True)
            left = (left - near).opened(SMOOTH_MM)
            self._walled.append(near if left.empty else (near | left.grown(SMOOTH_MM)).simplified(SMOOTH_MM))

    def walled(self, layer: int) -> Outline:
        """Places of a layer from which no way leads to the bed."""
        return self._outline(self._walled[layer - self._foot])

    def near(self, layer: int) -> Outline:
        """Places of a layer too near to the bodies."""
        return self._outline(self._near[layer - self._foot])

    def _outline(self, region: Region) -> Outline:
        if id(region) not in self._outlines:
            self._outlines[id(region)] = Outline.of(region)
        return self._outlines[id(region)]
