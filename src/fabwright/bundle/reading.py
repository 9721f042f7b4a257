"""From the bytes of a bundle back to the values that verification needs; nothing else is trusted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabwright.bundle.contents import FORMAT
from fabwright.errors import BundleError, InputFileError
from fabwright.geometry.export.archive import write_archive
from fabwright.model import FlatPart, Nominal, NominalZone, Program, ProgramFile, Setup, bytes_digest

LARGEST_BUNDLE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, eq=False)
class BundleContents:
    """A bundle whose every file matches its manifest's digest."""

    manifest: Mapping[str, Any]
    program: Program
    nominal: Nominal
    setup: Setup
    machine_id: str
    material_id: str
    machine_digest: str
    material_digest: str


def single_file(files: Mapping[str, bytes]) -> bytes:
    """A job's files as one archive, manifest first."""
    return write_archive(files, first="manifest.json")


def open_single_file(data: bytes, name: str) -> dict[str, bytes]:
    """The files of a single-file job; BundleError when it is damaged or holds unsafe names."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(e.file_size for e in entries) > LARGEST_BUNDLE_BYTES:
                raise BundleError(f"{name}: the archive unpacks to more than {LARGEST_BUNDLE_BYTES} bytes")
            bad = [e.filename for e in entries if e.filename.startswith("/") or ".." in e.filename.split("/")]
            if bad:
                raise BundleError(f"{name}: the archive holds an unsafe name: {bad[0]}")
            return {e.filename: archive.read(e) for e in entries}
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise BundleError(f"{name}: not a readable job archive: {error}") from None


def read_bundle(files: Mapping[str, bytes], name: str) -> BundleContents:
    """Check every file against the manifest and give the values that verification needs.

    Raises BundleError naming the file that is missing, added or altered, or the field of the manifest that is wrong.
    """
    if "manifest.json" not in files:
        raise BundleError(f"{name}: no manifest.json; this is not a job bundle")
    try:
        manifest = json.loads(files["manifest.json"])
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BundleError(f"{name}: manifest.json is not JSON: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{name}: manifest.json is not of format {FORMAT}")
    try:
        _check_files(files, manifest, name)
        return _contents(files, manifest)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise BundleError(f"{name}: manifest.json lacks or misstates a field: {error!r}") from None
    except InputFileError as error:
        raise BundleError(f"{name}: {error}") from None


def _check_files(files: Mapping[str, bytes], manifest: Mapping[str, Any], name: str) -> None:
    listed = {str(f["file"]): str(f["sha256"]) for f in manifest["files"]}
    present = set(files) - {"manifest.json"}
    for missing in sorted(set(listed) - present):
        raise BundleError(f"{name}: {missing} is in the manifest but not in the bundle; fetch the job again")
    for added in sorted(present - set(listed)):
        raise BundleError(f"{name}: {added} is in the bundle but not in the manifest; do not run it")
    for file in sorted(listed):
        if bytes_digest(files[file]) != listed[file]:
            raise BundleError(f"{name}: {file} has been altered (its SHA-256 is not the manifest's); fetch the job "
                              "again")
    for program in manifest["programs"]:
        if listed.get(program["file"]) != program["sha256"]:
            raise BundleError(f"{name}: program {program['file']} does not match its own digest")


def _contents(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> BundleContents:
    from fabwright.geometry.export.stl import read_stl

    solids = sorted(f for f in files if f.startswith("geometry/") and f.count("/") == 1 and f.endswith(".stl"))
    if len(solids) != len(manifest["bodies"]):
        raise ValueError(f"{len(manifest['bodies'])} bodies listed, {len(solids)} STL files present")
    meshes = tuple(read_stl(files[f], body) for f, body in zip(solids, manifest["bodies"], strict=True))
    listed = json.loads(files["geometry/sheets.json"]) if "geometry/sheets.json" in files else []
    sheets = tuple(FlatPart.from_json(s) for s in listed)
    if [s.name for s in sheets] != manifest["sheets"]:
        raise ValueError(f"sheets {manifest['sheets']} listed, {[s.name for s in sheets]} present")
    zones = tuple(NominalZone(read_stl(files[z["file"]], z["name"]), int(z["body"]), dict(z["settings"]))
                  for z in manifest.get("zones", ()))
    bad = [z.body for z in zones if not 0 <= z.body < len(meshes)]
    if bad:
        raise ValueError(f"a zone is for body {bad[0]} of {len(meshes)}")
    programs = tuple(ProgramFile(p["file"].rsplit("/", 1)[-1], files[p["file"]]) for p in manifest["programs"])
    return BundleContents(manifest, Program(manifest["machine"]["controller"], programs),
                          Nominal(meshes, sheets, zones), Setup.from_json(manifest["setup"]), manifest["machine"]["id"],
                          manifest["material"]["id"], manifest["machine"]["sha256"], manifest["material"]["sha256"])
