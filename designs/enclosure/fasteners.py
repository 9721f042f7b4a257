"""Screws, inserts and the holes they need, as data with its source. Figures in mm."""

from __future__ import annotations

from dataclasses import dataclass

ISO_273 = "ISO 273 clearance holes, fine and medium series"
# A drilled hole may be this much under the fine clearance hole of the screw that goes through it.
HOLE_TOLERANCE_MM = 0.05
SCREW_LENGTHS_MM = (4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 25.0)


@dataclass(frozen=True, slots=True)
class Thread:
    """A screw size: clearance holes, pan head diameter, and the bore it cuts its own thread in."""

    name: str
    fine_mm: float
    medium_mm: float
    head_mm: float
    tapping_mm: float
    tapping_source: str


@dataclass(frozen=True, slots=True)
class Insert:
    """A heat-set insert: the finished bore it needs (+0.1 / 0), its length and the depth of the bore."""

    sku: str
    thread: str
    bore_mm: float
    length_mm: float
    depth_mm: float
    source: str


# Largest first: the first that goes through a board's hole is taken.
THREADS: tuple[Thread, ...] = (
    Thread("M4", 4.3, 4.5, 8.0, 3.3, "0.83 of the diameter, as M3; chosen"),
    Thread("M3", 3.2, 3.4, 6.0, 2.5,
           "https://www.delongfastener.com/zh/news/holesizeform3selftappingscrewcompanies.html"),
    Thread("M2.5", 2.7, 2.9, 5.0, 2.1, "0.83 of the diameter, as M3; chosen"),
    Thread("M2", 2.2, 2.4, 4.0, 1.7, "https://wiki.psuter.ch/doku.php?id=various_dimensions_of_hardware_i_often_use_"
                                     "in_3d_printed_projects"),
)
_CHART = "https://tools.creative3dp.com/blog/heat-set-insert-hole-size-chart"
_PENCOM = "https://www.pencomsf.com/product/inserts-for-plastic/mnz-miniature-inserts-metric/"
# Longest first within a thread: the longest that the depth allows is taken.
INSERTS: tuple[Insert, ...] = (
    Insert("ruthex M4x8.1", "M4", 5.6, 8.1, 8.6, _CHART),
    Insert("ruthex M3x5.7", "M3", 4.0, 5.7, 6.2, _CHART),
    Insert("ruthex M3x4.0 short", "M3", 4.0, 4.0, 4.5, _CHART),
    Insert("ruthex M2.5x5.7", "M2.5", 3.6, 5.7, 6.2, _CHART),
    Insert("Pencom MNZ M2.5x4.0", "M2.5", 3.15, 4.0, 4.5, _PENCOM),
    Insert("ruthex M2x4.0", "M2", 3.2, 4.0, 4.5, _CHART),
    Insert("Pencom MNZ M2x3.0", "M2", 2.6, 3.0, 3.5, _PENCOM),
)
# Threads a screw cuts for itself hold from about this many diameters of engagement; chosen.
TAPPING_ENGAGEMENT = 1.5


@dataclass(frozen=True, slots=True)
class Fastening:
    """What one boss takes: the thread, the finished bore and its depth, and the insert where there is one."""

    thread: Thread
    bore_mm: float
    depth_mm: float
    insert: Insert | None

    @property
    def grip_mm(self) -> float:
        """How far a screw may enter."""
        return self.depth_mm - 0.3


def threads_through(hole_mm: float) -> tuple[Thread, ...]:
    """The screws that suit a hole, largest first: the largest that goes through it, and one size below."""
    return tuple(t for t in THREADS if t.fine_mm <= hole_mm + HOLE_TOLERANCE_MM)[:2]


def thread_named(name: str) -> Thread:
    """The screw size of that name."""
    return next(t for t in THREADS if t.name == name)


def fastening_in(thread: Thread, heat_set: bool, depth_mm: float) -> Fastening | None:
    """What a boss of that depth can take of that thread, None when it is too shallow."""
    if heat_set:
        fits = [i for i in INSERTS if i.thread == thread.name and i.depth_mm <= depth_mm + 1e-9]
        return Fastening(thread, fits[0].bore_mm, fits[0].depth_mm, fits[0]) if fits else None
    size = float(thread.name[1:])
    if depth_mm < TAPPING_ENGAGEMENT * size + 0.3 - 1e-9:
        return None
    return Fastening(thread, thread.tapping_mm, min(depth_mm, 2.5 * size + 0.3), None)


def least_depth_mm(thread: Thread, heat_set: bool) -> float:
    """The shallowest boss that takes that thread."""
    if heat_set:
        return min(i.depth_mm for i in INSERTS if i.thread == thread.name)
    return TAPPING_ENGAGEMENT * float(thread.name[1:]) + 0.3


def screw_length_mm(clamped_mm: float, grip_mm: float) -> float | None:
    """The longest standard screw that holds `clamped_mm` and enters no deeper than `grip_mm`."""
    fits = [n for n in SCREW_LENGTHS_MM if clamped_mm + 1.5 <= n <= clamped_mm + grip_mm + 1e-9]
    return fits[-1] if fits else None
