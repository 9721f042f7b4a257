"""Triangles as they come to one closed, outward-facing body, or a sentence that says why not."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabwright.errors import InputFileError
from fabwright.geometry.mesh_mending import facing_alike, small_holes_closed, without_doubles, without_slivers
from fabwright.model import Finding, Floats, Ints, Mesh, Severity

#: Corners closer than this are one; finer than any printer, coarser than the noise of exporters.
MERGE_MM = 1e-4
#: Less volume than this is no body, mm3.
LEAST_MM3 = 1e-4


def closed_mesh(points: Floats, triangles: Ints, body: str, name: str) -> tuple[Mesh, tuple[Finding, ...]]:
    """Weld corners (n, 3), turn shells outwards, unite those that overlap; `body` is the mesh's name, `name` the
    file's. The findings say what had to be mended.

    Shells inside a shell that face inwards are cavities and stay. Raises InputFileError for a mesh that is open, has no
    volume, or cannot be closed.
    """
    vertices, faces = welded(points, triangles)
    findings: tuple[Finding, ...] = ()
    solid = _solid(vertices, faces)
    if solid is None:
        vertices, faces, findings = _mended(vertices, faces, body)
        # Shells that touch in an edge or a face are bodies each by itself.
        solid = _solid(vertices, faces) or _united(
            [s for v, f in _shells(vertices, faces) if (s := _solid(v, f)) is not None], faces)
    if solid is None:
        raise InputFileError(f"{name}: {_trouble(vertices, faces, body)}")
    solid = _outward(solid)
    if solid.volume() < LEAST_MM3:
        raise InputFileError(f"{name}: {body} encloses {max(0.0, solid.volume()):.6f} mm3: it has no thickness; give "
                             "it walls with a volume")
    raw = solid.to_mesh64()
    corners = np.asarray(raw.vert_properties)[:, :3].astype(np.float32).astype(np.float64)
    return Mesh(body, corners, np.asarray(raw.tri_verts).astype(np.int64)), findings


def _mended(vertices: Floats, faces: Ints, body: str) -> tuple[Floats, Ints, tuple[Finding, ...]]:
    """What small damage leaves whole, and notes of it."""
    findings: list[Finding] = []
    single = without_slivers(vertices, without_doubles(faces))
    if len(single) < len(faces):
        findings.append(Finding("mesh-doubled", Severity.NOTE, body, "Facets that lie on one another, or have no area "
                                "and close nothing, were left out.", float(len(faces) - len(single)), 0.0, "facets"))
    alike = facing_alike(single, len(vertices)) if len(single) else None
    alike = single if alike is None else alike
    if turned := int((alike != single).any(axis=1).sum()):
        findings.append(Finding("mesh-turned", Severity.NOTE, body, "Facets that faced against their neighbours were "
                                "turned over.", float(turned), 0.0, "facets"))
    closed = small_holes_closed(vertices, alike)
    if closed is None:
        return vertices, alike, tuple(findings)
    findings.append(Finding("mesh-holes", Severity.WARNING, body, f"{len(closed[1]) - len(alike)} open edges were "
                            f"closed over; the largest hole is {closed[2]:.3f} mm wide.", closed[2], 0.0, "mm",
                            "Look at the pictures, or close the holes in the program that made the model."))
    return closed[0], closed[1], tuple(findings)


def welded(points: Floats, triangles: Ints) -> tuple[Floats, Ints]:
    """Equal corners merged and triangles that collapse left out; corners in order of their coordinates."""
    exact = np.ascontiguousarray(points.astype(np.float32) + np.float32(0.0))
    bits = exact.view(np.uint32).astype(np.uint64)
    # One 64-bit word per corner sorts three times as fast as rows; equal words are checked to be equal corners.
    word = (bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ (bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)) ^ (
        bits[:, 2] * np.uint64(0x165667B19E3779F9))
    _, first, inverse = np.unique(word, return_index=True, return_inverse=True)
    vertices = exact[first]
    if not np.array_equal(vertices[inverse.reshape(-1)], exact):
        vertices, inverse = np.unique(exact, axis=0, return_inverse=True)
    order = np.lexsort((vertices[:, 2], vertices[:, 1], vertices[:, 0]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    faces = rank[inverse.reshape(-1)][triangles]
    alive = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return vertices[order].astype(np.float64), faces[alive]


def _solid(vertices: Floats, faces: Ints) -> Any | None:
    """The kernel's body, or None where the triangles do not close."""
    import manifold3d

    if not len(faces):
        return None
    mesh = manifold3d.Mesh64(np.ascontiguousarray(vertices), faces.astype(np.uint64))
    solid = manifold3d.Manifold(mesh)
    if solid.status() != manifold3d.Error.NoError:
        mesh = manifold3d.Mesh64(np.ascontiguousarray(vertices), faces.astype(np.uint64), tolerance=MERGE_MM)
        mesh.merge()
        solid = manifold3d.Manifold(mesh)
    return solid if solid.status() == manifold3d.Error.NoError and not solid.is_empty() else None


