"""Binary STL, written and read without loss."""

from __future__ import annotations

import numpy as np

from fabwright.errors import InputFileError, InternalError
from fabwright.geometry.weld import weld
from fabwright.model import Floats, Mesh

_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEADER = 80


def write_stl(meshes: tuple[Mesh, ...], title: str = "") -> bytes:
    """Binary STL of the meshes as they lie, in mm; the header holds an ASCII title and the unit, no date.

    Raises InternalError when the bytes do not read back to the same triangles.
    """
    blocks = [_records(mesh) for mesh in meshes]
    records = np.concatenate(blocks) if blocks else np.empty(0, dtype=_RECORD)
    label = f"fabwright unit=mm {title}".encode("ascii", "replace")[:_HEADER].ljust(_HEADER, b" ")
    data: bytes = label + np.array([len(records)], "<u4").tobytes() + records.tobytes()
    if not np.array_equal(_read_records(data, title)["corners"], records["corners"]):
        raise InternalError(f"{title}: the STL does not read back to what was written")
    return data


def _records(mesh: Mesh) -> np.ndarray:
    corners = mesh.vertices[mesh.triangles]
    single = corners.astype(np.float32)
    if not np.array_equal(single.astype(np.float64), corners):
        raise InternalError(f"{mesh.name}: mesh vertices are not exact in single precision")
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    records = np.zeros(len(corners), dtype=_RECORD)
    records["normal"] = normals / np.where(length > 0.0, length, 1.0) + 0.0
    records["corners"] = single + np.float32(0.0)
    return records


def _read_records(data: bytes, name: str) -> np.ndarray:
    if len(data) < _HEADER + 4:
        raise InputFileError(f"{name}: {len(data)} bytes are too few for a binary STL (at least {_HEADER + 4})")
    count = int(np.frombuffer(data, "<u4", 1, _HEADER)[0])
    expected = _HEADER + 4 + count * _RECORD.itemsize
    if len(data) != expected:
        raise InputFileError(f"{name}: the STL announces {count} triangles, which needs {expected} bytes; "
                             f"it has {len(data)}: cut short, or not a binary STL")
    return np.frombuffer(data, _RECORD, count, _HEADER + 4)


def read_stl(data: bytes, name: str) -> Mesh:
    """Mesh of a binary STL, vertices welded where equal; InputFileError for anything else or for NaN."""
    corners: Floats = _read_records(data, name)["corners"].astype(np.float64).reshape(-1, 3)
    if not np.all(np.isfinite(corners)):
        raise InputFileError(f"{name}: the STL holds coordinates that are not finite")
    vertices, triangles = weld(corners, np.arange(len(corners), dtype=np.int64).reshape(-1, 3), 0.0)
    return Mesh(name, vertices, triangles)
