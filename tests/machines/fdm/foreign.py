"""Programs that PrusaSlicer writes for the tests, by the settings that we derive for it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.model import CheckedPart, Dialect, Machine, Material, Mesh, Nominal, Part, Setup, Trace, Verdict
from fabwright.post import action_lines
from fabwright.replay import replay
from fabwright.store.engine_process import run_engine

INSTALLED = shutil.which("prusa-slicer") is not None


@dataclass(frozen=True)
class Foreign:
    machine: Machine
    material: Material
    nominal: Nominal
    setup: Setup
    data: bytes

    def verdict(self, data: bytes | None = None) -> Verdict:
        trace = self.read(self.data if data is None else data)
        return MACHINE_CLASS.verify((trace,), self.nominal, self.setup, self.machine, self.material)

    def read(self, data: bytes) -> Trace:
        return replay(data, "print.gcode", self.machine.controller, self.machine.profile.controller)


def sliced(meshes: tuple[Mesh, ...], machine: Machine, material: Material, more: dict[str, str] | None = None,
           **parameters: Any) -> Foreign:
    """`more` are PrusaSlicer's own settings besides those that we derive."""
    nominal = Nominal(meshes)
    request = MACHINE_CLASS.engine_request("prusaslicer", CheckedPart.seal(Part(), nominal, ()), machine, material,
                                           parameters)
    dialect = Dialect(machine.controller, "", machine.profile.controller)
    start, end = (r"\n".join(action_lines(actions, dialect, 600.0)) for actions in (request.opening, request.closing))
    # Version 2.5 reads past the end of a list of texts that is not set.
    unset = {"start_filament_gcode": '""', "end_filament_gcode": '""'}
    settings = {**unset, **request.settings, "start_gcode": start, "end_gcode": end, "thumbnails": "", **(more or {})}
    return Foreign(machine, material, nominal, request.setup, run_engine(request, settings))