def _outward(solid: Any) -> Any:
    """Every outer shell facing outwards, overlapping ones united."""
    parts = solid.decompose()
    if len(parts) <= 1:
        return solid if solid.volume() >= 0.0 else _flipped(solid)
    if solid.volume() < 0.0:
        parts = [_flipped(p) for p in parts]
    bodies = [p for p in parts if p.volume() > 0.0]
    voids = [_flipped(p) for p in parts if p.volume() < 0.0]
    inside = [v for v in voids if any(_within(v, b) for b in bodies)]
    bodies += [v for v in voids if not any(_within(v, b) for b in bodies)]
    if not bodies:
        return solid
    whole = _sum(bodies)
    return whole - _sum(inside) if inside else whole


def _within(inner: Any, outer: Any) -> bool:
    a, b = inner.bounding_box(), outer.bounding_box()
    return all(a[k] >= b[k] for k in range(3)) and all(a[k] <= b[k] for k in range(3, 6))


def _flipped(solid: Any) -> Any:
    import manifold3d

    raw = solid.to_mesh64()
    faces = np.array(np.asarray(raw.tri_verts)[:, ::-1], dtype=np.uint64, order="C")
    corners = np.array(np.asarray(raw.vert_properties)[:, :3], dtype=np.float64, order="C")
    return manifold3d.Manifold(manifold3d.Mesh64(corners, faces))


def _sum(parts: list[Any]) -> Any:
    import manifold3d

    return parts[0] if len(parts) == 1 else manifold3d.Manifold.batch_boolean(parts, manifold3d.OpType.Add)


def _united(parts: list[Any], faces: Ints) -> Any | None:
    """Shells as one body where together they account for all triangles."""
    if not parts or sum(p.num_tri() for p in parts) < len(faces):
        return None
    return _sum([p if p.volume() >= 0.0 else _flipped(p) for p in parts])


def _shells(vertices: Floats, faces: Ints) -> list[tuple[Floats, Ints]]:
    """Pieces that hang together by edges which exactly two triangles share."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edge, owner = _edges(faces, len(vertices))
    order = np.argsort(edge, kind="stable")
    edge, owner = edge[order], owner[order]
    _, first, count = np.unique(edge, return_index=True, return_counts=True)
    two = first[count == 2]
    graph = coo_matrix((np.ones(len(two)), (owner[two], owner[two + 1])), shape=(len(faces), len(faces)))
    number, label = connected_components(graph, directed=False)
    if number > 10_000:
        return []
    return [(vertices, faces[label == k]) for k in range(number)]


def _edges(faces: Ints, count: int) -> tuple[Ints, Ints]:
    """One number per undirected edge (3 m,) and the triangle it belongs to."""
    a, b = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    return np.minimum(a, b) * count + np.maximum(a, b), np.repeat(np.arange(len(faces)), 3)


def _trouble(vertices: Floats, faces: Ints, body: str) -> str:
    if not len(faces):
        return f"{body} has no thickness: its facets enclose nothing; give it walls with a volume"
    edge, _ = _edges(faces, len(vertices))
    _, count = np.unique(edge, return_counts=True)
    loose, crowded = int((count == 1).sum()), int((count > 2).sum())
    if loose:
        return (f"{body} is not closed: {loose} edges belong to one triangle only; close the holes in the program that "
                "made it")
    if crowded:
        return f"{body} is not one solid: {crowded} edges are shared by more than two triangles; unite its parts first"
    return (f"{body} is not one solid: its triangles do not agree on which side is out; mend it in the program that "
            "made it")
