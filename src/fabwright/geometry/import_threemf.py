"""3MF packages from elsewhere: meshes, components and build items of the core specification 1.3."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np

from fabwright.errors import InputFileError
from fabwright.model import Floats, Ints

_CORE = "{http://schemas.microsoft.com/3dmanufacturing/core/2015/02}"
_UNITS_MM = {"micron": 0.001, "millimeter": 1.0, "centimeter": 10.0, "inch": 25.4, "foot": 304.8, "meter": 1000.0}
#: Unpacked size of a model part; a small archive must not unfold into the whole memory.
MODEL_MAX_BYTES = 1_000_000_000
DEPTH_MAX = 16

Body = tuple[str, Floats, Ints]


def read_model(data: bytes, name: str) -> list[Body]:
    """Name, corners (n, 3) in mm and triangles (m, 3) of every build item.

    Raises InputFileError for an archive or a model that cannot be read, or that builds nothing.
    """
    try:
        root = ElementTree.fromstring(_model(data, name))
        scale = _UNITS_MM[root.get("unit", "millimeter")]
        objects = {o.get("id", ""): o for o in root.iter(f"{_CORE}object")}
        items = list(root.iter(f"{_CORE}item"))
        bodies = [(objects[i.get("objectid", "")].get("name") or f"object {k}",
                   *_joined(list(_pieces(objects, i.get("objectid", ""), _matrix(i.get("transform")), 0, name))))
                  for k, i in enumerate(items, start=1)]
    except (ElementTree.ParseError, KeyError, ValueError, TypeError) as error:
        raise InputFileError(f"{name}: the 3MF's model cannot be read: {type(error).__name__}: {error}") from error
    if not bodies:
        raise InputFileError(f"{name}: the 3MF builds no object")
    return [(label, points * scale, triangles) for label, points, triangles in bodies]


def _model(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [i for i in package.infolist() if i.filename.lower().endswith(".model")]
            if not parts:
                raise InputFileError(f"{name}: the archive holds no 3D model part")
            part = min(parts, key=lambda i: (i.filename.count("/"), i.filename))
            if part.file_size > MODEL_MAX_BYTES:
                raise InputFileError(f"{name}: its model unpacks to {part.file_size} bytes, more than "
                                     f"{MODEL_MAX_BYTES}")
            return package.read(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputFileError(f"{name}: no 3MF package: {error}") from error


def _pieces(objects: dict[str, ElementTree.Element], number: str, place: Floats, depth: int, name: str
            ) -> Iterator[tuple[Floats, Ints]]:
    """Meshes of an object and of its components, placed."""
    if depth > DEPTH_MAX:
        raise InputFileError(f"{name}: components nest more than {DEPTH_MAX} deep")
    item = objects[number]
    mesh = item.find(f"{_CORE}mesh")
    if mesh is not None:
        points = np.asarray([[float(v.attrib[k]) for k in "xyz"] for v in mesh.iter(f"{_CORE}vertex")]).reshape(-1, 3)
        faces = np.asarray([[int(t.attrib[k]) for k in ("v1", "v2", "v3")] for t in mesh.iter(f"{_CORE}triangle")],
                           dtype=np.int64).reshape(-1, 3)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(points)):
            raise InputFileError(f"{name}: a triangle names a vertex that is not there")
        mirrored = np.linalg.det(place[:3]) < 0.0
        yield points @ place[:3] + place[3], faces[:, ::-1] if mirrored else faces
    for component in item.iter(f"{_CORE}component"):
        inner = _matrix(component.get("transform"))
        both = np.vstack([inner[:3] @ place[:3], inner[3] @ place[:3] + place[3]])
        yield from _pieces(objects, component.attrib["objectid"], both, depth + 1, name)


def _matrix(text: str | None) -> Floats:
    """Rows of a 3MF transform (4, 3): a point is a row vector before them."""
    if text is None:
        return np.vstack([np.eye(3), np.zeros(3)])
    return np.asarray([float(w) for w in text.split()]).reshape(4, 3)


def _joined(pieces: list[tuple[Floats, Ints]]) -> tuple[Floats, Ints]:
    offsets = np.cumsum([0, *(len(p) for p, _ in pieces)])
    points = [p for p, _ in pieces] or [np.empty((0, 3))]
    faces = [f + o for (_, f), o in zip(pieces, offsets, strict=False)] or [np.empty((0, 3), dtype=np.int64)]
    return np.concatenate(points), np.concatenate(faces)
