"""Slits between walls that beads close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabwright.geometry.regions import Region
from fabwright.machines.fdm.inspection.body import CutBody, Sample, finding, mean_width_mm, place_text
from fabwright.model import Finding, Severity

# Smaller ones are the tips of notches.
GAP_MM2 = 1.0
SLACK_MM = 0.01


def gap_findings(body: CutBody, sections: Sequence[Sample]) -> Iterator[Finding]:
    """A warning for gaps narrower than walls keep apart, with the narrowest."""
    limit = body.limits.min_gap_mm
    found: list[tuple[float, Region, Sample]] = []
    for sample in sections:
        closed = sample.region.grown(limit / 2.0).grown(-limit / 2.0)
        slits = closed - sample.region.grown(SLACK_MM)
        if slits.area_mm2 >= GAP_MM2:
            found += [(mean_width_mm(p) + 2.0 * SLACK_MM, p, sample) for p in slits.parts() if p.area_mm2 >= GAP_MM2]
    if found:
        width, region, sample = min(found, key=lambda f: (round(f[0], 2), f[2].layer))
        yield finding("gap-narrow", Severity.WARNING, body.name,
                      f"Gaps between walls are narrower than {limit:g} mm, the narrowest {width:.2f} mm "
                      f"{place_text(region, sample.bottom_mm)}; the walls may fuse.", width, limit, "mm",
                      f"Leave at least {limit:g} mm between walls that must stay apart.", body.limits.source)
