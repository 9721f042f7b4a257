"""What lib3mf in strict mode says about a 3MF file, as JSON."""

from __future__ import annotations

import json
import sys

import lib3mf


def main(path: str) -> None:
    """Print warnings, unit and meshes of the file."""
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(path)
    warnings = [str(reader.GetWarning(k)) for k in range(reader.GetWarningCount())]
    meshes, items = [], model.GetMeshObjects()
    while items.MoveNext():
        mesh = items.GetCurrentMeshObject()
        meshes.append({"name": mesh.GetName(), "vertices": mesh.GetVertexCount(), "triangles": mesh.GetTriangleCount(),
                       "manifold_and_oriented": bool(mesh.IsManifoldAndOriented()), "valid": bool(mesh.IsValid())})
    built, build = 0, model.GetBuildItems()
    while build.MoveNext():
        built += 1
    millimetres = int(model.GetUnit()) == int(lib3mf.ModelUnit.MilliMeter)
    print(json.dumps({"warnings": warnings, "millimetres": millimetres, "meshes": meshes, "build_items": built}))


if __name__ == "__main__":
    main(sys.argv[1])
