"""What ezdxf's audit says about a DXF file, and what it finds in it, as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import ezdxf
from ezdxf import bbox


def entity_facts(entity: Any) -> dict[str, Any]:
    """Type, layer and shape of one entity."""
    facts = {"type": entity.dxftype(), "layer": entity.dxf.layer, "closed": None, "vertices": []}
    if entity.dxftype() == "LWPOLYLINE":
        facts["closed"] = bool(entity.closed)
        facts["vertices"] = [[x, y, bulge] for x, y, bulge in entity.get_points("xyb")]
    elif entity.dxftype() == "CIRCLE":
        centre, radius = entity.dxf.center, entity.dxf.radius
        facts["closed"] = True
        facts["vertices"] = [[centre.x - radius, centre.y, 1.0], [centre.x + radius, centre.y, 1.0]]
    return facts


def main(path: str) -> None:
    """Print errors, header values, layers and entities of the file."""
    document = ezdxf.readfile(path)
    auditor = document.audit()
    box = bbox.extents(document.modelspace())
    header = {name: document.header.get(name) for name in ("$INSUNITS", "$MEASUREMENT", "$ACADVER")}
    low, high = document.header.get("$EXTMIN"), document.header.get("$EXTMAX")
    print(json.dumps({
        "errors": [e.message for e in auditor.errors], "fixes": [e.message for e in auditor.fixes], "header": header,
        "extents": [list(low)[:2], list(high)[:2]], "bounds": [list(box.extmin)[:2], list(box.extmax)[:2]],
        "layers": {layer.dxf.name: layer.color for layer in document.layers},
        "entities": [entity_facts(e) for e in document.modelspace()],
    }))


if __name__ == "__main__":
    main(sys.argv[1])
