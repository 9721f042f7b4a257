"""Bodies in blocks: which block size, how many, and where each body lies in it."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.errors import PlanError
from fabwright.machines.mill.profile import Block, MachineProfile, MaterialProfile
from fabwright.model import Floats, Nominal, Placement

#: A block thicker than the body by less than this still counts as thick enough, mm.
SLACK_MM = 1e-6


@dataclass(frozen=True, slots=True)
class Layout:
    """`placements` with their block as `program`; every block is of size (x, y, z) mm."""

    block: tuple[float, float, float]
    description: str
    placements: tuple[Placement, ...]
    count: int


def block_thickness_mm(block: Block, measured_mm: float | None) -> float:
    """The block's thickness as measured, or its nominal one."""
    return block.z_mm if measured_mm is None else measured_mm


def lay_out(nominal: Nominal, machine: MachineProfile, material: MaterialProfile, around_mm: float,
            measured_mm: float | None) -> Layout:
    """All bodies side by side in the smallest block that takes them, else one block each.

    `around_mm` is how far from a body's shadow the cutters go. Bodies lie along x as built, or turned by 90 degrees
    where only that fits; they are set beside each other along y. Raises PlanError naming the body, its size and the
    limit.
    """
    sizes = [_size(m.bounds_mm) for m in nominal.meshes]
    names = [m.name for m in nominal.meshes]
    blocks = sorted(material.blocks, key=lambda b: (b.x_mm * b.y_mm * b.z_mm, b.x_mm))
    for block in blocks:
        places = _in_one(sizes, block, machine, around_mm, measured_mm)
        if places is not None:
            return _layout(block, nominal, places, [0] * len(sizes), measured_mm)
    for block in blocks:
        single = [_in_one([s], block, machine, around_mm, measured_mm) for s in sizes]
        if all(p is not None for p in single):
            return _layout(block, nominal, [p[0] for p in single if p is not None], list(range(len(sizes))),
                           measured_mm)
    worst = max(range(len(sizes)), key=lambda k: (sizes[k][2], sizes[k][0] * sizes[k][1]))
    raise PlanError(fit_message(names[worst], sizes[worst], machine, material, around_mm, measured_mm))


def fit_message(name: str, size: tuple[float, float, float], machine: MachineProfile, material: MaterialProfile,
                around_mm: float, measured_mm: float | None) -> str:
    """Why a body fits none of the blocks on this machine."""
    border = 2.0 * (around_mm + machine.holding.edge_margin_mm)
    offered = "; ".join(f"{b.x_mm:g} x {b.y_mm:g} x {block_thickness_mm(b, measured_mm):g} mm" for b in material.blocks)
    travel = machine.travel
    return (f"{name} measures {size[0]:.1f} x {size[1]:.1f} x {size[2]:.1f} mm and needs {border:.1f} mm more in x "
            f"and y for cutter and clamping; blocks of {material.material.id}: {offered}; {machine.machine.id} reaches "
            f"{travel.x_mm - travel.block_corner_x_mm:g} x {travel.y_mm - travel.block_corner_y_mm:g} mm from the "
            f"block's corner. Use a larger or thicker block, or a larger machine.")


Place = tuple[float, float, float]


def _size(bounds: tuple[Floats, Floats]) -> tuple[float, float, float]:
    low, high = bounds
    return float(high[0] - low[0]), float(high[1] - low[1]), float(high[2])


def _in_one(sizes: list[tuple[float, float, float]], block: Block, machine: MachineProfile, around: float,
            measured: float | None) -> list[Place] | None:
    """Lower corner (x, y) and rotation of each body's bounds in one block, None where they do not fit."""
    if max(s[2] for s in sizes) > block_thickness_mm(block, measured) + SLACK_MM:
        return None
    holding, travel = machine.holding, machine.travel
    border, gap = around + holding.edge_margin_mm, 2.0 * around + holding.gap_mm
    # The cutters leave the block by less than the border, so travel must reach its edges.
    if block.x_mm + travel.block_corner_x_mm > travel.x_mm or block.y_mm + travel.block_corner_y_mm > travel.y_mm:
        return None
    for turned in (False, True):
        wide = [(s[1], s[0]) if turned else (s[0], s[1]) for s in sizes]
        depth = sum(w[1] for w in wide) + gap * (len(wide) - 1)
        if max(w[0] for w in wide) + 2 * border > block.x_mm or depth + 2 * border > block.y_mm:
            continue
        y, places = (block.y_mm - depth) / 2.0, []
        for w in wide:
            places.append(((block.x_mm - w[0]) / 2.0, y, 90.0 if turned else 0.0))
            y += w[1] + gap
        return places
    return None


def _layout(block: Block, nominal: Nominal, places: list[Place], programs: list[int], measured: float | None) -> Layout:
    placements = []
    for k, (mesh, (x, y, turn)) in enumerate(zip(nominal.meshes, places, strict=True)):
        low, high = mesh.bounds_mm
        # Turned by 90 degrees, a point (x, y) goes to (-y, x): the new lower corner is (-high y, low x).
        corner = (-float(high[1]), float(low[0])) if turn else (float(low[0]), float(low[1]))
        offset = (round(x - corner[0], 3), round(y - corner[1], 3), 0.0)
        placements.append(Placement(k, mesh.name, offset, turn, False, programs[k]))
    thick = block_thickness_mm(block, measured)
    count = max(programs) + 1
    text = f"{count} block{'s' if count > 1 else ''} of {block.x_mm:g} x {block.y_mm:g} x {thick:g} mm"
    return Layout((block.x_mm, block.y_mm, thick), text, tuple(placements), count)
