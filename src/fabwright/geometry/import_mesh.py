"""Meshes that come as files from elsewhere: STL, OBJ and 3MF to closed bodies that rest on z = 0."""

from __future__ import annotations

import re

import numpy as np

from fabwright.errors import InputFileError
from fabwright.geometry.mesh_repair import closed_mesh
from fabwright.model import Finding, Floats, Ints, Mesh, Severity

SUFFIXES = (".stl", ".obj", ".3mf")
#: More triangles than any printed part needs; keeps a hostile file from filling the memory.
TRIANGLES_MAX = 20_000_000
#: Beyond this a coordinate is a mistake, mm.
LARGEST_MM = 100_000.0
#: Outside this range a model was likely drawn in another unit, mm.
SMALL_MM, LARGE_MM = 1.0, 1000.0


def import_mesh(data: bytes, name: str) -> tuple[Mesh, ...]:
    """The bodies of a mesh file, without the findings of `read_model`."""
    return read_model(data, name)[0]


def read_model(data: bytes, name: str) -> tuple[tuple[Mesh, ...], tuple[Finding, ...]]:
    """The bodies of a mesh file, in mm, moved so that everything lies at x, y, z >= 0; and what had to be mended or
    looks wrong.

    An STL or OBJ is one body however many shells it has; a 3MF has one per object built. Raises InputFileError naming
    the file and what is wrong: not a mesh, empty, numbers that are not finite, open or without volume and beyond
    repair.
    """
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or "part"
    if suffix == ".stl":
        bodies = [(stem, *_stl(data, name))]
    elif suffix == ".obj":
        bodies = [(stem, *_obj(data, name))]
    elif suffix == ".3mf":
        bodies = _threemf(data, name)
    else:
        raise InputFileError(f"{name}: a model is a file of type {', '.join(SUFFIXES)}")
    closed = [closed_mesh(_checked(points, triangles, name), triangles, body, name)
              for body, points, triangles in bodies]
    low = np.min([m.vertices.min(axis=0) for m, _ in closed], axis=0)
    meshes = tuple(Mesh(m.name, (m.vertices - low).astype(np.float32).astype(np.float64), m.triangles)
                   for m, _ in closed)
    return meshes, tuple(f for _, findings in closed for f in findings) + _size_findings(meshes, name)


def _size_findings(meshes: tuple[Mesh, ...], name: str) -> tuple[Finding, ...]:
    """A word where the model's size looks like another unit."""
    size = float(np.max([m.vertices.max(axis=0) for m in meshes]))
    if SMALL_MM <= size <= LARGE_MM:
        return ()
    limit, how = (SMALL_MM, "small") if size < SMALL_MM else (LARGE_MM, "large")
    return (Finding("model-unit", Severity.WARNING, name, f"The model is {size:g} mm at its longest, which is very "
                    f"{how}.", size, limit, "mm", "A mesh file is read in mm; scale it if it was drawn in another "
                    "unit."),)


def _checked(points: Floats, triangles: Ints, name: str) -> Floats:
    if not len(triangles):
        raise InputFileError(f"{name}: the file holds no triangle")
    if len(triangles) > TRIANGLES_MAX:
        raise InputFileError(f"{name}: {len(triangles)} triangles are more than the {TRIANGLES_MAX} that are read; "
                             "reduce the mesh")
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        raise InputFileError(f"{name}: {int(bad.sum())} vertices are not numbers (NaN or infinite); export the model "
                             "again")
    far = float(np.abs(points).max())
    if far > LARGEST_MM:
        raise InputFileError(f"{name}: a coordinate of {far:g} mm is beyond {LARGEST_MM:g} mm; check the model's unit")
    return points


def _stl(data: bytes, name: str) -> tuple[Floats, Ints]:
    """Corners (3 m, 3) and triangles (m, 3) of a binary or an ASCII STL."""
    count = int(np.frombuffer(data, dtype="<u4", count=1, offset=80)[0]) if len(data) >= 84 else -1
    # Some programs append a line's end or a trailer.
    if count >= 0 and (len(data) == 84 + 50 * count or (count > 0 and len(data) > 84 + 50 * count)):
        record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
        points = np.frombuffer(data, dtype=record, count=count, offset=84)["corners"].reshape(-1, 3).astype(np.float64)
    elif data.lstrip()[:5].lower() == b"solid":
        points = _ascii_corners(data, name)
    else:
        due = f"; its head promises {count} triangles, which take {84 + 50 * count} bytes" if count >= 0 else ""
        raise InputFileError(f"{name}: {len(data)} bytes are no STL{due}; the file is damaged or of another kind")
    return points, np.arange(len(points), dtype=np.int64).reshape(-1, 3)


_VERTEX = re.compile(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)


def _ascii_corners(data: bytes, name: str) -> Floats:
    words = _VERTEX.findall(data)
    if len(words) % 3:
        raise InputFileError(f"{name}: the ASCII STL ends inside a facet ({len(words)} vertices); it is damaged")
    try:
        return np.asarray(words, dtype=np.bytes_).astype(np.float64).reshape(-1, 3)
    except ValueError as error:
        raise InputFileError(f"{name}: the ASCII STL holds a vertex that is no number: {error}") from error


def _obj(data: bytes, name: str) -> tuple[Floats, Ints]:
    """Vertices (n, 3) and fans of the faces (m, 3) of a Wavefront OBJ; everything but v and f is passed over."""
    points: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        words = line.split()
        if not words or words[0] not in ("v", "f"):
            continue
        try:
            if words[0] == "v":
                points.append([float(w) for w in words[1:4]])
                continue
            corners = [int(w.split("/")[0]) for w in words[1:]]
        except ValueError as error:
            raise InputFileError(f"{name}:{number}: {line.strip()[:40]!r} is no {words[0]} line of an OBJ") from error
        index = [c - 1 if c > 0 else len(points) + c for c in corners]
        if len(index) < 3 or not all(0 <= k < len(points) for k in index):
            raise InputFileError(f"{name}:{number}: the face names a vertex that is not there")
        faces += [(index[0], index[k], index[k + 1]) for k in range(1, len(index) - 1)]
    if any(len(p) != 3 for p in points):
        raise InputFileError(f"{name}: a vertex has fewer than three coordinates")
    return np.asarray(points, dtype=np.float64).reshape(-1, 3), np.asarray(faces, dtype=np.int64).reshape(-1, 3)


def _threemf(data: bytes, name: str) -> list[tuple[str, Floats, Ints]]:
    """Objects of a 3MF where its build places them."""
    from fabwright.geometry.import_threemf import read_model

    return read_model(data, name)
