"""B-rep solid to closed triangle mesh, with a ladder of retries where rims stay open."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabwright.errors import BuildError
from fabwright.geometry.weld import open_edges, signed_volume_mm3, weld
from fabwright.model import Floats, Ints, Mesh

# Below this the mesh of a freeform face takes minutes and gigabytes (0.002 mm: 40 s).
FINEST_TOLERANCE_MM = 0.01
WELD_TOLERANCES_MM = (0.0, 1e-5, 1e-4)


def tessellate(solid: Any, name: str, rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
               tolerance_mm: float = 0.05, angle_rad: float = 0.2) -> Mesh:
    """Mesh a CadQuery shape with an absolute chord tolerance, turned about x, then y, then z.

    Tries a finer angle and then the other triangulator where the mesh stays open. Vertices are exact in single
    precision. Raises BuildError naming the body when no attempt gives a closed mesh of positive volume.
    """
    tolerance = max(tolerance_mm, FINEST_TOLERANCE_MM)
    attempts = ((angle_rad, False), (angle_rad / 2, False), (angle_rad / 4, False), (angle_rad, True),
                (angle_rad / 2, True))
    worst = 0
    for angle, delabella in attempts:
        points, triangles = _triangulate(solid, tolerance, angle, delabella)
        if not len(triangles):
            raise BuildError(f"{name}: the solid has no faces to mesh; the options give an empty shape")
        points = points @ rotation_matrix(rotation_deg).T
        for weld_mm in WELD_TOLERANCES_MM:
            vertices, faces = weld(points, triangles, weld_mm)
            worst = open_edges(faces) if len(faces) else 1
            if worst == 0 and signed_volume_mm3(vertices, faces) > 0.0:
                return Mesh(name, vertices, faces)
    raise BuildError(f"{name}: the mesh of the solid stays open ({worst} unmatched edges after "
                     f"{len(attempts)} attempts at {tolerance} mm); change the options slightly and report the design")


def rotation_matrix(rotation_deg: tuple[float, float, float]) -> Floats:
    """Rotation (3, 3) about x, then y, then z, exact for multiples of 90 degrees."""
    def turn(axis: int, degrees: float) -> Floats:
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        if degrees % 90.0 == 0.0:
            c, s = np.rint(c), np.rint(s)
        a, b = [(1, 2), (2, 0), (0, 1)][axis]
        m = np.eye(3)
        m[a, a], m[a, b], m[b, a], m[b, b] = c, -s, s, c
        return m
    x, y, z = rotation_deg
    return np.asarray(turn(2, z) @ turn(1, y) @ turn(0, x), dtype=np.float64)


def _triangulate(solid: Any, tolerance_mm: float, angle_rad: float, delabella: bool) -> tuple[Floats, Ints]:
    """Points (n, 3) and triangles (m, 3) of all faces, not yet joined across edges."""
    from OCP.BRep import BRep_Tool
    from OCP.BRepMesh import BRepMesh_IncrementalMesh
    from OCP.BRepTools import BRepTools
    from OCP.IMeshTools import IMeshTools_MeshAlgoType, IMeshTools_Parameters
    from OCP.TopAbs import TopAbs_FACE, TopAbs_REVERSED
    from OCP.TopExp import TopExp_Explorer
    from OCP.TopLoc import TopLoc_Location
    from OCP.TopoDS import TopoDS

    shape = solid.wrapped
    BRepTools.Clean_s(shape)
    parameters = IMeshTools_Parameters()
    parameters.Deflection, parameters.Angle = tolerance_mm, angle_rad
    parameters.Relative, parameters.InParallel = False, False
    if delabella:
        parameters.MeshAlgo = IMeshTools_MeshAlgoType.IMeshTools_MeshAlgoType_Delabella
    BRepMesh_IncrementalMesh(shape, parameters)

    points: list[Floats] = []
    triangles: list[Ints] = []
    base = 0
    explorer = TopExp_Explorer(shape, TopAbs_FACE)
    while explorer.More():
        face = TopoDS.Face_s(explorer.Current())
        location = TopLoc_Location()
        mesh = BRep_Tool.Triangulation_s(face, location)
        explorer.Next()
        if mesh is None:
            continue
        moved = location.Transformation()
        nodes = [mesh.Node(k + 1).Transformed(moved) for k in range(mesh.NbNodes())]
        points.append(np.array([(p.X(), p.Y(), p.Z()) for p in nodes]).reshape(-1, 3))
        corners = np.array([mesh.Triangle(k + 1).Get() for k in range(mesh.NbTriangles())], dtype=np.int64)
        corners = corners.reshape(-1, 3) - 1 + base
        triangles.append(corners[:, ::-1] if face.Orientation() == TopAbs_REVERSED else corners)
        base += len(nodes)
    if not points:
        return np.empty((0, 3)), np.empty((0, 3), dtype=np.int64)
    return np.concatenate(points), np.concatenate(triangles)
