"""3MF core: one object per body, millimetres, no dates, no random identifiers."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

import numpy as np

from fabwright.errors import InternalError
from fabwright.geometry.export.archive import write_archive
from fabwright.model import Mesh

_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>'
    "</Types>\n"
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="rel0" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>'
    "</Relationships>\n"
)
_MODEL = "3D/3dmodel.model"


def write_threemf(meshes: Sequence[Mesh], title: str) -> bytes:
    """3MF package of the meshes as they lie, in mm; namespaces of the 3MF core specification 1.3.

    Coordinates are written with nine significant digits, which single precision needs to survive the round trip.
    Raises InternalError when the package does not read back to the same triangles.
    """
    data = write_archive({"[Content_Types].xml": _TYPES.encode(), "_rels/.rels": _RELATIONS.encode(),
                          _MODEL: _model_xml(meshes, title).encode()}, first="[Content_Types].xml")
    for mesh, back in zip(meshes, read_threemf(data, title), strict=True):
        same = np.array_equal(mesh.vertices, back.vertices) and np.array_equal(mesh.triangles, back.triangles)
        if not same or mesh.name != back.name:
            raise InternalError(f"{title}: body {mesh.name!r} does not read back from 3MF as written")
    return data


def _coordinate(value: float) -> str:
    """Positional text of a single-precision value, exact after rounding back to single precision."""
    return np.format_float_positional(np.float32(value), unique=True, trim="-")


def _model_xml(meshes: Sequence[Mesh], title: str) -> str:
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n'
           f'<model unit="millimeter" xml:lang="en-US" xmlns="{_CORE}">\n'
           f'<metadata name="Title">{quoteattr(title)[1:-1]}</metadata>\n'
           '<metadata name="Application">Fabwright</metadata>\n<resources>\n']
    for number, mesh in enumerate(meshes, start=1):
        texts = {v: _coordinate(v) for v in np.unique(mesh.vertices).tolist()}
        out.append(f'<object id="{number}" name={quoteattr(mesh.name)} type="model"><mesh><vertices>\n')
        out += [f'<vertex x="{texts[x]}" y="{texts[y]}" z="{texts[z]}"/>\n' for x, y, z in mesh.vertices.tolist()]
        out.append("</vertices><triangles>\n")
        out += [f'<triangle v1="{a}" v2="{b}" v3="{c}"/>\n' for a, b, c in mesh.triangles.tolist()]
        out.append("</triangles></mesh></object>\n")
    out.append("</resources>\n<build>\n")
    out += [f'<item objectid="{number}"/>\n' for number in range(1, len(meshes) + 1)]
    out.append("</build>\n</model>\n")
    return "".join(out)


def read_threemf(data: bytes, name: str) -> list[Mesh]:
    """Meshes of a 3MF package written in millimetres without components or transforms; InternalError otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = ElementTree.fromstring(archive.read(_MODEL))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise InternalError(f"{name}: not a readable 3MF package: {error}") from None
    tag = f"{{{_CORE}}}"
    if root.get("unit") != "millimeter" or root.find(f".//{tag}component") is not None:
        raise InternalError(f"{name}: only 3MF in millimetres without components is read here")
    meshes = []
    for item in root.iter(f"{tag}object"):
        points = [(float(v.get("x", "nan")), float(v.get("y", "nan")), float(v.get("z", "nan")))
                  for v in item.iter(f"{tag}vertex")]
        corners = [(int(t.get("v1", "-1")), int(t.get("v2", "-1")), int(t.get("v3", "-1")))
                   for t in item.iter(f"{tag}triangle")]
        vertices = np.array(points).astype(np.float32).astype(np.float64)
        meshes.append(Mesh(item.get("name", ""), vertices, np.array(corners, dtype=np.int64)))
    return meshes
