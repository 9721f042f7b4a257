"""The slowing of short layers, and the part fan."""

from __future__ import annotations

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Ints


def slowdown(pass_s: Floats, bead_s: Floats, settings: PrintSettings) -> Floats:
    """Factor (p,) by which the beads of each pass over a layer run slower, so that it takes the minimum layer time.

    Only the time spent on beads stretches; the caller keeps the speed above the settings' minimum.
    """
    short = settings.min_layer_s - pass_s
    factor = 1.0 + np.where(bead_s > 0.0, np.maximum(short, 0.0) / np.maximum(bead_s, 1e-9), 0.0)
    return np.asarray(factor)


def fan_fractions(layer: Ints, pass_s: Floats, settings: PrintSettings) -> Floats:
    """Fan per pass (p,): off on the first layers, then rising to its due by `full_fan_layer`; the shorter the pass
    below `fan_below_s`, the faster, in hundredths."""
    hurry = np.clip((settings.fan_below_s - pass_s) / max(settings.fan_below_s - settings.min_layer_s, 1e-9), 0.0, 1.0)
    due = settings.fan_min + (settings.fan_max - settings.fan_min) * hurry
    ramp = np.clip((layer - settings.fan_off_layers + 1) / max(settings.full_fan_layer - settings.fan_off_layers + 1,
                                                               1),
                   0.0, 1.0)
    return np.asarray(np.round(np.where(layer < settings.fan_off_layers, 0.0, due * ramp), 2))
