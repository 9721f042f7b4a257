"""Storefront: the geometry alone, for viewers and other tools. Run: python 03_geometry_files.py OUT"""

from __future__ import annotations

import sys
from pathlib import Path

import fabwright as fw

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)

variant = fw.open_catalogue().get("enclosure").configure({"board": "arduino-nano"})
for file_format in ("stl", "step", "3mf", "glb", "dxf", "svg", "png"):
    path = out / f"nano-box.{file_format}"
    path.write_bytes(variant.export(file_format))
    print(path.name, path.stat().st_size, "bytes")
