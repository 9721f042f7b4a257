"""Binary glTF 2.0 for viewers: metres, y up, flat-shaded normals, one node per body."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from fabwright.errors import InternalError
from fabwright.model import Mesh

_COLOURS = ((0.84, 0.29, 0.05), (0.09, 0.30, 0.55), (0.19, 0.43, 0.14), (0.55, 0.16, 0.26), (0.31, 0.22, 0.51))
_ARRAY = 34962
_FLOAT = 5126


def write_glb(meshes: Sequence[Mesh], title: str) -> bytes:
    """GLB of the meshes as they lie (Khronos glTF 2.0: metres, +Y up), every triangle with its own normal.

    Raises InternalError when the written buffer does not hold the triangles it should.
    """
    blob = bytearray()
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "Fabwright"}, "scene": 0,
        "scenes": [{"name": title, "nodes": list(range(len(meshes)))}],
        "nodes": [], "meshes": [], "materials": [], "accessors": [], "bufferViews": [], "buffers": [],
    }
    for index, mesh in enumerate(meshes):
        _add_body(document, blob, mesh, index)
    document["buffers"].append({"byteLength": len(blob)})
    text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    body = bytes(blob)
    data = (struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(body))
            + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(body), b"BIN\x00") + body)
    counts = read_glb_triangle_counts(data)
    if counts != [len(m.triangles) for m in meshes]:
        raise InternalError(f"{title}: the GLB reads back with {counts} triangles")
    return data


def _add_body(document: dict[str, Any], blob: bytearray, mesh: Mesh, index: int) -> None:
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals / np.where(length > 0.0, length, 1.0)
    degenerate = length[:, 0] <= 0.0
    normals[degenerate] = (0.0, 0.0, 1.0)

    def y_up(xyz: np.ndarray) -> np.ndarray:
        return np.stack([xyz[..., 0], xyz[..., 2], -xyz[..., 1]], axis=-1).astype("<f4") + np.float32(0.0)
    positions = y_up(corners * 1e-3).reshape(-1, 3)
    directions = np.repeat(y_up(normals), 3, axis=0)
    first = len(document["accessors"])
    bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    _add_accessor(document, blob, positions, "VEC3", bounds)
    _add_accessor(document, blob, directions, "VEC3", {})
    document["materials"].append({
        "name": mesh.name, "pbrMetallicRoughness": {
            "baseColorFactor": [*_COLOURS[index % len(_COLOURS)], 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.7}})
    document["meshes"].append({"name": mesh.name, "primitives": [
        {"attributes": {"POSITION": first, "NORMAL": first + 1}, "material": index, "mode": 4}]})
    document["nodes"].append({"name": mesh.name, "mesh": index})


def _add_accessor(document: dict[str, Any], blob: bytearray, values: np.ndarray, kind: str, extra: dict[str, Any]
                  ) -> None:
    raw = np.ascontiguousarray(values).tobytes()
    document["bufferViews"].append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(raw), "target": _ARRAY})
    document["accessors"].append({"bufferView": len(document["bufferViews"]) - 1, "componentType": _FLOAT,
                                  "count": len(values), "type": kind, **extra})
    blob += raw


def read_glb_triangle_counts(data: bytes) -> list[int]:
    """Triangles of each body of a GLB, from its own header and accessors; InternalError for a broken container."""
    magic, version, total = struct.unpack_from("<4sII", data, 0)
    if magic != b"glTF" or version != 2 or total != len(data):
        raise InternalError("the GLB container does not state its own length")
    length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20:20 + length])
    return [document["accessors"][m["primitives"][0]["attributes"]["POSITION"]]["count"] // 3
            for m in document["meshes"]]
