"""Slender posts, which break off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabwright.geometry.regions import Region
from fabwright.machines.fdm.inspection.body import CutBody, Sample, finding, place_text
from fabwright.model import Finding, Severity

# A post is no longer across than this many times its diameter of equal area, and at least as high as this many.
LONGEST, HIGHEST = 1.6, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """A small piece of section that goes on upwards: where it is now, from where to where, and its least diameter."""

    region: Region
    since_mm: float
    top_mm: float
    diameter_mm: float

    @property
    def slender(self) -> bool:
        """Whether it is high for its thickness."""
        return self.top_mm - self.since_mm >= HIGHEST * self.diameter_mm


def pin_findings(body: CutBody, sections: Sequence[Sample]) -> Iterator[Finding]:
    """A warning for the thinnest post below the limit that stands free: a bar that meets something above is none."""
    limit = body.limits.min_pin_mm
    standing: list[Post] = []
    found: list[Post] = []
    for sample in sections:
        found += [p for p in standing if p.slender and (p.region & sample.region).empty]
        top = sample.bottom_mm + sample.height_mm
        grown: list[Post] = []
        for piece in sample.region.parts():
            diameter = _diameter_mm(piece, limit)
            if diameter is None:
                continue
            under = [p for p in standing if not (p.region & piece).empty]
            since = min([p.since_mm for p in under], default=sample.bottom_mm)
            least = min([diameter, *(p.diameter_mm for p in under)])
            grown.append(Post(piece, since, top, least))
        standing = grown
    found += [p for p in standing if p.slender]
    if found:
        post = min(found, key=lambda p: (round(p.diameter_mm, 2), p.since_mm - p.top_mm))
        yield finding("pin-thin", Severity.WARNING, body.name,
                      f"A post {place_text(post.region, post.since_mm)} is {post.diameter_mm:.2f} mm thick and "
                      f"{post.top_mm - post.since_mm:.1f} mm high; below {limit:g} mm posts break off.",
                      post.diameter_mm, limit, "mm", "Make it thicker or shorter.", body.limits.source)


def _diameter_mm(piece: Region, limit_mm: float) -> float | None:
    """Diameter of equal area of a compact piece without holes below the limit; None for any other."""
    low_x, low_y, high_x, high_y = piece.bounds_mm
    longest = max(high_x - low_x, high_y - low_y)
    if longest > LONGEST * limit_mm:
        return None
    diameter = 2.0 * math.sqrt(piece.area_mm2 / math.pi)
    if diameter >= limit_mm or longest > LONGEST * diameter:
        return None
    return diameter
