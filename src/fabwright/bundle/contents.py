"""From the values of the line to the files of a job: pure, ordered, without dates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabwright.bundle.preview import preview_png
from fabwright.bundle.setup_sheet import setup_sheet_html
from fabwright.model import (
    CheckedPart,
    Job,
    Machine,
    Making,
    Material,
    NominalZone,
    Program,
    Setup,
    Variant,
    Verdict,
    bytes_digest,
    plain,
    value_digest,
)

FORMAT = "fabwright-job/1"


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """What went into a job and the digest of it."""

    id: str
    inputs: Mapping[str, Any]


def job_identity(design: str, version: str, design_digest: str, options: Mapping[str, Any], machine: Machine,
                 material: Material, how: Making, parameters: Mapping[str, Any], generator: str) -> JobIdentity:
    """A job's identity is the digest of its inputs, toolchain included, not of its bytes."""
    from fabwright.geometry.kernel import kernel_versions

    inputs = {
        "generator": generator, "toolchain": kernel_versions(),
        "release": {"design": design, "version": version, "sha256": design_digest},
        "options": dict(options), "machine": {"id": machine.id, "sha256": machine.digest},
        "material": {"id": material.id, "sha256": material.digest}, "making": how.as_json(),
        "parameters": dict(parameters),
    }
    return JobIdentity(value_digest(inputs), inputs)


def json_bytes(value: Any) -> bytes:
    """Readable JSON with sorted keys; NaN is an error."""
    return (json.dumps(plain(value), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n").encode()


def file_stem(name: str) -> str:
    """A name as it may appear in a file name anywhere."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "part"


def zone_file(index: int, zone: NominalZone) -> str:
    """Name of the file that holds a zone's mesh."""
    return f"geometry/zones/{index:02d}-{file_stem(zone.mesh.name)}.stl"


def _geometry_files(checked: CheckedPart, title: str) -> dict[str, bytes]:
    from fabwright.geometry.export.stl import write_stl

    files = {f"geometry/{index:02d}-{file_stem(mesh.name)}.stl": write_stl((mesh,), mesh.name)
             for index, mesh in enumerate(checked.nominal.meshes)}
    files |= {zone_file(index, zone): write_stl((zone.mesh,), zone.mesh.name)
              for index, zone in enumerate(checked.nominal.zones)}
    if checked.nominal.sheets:
        from fabwright.geometry.export.dxf import write_dxf
        from fabwright.geometry.export.svg import write_svg

        files["geometry/sheets.json"] = json_bytes([s.as_json() for s in checked.nominal.sheets])
        files["geometry/sheets.dxf"] = write_dxf(checked.nominal.sheets, title)
        files["geometry/sheets.svg"] = write_svg(checked.nominal.sheets)
    return files


def _manifest(identity: JobIdentity, title: str, name: str, machine: Machine, material: Material,
              checked: CheckedPart, setup: Setup, verdict: Verdict, program: Program) -> dict[str, Any]:
    """The manifest but for its list of files, which is made when all of them are there."""
    part = checked.part
    return {
        "format": FORMAT, "job": identity.id, "name": name, "title": title, "inputs": dict(identity.inputs),
        "machine": {"id": machine.id, "title": machine.title, "class": machine.machine_class,
                    "controller": machine.controller, "sha256": machine.digest},
        "material": {"id": material.id, "title": material.title, "sha256": material.digest},
        "setup": setup.as_json(),
        "bodies": [m.name for m in checked.nominal.meshes],
        "sheets": [s.name for s in checked.nominal.sheets],
        "zones": [{"file": zone_file(k, z), "name": z.mesh.name, "body": z.body, "settings": dict(z.settings)}
                  for k, z in enumerate(checked.nominal.zones)],
        "programs": [{"file": f"programs/{f.name}", "sha256": bytes_digest(f.data), "bytes": len(f.data)}
                     for f in program.files],
        "critical_dimensions": [d.as_json() for d in part.critical_dimensions],
        "datums": [{"name": d.name, "origin_mm": list(d.origin_mm), "x_axis": list(d.x_axis),
                    "z_axis": list(d.z_axis)} for d in part.datums],
        "hardware": [{"name": h.name, "quantity": h.quantity, "use": h.use} for h in part.hardware],
        "assembly": list(part.assembly), "findings": [f.as_json() for f in checked.findings],
        "verdict": {"passed": verdict.passed, "figures": dict(verdict.figures)},
    }


def bundle_files(identity: JobIdentity, title: str, variant: Variant, machine: Machine, material: Material,
                 how: Making, checked: CheckedPart, setup: Setup, program: Program, verdict: Verdict,
                 setup_sheet: str, drawn: Mapping[str, bytes]) -> Job:
    """The job: manifest, programs, geometry, verdict, pictures (those `drawn` by the class among them), setup sheet and
    the customer's input files."""
    name = f"{variant.design}-{variant.version}-{machine.id}-{material.id}-{identity.id[:12]}"
    files: dict[str, bytes] = {f"programs/{f.name}": f.data for f in program.files}
    files |= _geometry_files(checked, title)
    files |= {f"inputs/{a.digest[:12]}-{file_stem(a.name)}": a.data for a in variant.attachments}
    files |= {f"pictures/{n}": drawn[n] for n in sorted(drawn)}
    files["options.json"] = json_bytes(dict(variant.options))
    files["verdict.json"] = json_bytes(verdict.as_json())
    picture = preview_png(checked.nominal, setup)
    files["preview.png"] = picture
    manifest = _manifest(identity, title, name, machine, material, checked, setup, verdict, program)
    files["setup-sheet.html"] = setup_sheet_html(setup_sheet, manifest, verdict, picture, machine, material)
    manifest["files"] = [{"file": n, "sha256": bytes_digest(files[n]), "bytes": len(files[n])} for n in sorted(files)]
    files["manifest.json"] = json_bytes(manifest)
    return Job(identity.id, name, json.loads(files["manifest.json"]), {n: files[n] for n in sorted(files)}, verdict)
