"""The picture of a job: bodies and sheets as they lie on the machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.model import Mesh, Nominal, Placement, Setup

WIDTH_PX, HEIGHT_PX = 720, 540


def preview_png(nominal: Nominal, setup: Setup, width: int = WIDTH_PX, height: int = HEIGHT_PX) -> bytes:
    """PNG of every placed body and sheet, seen from the front left above."""
    from fabwright.geometry.export.png import render
    from fabwright.geometry.flat_solid import flat_solid

    placed: list[Mesh] = []
    for placement in setup.placements:
        mesh = flat_solid(nominal.sheets[placement.of]) if placement.sheet else nominal.meshes[placement.of]
        placed.append(place_mesh(mesh, placement))
    return render(placed, width, height)


def place_mesh(mesh: Mesh, placement: Placement) -> Mesh:
    """The mesh in program coordinates: turned about z, then moved (no longer exact in single precision)."""
    angle = np.radians(placement.rotation_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    return replace(mesh, vertices=mesh.vertices @ turn.T + np.array(placement.offset_mm))
