"""The settings of one print: the machine's process, the material's demands and the order's parameters, as one value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from fabwright.errors import UsageError

if TYPE_CHECKING:
    from fabwright.machines.fdm.schema import FilamentProfile, PrinterProfile
    from fabwright.model import Machine, Material

(EXTERNAL, PERIMETER, GAP, SOLID, TOP, INFILL, SKIRT, CUSTOM, OVERHANG, BRIDGE, SUPPORT, INTERFACE) = range(12)
# PrusaSlicer's `;TYPE:` names, which hosts and viewers know.
ROLES = ("External perimeter", "Perimeter", "Gap fill", "Solid infill", "Top solid infill", "Internal infill",
         "Skirt/Brim", "Custom", "Overhang perimeter", "Bridge infill", "Support material",
         "Support material interface")

INFILL_PATTERNS = ("rectilinear", "grid", "triangles", "gyroid", "honeycomb", "concentric", "lightning")
WALL_ORDERS = ("inner-outer", "outer-inner")
SEAMS = ("aligned", "rear", "sharpest", "nearest")
SUPPORTS = ("none", "grid", "tree")
BRIMS = ("none", "outer", "ears")
SEQUENCES = ("together", "one-at-a-time")


def bead_spacing_mm(width_mm: float, height_mm: float) -> float:
    """Distance at which beads of this width just fill a layer.

    The bead is a rectangle with half-round sides (the model of Slic3r and PrusaSlicer), so its area is spacing x
    height.
    """
    return width_mm - height_mm * (1.0 - math.pi / 4.0)


def bead_width_mm(spacing_mm: float, height_mm: float) -> float:
    """Inverse of `bead_spacing_mm`."""
    return spacing_mm + height_mm * (1.0 - math.pi / 4.0)


@dataclass(frozen=True, slots=True)
class PrintSettings:
    """Everything that decides the toolpath: lengths mm, speeds mm/s, temperatures degrees C, fractions 0..1."""

    layer_height_mm: float
    first_layer_height_mm: float
    line_width_mm: float
    first_layer_width_mm: float
    walls: int
    top_layers: int
    bottom_layers: int
    infill_density: float
    infill_pattern: str
    infill_overlap_mm: float
    infill_angle_deg: float
    skirt_loops: int
    skirt_distance_mm: float
    spacing_mm: float
    elephant_foot_mm: float
    external_mm_s: float
    perimeter_mm_s: float
    solid_mm_s: float
    top_mm_s: float
    infill_mm_s: float
    gap_mm_s: float
    skirt_mm_s: float
    first_layer_mm_s: float
    travel_mm_s: float
    travel_z_mm_s: float
    retraction_mm: float
    retraction_mm_s: float
    deretraction_mm_s: float
    min_travel_mm: float
    z_hop_mm: float
    max_flow_mm3_s: float
    nozzle_c: float
    first_layer_nozzle_c: float
    bed_c: float
    first_layer_bed_c: float
    fan_min: float
    fan_max: float
    fan_off_layers: int
    full_fan_layer: int
    fan_below_s: float
    min_layer_s: float
    min_speed_mm_s: float
    filament_mm: float
    density_g_cm3: float
    nozzle_mm: float
    # sections
    adaptive_layers: bool
    min_layer_height_mm: float
    max_layer_height_mm: float
    contour_growth_mm: float
    hole_growth_mm: float
    # walls
    wall_order: str
    seam: str
    vase: bool
    min_bead_mm: float
    max_bead_mm: float
    overhang_from_deg: float
    overhang_mm_s: float
    # skins and infill
    infill_every_layers: int
    solid_below_mm2: float
    bridge_flow: float
    bridge_min_mm2: float
    bridge_mm_s: float
    bridge_fan: float
    # supports and adhesion
    supports: str
    support_overhang_deg: float
    support_gap_z_mm: float
    support_gap_xy_mm: float
    support_density: float
    support_interface_layers: int
    support_interface_density: float
    support_branch_deg: float
    support_branch_mm: float
    support_bridge_mm: float
    support_mm_s: float
    interface_mm_s: float
    brim: str
    brim_mm: float
    brim_gap_mm: float
    brim_ear_deg: float
    raft_layers: int
    raft_gap_mm: float
    raft_expansion_mm: float
    # motion
    wipe_mm: float
    avoid_crossing: bool
    arc_fitting: bool
    pressure_advance_s: float
    external_mm_s2: float
    perimeter_mm_s2: float
    solid_mm_s2: float
    top_mm_s2: float
    infill_mm_s2: float
    bridge_mm_s2: float
    support_mm_s2: float
    first_layer_mm_s2: float
    travel_mm_s2: float
    sequence: str
    clearance_radius_mm: float
    clearance_height_mm: float
    pauses_mm: tuple[float, ...]

    @property
    def filament_area_mm2(self) -> float:
        """Cross-section of the filament."""
        return math.pi * self.filament_mm ** 2 / 4.0

    def width_mm(self, layer: int) -> float:
        """Bead width of a layer."""
        return self.first_layer_width_mm if layer == 0 else self.line_width_mm

    def height_mm(self, layer: int) -> float:
        """Thickness of a layer."""
        return self.first_layer_height_mm if layer == 0 else self.layer_height_mm

    def speed_mm_s(self, role: int) -> float:
        """Speed of a role before the first layer's, the flow's and the cooling's limits."""
        return (self.external_mm_s, self.perimeter_mm_s, self.gap_mm_s, self.solid_mm_s, self.top_mm_s,
                self.infill_mm_s, self.skirt_mm_s, self.skirt_mm_s, self.overhang_mm_s, self.bridge_mm_s,
                self.support_mm_s, self.interface_mm_s)[role]

    def acceleration_mm_s2(self, role: int) -> float:
        """Acceleration of a role above the first layer."""
        return (self.external_mm_s2, self.perimeter_mm_s2, self.perimeter_mm_s2, self.solid_mm_s2, self.top_mm_s2,
                self.infill_mm_s2, self.perimeter_mm_s2, self.perimeter_mm_s2, self.bridge_mm_s2, self.bridge_mm_s2,
                self.support_mm_s2, self.support_mm_s2)[role]

    @property
    def bridge_thread_mm(self) -> float:
        """Diameter of the round thread that a bridge is made of: nozzle times the root of the bridge flow (the model
        of Slic3r and PrusaSlicer)."""
        return self.nozzle_mm * math.sqrt(self.bridge_flow)

    def as_json(self) -> dict[str, Any]:
        """Flat JSON form, which travels in `Setup.parameters`."""
        return {**asdict(self), "pauses_mm": list(self.pauses_mm)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> PrintSettings:
        """Inverse of `as_json`; further keys are ignored."""
        values = {f.name: data[f.name] for f in fields(PrintSettings)}
        return PrintSettings(**{**values, "pauses_mm": tuple(float(z) for z in values["pauses_mm"])})


# What an order may set, with the range that makes sense on any printer; the machine narrows it further.
NUMBERS: dict[str, tuple[float, float]] = {
    "layer_height_mm": (0.05, 0.6), "first_layer_height_mm": (0.1, 0.6), "walls": (0, 20), "top_layers": (0, 50),
    "bottom_layers": (0, 50), "infill_density": (0.0, 1.0), "infill_angle_deg": (0.0, 360.0), "skirt_loops": (0, 10),
    "skirt_distance_mm": (1.0, 20.0), "z_hop_mm": (0.0, 2.0), "retraction_mm": (0.0, 10.0), "wipe_mm": (0.0, 10.0),
    "elephant_foot_mm": (0.0, 0.4), "contour_growth_mm": (-0.3, 0.3), "hole_growth_mm": (-0.3, 0.3),
    "spacing_mm": (2.0, 100.0), "overhang_from_deg": (0.0, 85.0), "overhang_mm_s": (5.0, 100.0),
    "bridge_mm_s": (5.0, 100.0), "bridge_flow": (0.5, 1.5), "infill_every_layers": (1, 8),
    "solid_below_mm2": (0.0, 500.0), "support_overhang_deg": (10.0, 85.0), "support_gap_z_mm": (0.0, 1.0),
    "support_gap_xy_mm": (0.1, 3.0), "support_density": (0.05, 0.6), "support_interface_layers": (0, 6),
    "support_interface_density": (0.2, 1.0), "brim_mm": (0.0, 30.0), "brim_gap_mm": (0.0, 2.0),
    "raft_layers": (0, 10), "pressure_advance_s": (0.0, 2.0),
}
WHOLE = ("walls", "top_layers", "bottom_layers", "skirt_loops", "infill_every_layers", "support_interface_layers",
         "raft_layers")
CHOICES: dict[str, tuple[str, ...]] = {
    "infill_pattern": INFILL_PATTERNS, "wall_order": WALL_ORDERS, "seam": SEAMS, "supports": SUPPORTS, "brim": BRIMS,
    "sequence": SEQUENCES,
}
FLAGS = ("adaptive_layers", "vase", "avoid_crossing", "arc_fitting")
# Heights at which the print pauses for another colour or material.
PAUSES = "pauses_mm"
PARAMETERS = tuple(sorted([*NUMBERS, *CHOICES, *FLAGS, PAUSES]))
# What other slicers call printing with several filaments, which is not made yet.
SEVERAL_MATERIALS = ("extruders", "filaments", "materials", "multi_material", "tools", "wipe_tower")
# Names that ask for Prusa's binary files (docs/decisions/0005-binary-gcode.md).
BINARY = ("binary", "binary_gcode", "bgcode")


def print_settings(machine: Machine, material: Material, parameters: Mapping[str, Any]) -> PrintSettings:
    """Merge machine, material and order; UsageError for a parameter that is unknown or out of range."""
    printer: PrinterProfile = machine.profile
    settings = _defaults(printer, material.profile)
    changes: dict[str, Any] = {}
    for name in sorted(parameters):
        changes[name] = _checked(name, parameters[name])
    settings = replace(settings, **changes)
    low, high = printer.process.min_layer_height_mm, printer.process.max_layer_height_mm
    for name in ("layer_height_mm", "first_layer_height_mm"):
        value = getattr(settings, name)
        if not low <= value <= high:
            raise UsageError(f"{name} {value} is outside what {machine.id} prints ({low} to {high} mm)")
    return settings


def _checked(name: str, value: Any) -> Any:
    if name in SEVERAL_MATERIALS:
        raise UsageError(f"{name}: printing with several materials and a wipe tower is not made yet; order one "
                         f"material, and set {PAUSES} to the heights at which a person changes it")
    if name in BINARY:
        raise UsageError(f"{name}: binary G-code (.bgcode) is not written, since no library for it could be relied on; "
                         "printers that take it take plain .gcode too")
    if name not in PARAMETERS:
        raise UsageError(f"unknown printing parameter {name!r}; known: {', '.join(PARAMETERS)}")
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise UsageError(f"{name} {value!r} is unknown; known: {', '.join(CHOICES[name])}")
        return value
    if name in FLAGS:
        if not isinstance(value, bool):
            raise UsageError(f"printing parameter {name} is {value!r}; it must be true or false")
        return value
    if name == PAUSES:
        return _heights(value)
    low, high = NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise UsageError(f"printing parameter {name} is {value!r}; it must be a number from {low} to {high}")
    if name in WHOLE:
        if value != int(value):
            raise UsageError(f"printing parameter {name} is {value!r}; it must be a whole number")
        return int(value)
    return float(value)


def _heights(value: Any) -> tuple[float, ...]:
    """Ascending heights above the bed, mm; one number stands for a list of one."""
    heights = [value] if isinstance(value, int | float) else value
    if not isinstance(heights, list | tuple) or not all(
            isinstance(z, int | float) and not isinstance(z, bool) and 0.0 < z < 10000.0 for z in heights):
        raise UsageError(f"printing parameter {PAUSES} is {value!r}; it must be a list of heights above 0, in mm")
    return tuple(sorted(float(z) for z in heights))


def _defaults(printer: PrinterProfile, filament: FilamentProfile) -> PrintSettings:
    process, speeds, extruder = printer.process, printer.speeds, printer.extruder
    heat, flow, cooling = filament.temperature, filament.flow, filament.cooling
    return PrintSettings(
        layer_height_mm=process.layer_height_mm, first_layer_height_mm=process.first_layer_height_mm,
        line_width_mm=process.line_width_mm, first_layer_width_mm=process.first_layer_width_mm, walls=process.walls,
        top_layers=process.top_layers, bottom_layers=process.bottom_layers, infill_density=process.infill_density,
        infill_pattern=process.infill_pattern, infill_overlap_mm=process.infill_overlap_mm, infill_angle_deg=45.0,
        skirt_loops=process.skirt_loops, skirt_distance_mm=process.skirt_distance_mm, spacing_mm=process.spacing_mm,
        elephant_foot_mm=process.elephant_foot_mm, external_mm_s=speeds.external_perimeter,
        perimeter_mm_s=speeds.perimeter, solid_mm_s=speeds.solid_infill, top_mm_s=speeds.top_solid_infill,
        infill_mm_s=speeds.internal_infill, gap_mm_s=speeds.gap_fill, skirt_mm_s=speeds.skirt,
        first_layer_mm_s=speeds.first_layer, travel_mm_s=speeds.travel, travel_z_mm_s=speeds.travel_z,
        retraction_mm=flow.retraction_mm or extruder.retraction_mm,
        retraction_mm_s=flow.retraction_mm_s or extruder.retraction_mm_s,
        deretraction_mm_s=flow.deretraction_mm_s or extruder.deretraction_mm_s,
        min_travel_mm=flow.min_travel_mm or extruder.min_travel_mm, z_hop_mm=extruder.z_hop_mm,
        max_flow_mm3_s=min(extruder.max_flow_mm3_s, flow.max_flow_mm3_s), nozzle_c=heat.nozzle_c,
        first_layer_nozzle_c=heat.first_layer_nozzle_c, bed_c=heat.bed_c, first_layer_bed_c=heat.first_layer_bed_c,
        fan_min=cooling.fan_min, fan_max=cooling.fan_max, fan_off_layers=cooling.fan_off_layers,
        full_fan_layer=cooling.full_fan_layer, fan_below_s=cooling.fan_below_s, min_layer_s=cooling.min_layer_s,
        min_speed_mm_s=cooling.min_speed_mm_s, filament_mm=extruder.filament_mm,
        density_g_cm3=filament.filament.density_g_cm3, nozzle_mm=extruder.nozzle_mm, adaptive_layers=False,
        min_layer_height_mm=process.min_layer_height_mm, max_layer_height_mm=process.max_layer_height_mm,
        contour_growth_mm=process.contour_growth_mm, hole_growth_mm=process.hole_growth_mm,
        **_shell_defaults(printer, filament), **_motion_defaults(printer, filament), **_support_defaults(printer))


def _shell_defaults(printer: PrinterProfile, filament: FilamentProfile) -> dict[str, Any]:
    walls, infill, speeds = printer.walls, printer.infill, printer.speeds
    return {"wall_order": walls.order, "seam": walls.seam, "vase": False, "min_bead_mm": walls.min_bead_mm,
            "max_bead_mm": walls.max_bead_mm, "overhang_from_deg": walls.overhang_from_deg,
            "overhang_mm_s": speeds.overhang_perimeter, "infill_every_layers": infill.every_layers,
            "solid_below_mm2": infill.solid_below_mm2, "bridge_flow": infill.bridge_flow,
            "bridge_min_mm2": infill.bridge_min_mm2, "bridge_mm_s": speeds.bridge,
            "bridge_fan": filament.cooling.bridge_fan}


def _motion_defaults(printer: PrinterProfile, filament: FilamentProfile) -> dict[str, Any]:
    gain, extruder = printer.accelerations, printer.extruder
    return {"wipe_mm": extruder.wipe_mm, "avoid_crossing": True, "arc_fitting": False,
            "pressure_advance_s": filament.flow.pressure_advance_s, "external_mm_s2": gain.external_perimeter,
            "perimeter_mm_s2": gain.perimeter, "solid_mm_s2": gain.solid_infill, "top_mm_s2": gain.top_solid_infill,
            "infill_mm_s2": gain.internal_infill, "bridge_mm_s2": gain.bridge, "support_mm_s2": gain.support,
            "first_layer_mm_s2": gain.first_layer, "travel_mm_s2": gain.travel, "sequence": "together",
            "clearance_radius_mm": extruder.clearance_radius_mm, "clearance_height_mm": extruder.clearance_height_mm,
            "pauses_mm": ()}


def _support_defaults(printer: PrinterProfile) -> dict[str, Any]:
    supports, adhesion, speeds = printer.supports, printer.adhesion, printer.speeds
    return {"supports": "none", "support_overhang_deg": supports.overhang_deg, "support_gap_z_mm": supports.gap_z_mm,
            "support_gap_xy_mm": supports.gap_xy_mm, "support_density": supports.density,
            "support_interface_layers": supports.interface_layers,
            "support_interface_density": supports.interface_density,
            "support_branch_deg": supports.branch_angle_deg, "support_branch_mm": supports.branch_diameter_mm,
            "support_bridge_mm": printer.limits.max_bridge_mm,
            "support_mm_s": speeds.support, "interface_mm_s": speeds.support_interface, "brim": "none",
            "brim_mm": adhesion.brim_mm, "brim_gap_mm": adhesion.brim_gap_mm, "brim_ear_deg": adhesion.ear_deg,
            "raft_layers": 0, "raft_gap_mm": adhesion.raft_gap_mm, "raft_expansion_mm": adhesion.raft_expansion_mm}
