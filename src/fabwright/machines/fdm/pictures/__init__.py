"""Pictures of layers and of how they deviate from the solid, from read-back programs."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from fabwright.errors import UsageError
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.pictures.deviation import deviation_png
from fabwright.machines.fdm.pictures.laid import Laid, laid
from fabwright.machines.fdm.pictures.layer import layer_png
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.reference import Asked, declared_grid, nominal_layers
from fabwright.model import Machine, Nominal, Setup, Trace, Verdict

__all__ = ["job_pictures", "layer_pictures"]

# Widths of pictures: small in a job, larger when one is asked for.
JOB_PX, SHOWN_PX = 900, 1600
#: Figures of a verdict that name the worst layer of a check, counted from 1.
WORST = re.compile(r"^(\w+)_worst_layer$")


def job_pictures(trace: Trace, nominal: Nominal, setup: Setup, machine: Machine, verdict: Verdict
                 ) -> Mapping[str, bytes]:
    """The first, middle and last layer as laid, and the first and the worst layer of each check against the solid; the
    names say which."""
    settings, grid = PrintSettings.from_json(setup.parameters), declared_grid(setup.parameters)
    found = laid(trace, machine.profile.extruder.filament_mm, grid)
    shown = np.unique(found.beads.layer)
    chosen = {"first": int(shown[0]), "middle": int(shown[len(shown) // 2]), "last": int(shown[-1])}
    files = {f"layer-{layer + 1:04d}-{why}.png": layer_png(found, layer, JOB_PX)
             for why, layer in _reasons(chosen).items()}
    worst = {match[1].replace("_", "-"): int(verdict.figures[name]) - 1 for name in sorted(verdict.figures)
             if (match := WORST.match(name))}
    compared = _reasons({"first": int(shown[0]), **{w: k for w, k in worst.items() if k in shown}})
    asked = _asked(nominal, setup, grid, settings, sorted(compared.values()))
    files |= {f"deviation-{layer + 1:04d}-{why}.png": deviation_png(found, layer, asked[layer], settings, JOB_PX,
                                                                    f"({why})")
              for why, layer in compared.items()}
    return files


def _reasons(chosen: Mapping[str, int]) -> dict[str, int]:
    """Each layer once, with all its reasons joined."""
    names: dict[int, list[str]] = {}
    for why, layer in chosen.items():
        names.setdefault(layer, []).append(why)
    return {"-".join(why): layer for layer, why in names.items()}


def layer_pictures(trace: Trace, number: int, machine: Machine, job: tuple[Nominal, Setup] | None
                   ) -> Mapping[str, bytes]:
    """Layer `number`, counted from 1, as "layer" and, where the job is known, its "deviation"; UsageError for a layer
    that is not there."""
    setup = job[1] if job else None
    grid = declared_grid(setup.parameters) if setup else None
    found = laid(trace, machine.profile.extruder.filament_mm, grid)
    layer = _there(found, number)
    files = {"layer": layer_png(found, layer, SHOWN_PX)}
    if job is not None and setup is not None and grid is not None:
        settings = PrintSettings.from_json(setup.parameters)
        asked = _asked(job[0], setup, grid, settings, [layer])[layer]
        files["deviation"] = deviation_png(found, layer, asked, settings, SHOWN_PX)
    return files


def _there(found: Laid, number: int) -> int:
    if not 1 <= number <= len(found.grid):
        raise UsageError(f"{found.file} has layers 1 to {len(found.grid)}; there is no layer {number}")
    if not len(found.rows(number - 1)):
        raise UsageError(f"{found.file}: nothing is laid in layer {number}")
    return number - 1


def _asked(nominal: Nominal, setup: Setup, grid: LayerGrid, settings: PrintSettings, layers: list[int]
           ) -> dict[int, Asked]:
    """What the solid asks of some layers."""
    only = np.zeros(len(grid), dtype=bool)
    only[layers] = True
    native = setup.parameters.get("engine", "native") == "native"
    reference = nominal_layers(nominal, setup, grid, settings, native, only=only)
    return {layer: reference.distinct[reference.which[layer]] for layer in layers}
