"""Walls and fine details against the width of a bead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabwright.geometry.regions import Region, nothing
from fabwright.machines.fdm.inspection.body import CutBody, Sample, finding, mean_width_mm, place_text
from fabwright.model import Finding, Severity

# Share of the volume in parts thinner than the limit: a warning, and in parts thinner than any bead: a refusal.
THIN_SHARE, LOST_SHARE = 0.02, 0.05
UNPRINTABLE_MM = 0.3
# Smaller slivers are corners, not details.
DETAIL_MM2 = 1.0
# Offsets of offsets are this good.
SLACK_MM = 0.01
# A detail is the same for at least this high.
UPRIGHT_MM = 0.39


def wall_findings(body: CutBody, sections: Sequence[Sample]) -> Iterator[Finding]:
    """An error for a body much of which is thinner than any bead, a warning for thin walls, else for fine details."""
    limits = body.limits
    thin = [_thinner(s.region, s.region, limits.min_wall_mm) for s in sections]
    whole = sum(s.height_mm * s.region.area_mm2 for s in sections)
    lost = _share(sections, [_thinner(s.region, t, UNPRINTABLE_MM) for s, t in zip(sections, thin, strict=True)], whole)
    share = _share(sections, thin, whole)
    for width, part, share_limit, severity, check, what in (
            (UNPRINTABLE_MM, lost, LOST_SHARE, Severity.ERROR, "wall-unprintable", "no bead fits"),
            (limits.min_wall_mm, share, THIN_SHARE, Severity.WARNING, "wall-thin", "walls are weak")):
        if part > share_limit:
            yield finding(check, severity, body.name,
                          f"{part * 100:.1f} % of the body is thinner than {width:g} mm, where {what} (beads are "
                          f"{body.settings.line_width_mm:g} mm wide).", part * 100.0, share_limit * 100.0, "%",
                          f"Make walls at least {limits.min_wall_mm:g} mm thick.", limits.source)
            return
    yield from _details(body, sections, thin)


def _share(sections: Sequence[Sample], parts: Sequence[Region], whole: float) -> float:
    return sum(s.height_mm * p.area_mm2 for s, p in zip(sections, parts, strict=True)) / whole if whole else 1.0


def _thinner(region: Region, within: Region, width_mm: float) -> Region:
    """What of a region is narrower than a width; `within` is known to hold all of it."""
    if within.empty:
        return within
    return within - region.opened(width_mm / 2.0).grown(SLACK_MM)


def _details(body: CutBody, sections: Sequence[Sample], thin: Sequence[Region]) -> Iterator[Finding]:
    """Ribs and letters that one even bead is too wide for: upright for a while, since edges that run out are none."""
    limit = body.limits.min_detail_mm
    found: list[tuple[float, Region, Sample]] = []
    below = nothing()
    for sample, narrow in zip(sections, thin, strict=True):
        fine = _thinner(sample.region, narrow, limit) if narrow.area_mm2 >= DETAIL_MM2 else nothing()
        for piece in fine.parts():
            area = piece.area_mm2
            if area >= DETAIL_MM2 and (sample.same_mm >= UPRIGHT_MM or (piece & below).area_mm2 >= area / 2.0):
                found.append((mean_width_mm(piece), piece, sample))
        below = fine
    if found:
        width, region, sample = min(found, key=lambda f: (round(f[0], 2), f[2].layer))
        yield finding("detail-fine", Severity.WARNING, body.name,
                      f"{len(found)} raised details are narrower than {limit:g} mm, the finest {width:.2f} mm "
                      f"{place_text(region, sample.bottom_mm)}; they print uneven or not at all.", width, limit, "mm",
                      f"Make them at least {limit:g} mm wide.", body.limits.source)
