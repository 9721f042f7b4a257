"""What a printer's and a filament's profile hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from fabwright.machines.fdm.settings import INFILL_PATTERNS, SEAMS, WALL_ORDERS
from fabwright.machines.profile import MachineHead, MaterialHead, Sourced, Table

Point = tuple[float, float]


class Bed(Sourced):
    """Printable rectangle and height in bed coordinates, and how far the nozzle can travel, mm."""

    low_mm: Point
    high_mm: Point
    height_mm: float = Field(gt=0)
    travel_low_mm: tuple[float, float, float]
    travel_high_mm: tuple[float, float, float]
    park_mm: Point
    larger_machine: str = ""


class Motion(Sourced):
    """Speeds in mm/s and accelerations in mm/s2 that the firmware allows.

    `corner_rule` says how the firmware limits speed at corners: "jerk" (classic jerk per axis, `corner_mm_s` in x and
    y, `z_corner_mm_s`, `e_corner_mm_s`), "instant" (RepRapFirmware's, by the same figures), "junction" (Marlin's
    junction deviation, `junction_mm`) or "square" (Klipper's square-corner velocity, `corner_mm_s`).
    `one_acceleration` is for firmware that takes one acceleration for printing and for travel."""

    max_xy_mm_s: float = Field(gt=0)
    max_z_mm_s: float = Field(gt=0)
    max_e_mm_s: float = Field(gt=0)
    acceleration_mm_s2: float = Field(gt=0)
    travel_acceleration_mm_s2: float = Field(gt=0)
    z_acceleration_mm_s2: float = Field(gt=0)
    e_acceleration_mm_s2: float = Field(gt=0)
    corner_mm_s: float = Field(gt=0)
    corner_rule: Literal["jerk", "instant", "junction", "square"]
    z_corner_mm_s: float = Field(gt=0)
    e_corner_mm_s: float = Field(gt=0)
    junction_mm: float = Field(gt=0)
    one_acceleration: bool = False


class Accelerations(Sourced):
    """Acceleration that the program asks for per role, mm/s2; all at most the firmware's."""

    external_perimeter: float = Field(gt=0)
    perimeter: float = Field(gt=0)
    solid_infill: float = Field(gt=0)
    top_solid_infill: float = Field(gt=0)
    internal_infill: float = Field(gt=0)
    bridge: float = Field(gt=0)
    support: float = Field(gt=0)
    first_layer: float = Field(gt=0)
    travel: float = Field(gt=0)


class Extruder(Sourced):
    """Hot end and drive: nozzle and filament diameter mm, limits in degrees C and mm3/s, retraction.

    `home_nozzle_c` is the nozzle temperature at which the machine homes and probes (0: cold)."""

    nozzle_mm: float = Field(gt=0)
    filament_mm: float = Field(gt=0)
    max_nozzle_c: float
    max_bed_c: float
    home_nozzle_c: float
    min_extrude_c: float
    max_flow_mm3_s: float = Field(gt=0)
    retraction_mm: float = Field(ge=0)
    retraction_mm_s: float = Field(gt=0)
    deretraction_mm_s: float = Field(gt=0)
    min_travel_mm: float = Field(ge=0)
    z_hop_mm: float = Field(ge=0)
    max_e_only_mm: float = Field(gt=0)
    wipe_mm: float = Field(ge=0)
    clearance_radius_mm: float = Field(gt=0)
    clearance_height_mm: float = Field(gt=0)


class Process(Sourced):
    """Default process: heights and widths in mm, counts, density as a fraction."""

    layer_height_mm: float
    first_layer_height_mm: float
    min_layer_height_mm: float
    max_layer_height_mm: float
    line_width_mm: float
    first_layer_width_mm: float
    walls: int
    top_layers: int
    bottom_layers: int
    infill_density: float
    infill_pattern: str
    infill_overlap_mm: float
    skirt_loops: int
    skirt_distance_mm: float
    spacing_mm: float
    elephant_foot_mm: float
    contour_growth_mm: float = 0.0
    hole_growth_mm: float = 0.0


class Walls(Sourced):
    """How walls are laid: order and seam by name, widths in mm, angles from the vertical in degrees.

    Walls leaning more than `overhang_from_deg` slow down, to the speed of overhangs where they lie in the air."""

    order: str
    seam: str
    min_bead_mm: float = Field(gt=0)
    max_bead_mm: float = Field(gt=0)
    overhang_from_deg: float = Field(ge=0, lt=90)


class Infill(Sourced):
    """How the inside is filled besides pattern and density: `solid_below_mm2` makes small areas solid, bridges flow
    `bridge_flow` times a round thread of the nozzle's diameter."""

    every_layers: int = Field(ge=1)
    solid_below_mm2: float = Field(ge=0)
    bridge_flow: float = Field(gt=0.3, le=1.5)
    bridge_min_mm2: float = Field(ge=0)


class Supports(Sourced):
    """Supports: overhangs steeper than `overhang_deg` from the vertical; gaps and widths in mm; density as fraction of
    full lines; `interface_layers` at `interface_density`; branches of a tree widen by `branch_angle_deg`."""

    overhang_deg: float = Field(gt=0, lt=90)
    gap_z_mm: float = Field(ge=0)
    gap_xy_mm: float = Field(gt=0)
    density: float = Field(gt=0, le=1)
    interface_layers: int = Field(ge=0)
    interface_density: float = Field(gt=0, le=1)
    branch_angle_deg: float = Field(gt=0, lt=60)
    branch_diameter_mm: float = Field(gt=0)


class Adhesion(Sourced):
    """Brim and raft: widths and gaps in mm; ears are brims at outward corners sharper than `ear_deg`."""

    brim_mm: float = Field(ge=0)
    brim_gap_mm: float = Field(ge=0)
    ear_deg: float = Field(gt=0, lt=180)
    raft_gap_mm: float = Field(ge=0)
    raft_expansion_mm: float = Field(ge=0)


class Speeds(Sourced):
    """Speed per role, mm/s."""

    external_perimeter: float
    perimeter: float
    solid_infill: float
    top_solid_infill: float
    internal_infill: float
    gap_fill: float
    skirt: float
    first_layer: float
    travel: float
    travel_z: float
    overhang_perimeter: float
    bridge: float
    support: float
    support_interface: float


class Fitting(Sourced):
    """Diametral clearances and hole compensation, mm; `print_tolerance_*` is what the process holds."""

    press_mm: float
    snug_mm: float
    slide_mm: float
    hole_compensation_mm: float


class Limits(Sourced):
    """Design limits: sizes in mm, angles from the vertical in degrees, ratios plain."""

    min_wall_mm: float
    min_hole_mm: float
    min_pin_mm: float
    min_gap_mm: float
    min_detail_mm: float
    max_overhang_deg: float
    refuse_overhang_deg: float
    max_bridge_mm: float
    refuse_bridge_mm: float
    refuse_cantilever_mm: float
    min_contact_mm2: float
    max_slenderness: float


class Tolerances(Sourced):
    """What the written file may differ from the solid by before its verdict fails; a void may be `void_mm2` and
    `void_pct` of its layer's section."""

    area_pct: float
    volume_pct: float
    void_mm2: float
    void_pct: float
    outside_mm2: float
    open_mm2: float
    flow_pct: float
    unsupported_mm2: float


class PrinterProfile(Table):
    """A printer."""

    machine: MachineHead
    controller: dict[str, str | bool | int | float]
    bed: Bed
    motion: Motion
    extruder: Extruder
    process: Process
    walls: Walls
    infill: Infill
    supports: Supports
    adhesion: Adhesion
    speeds: Speeds
    accelerations: Accelerations
    fits: Fitting
    limits: Limits
    tolerances: Tolerances

    @model_validator(mode="after")
    def _consistent(self) -> PrinterProfile:
        if "source" not in self.controller:
            raise ValueError("[controller] needs a source")
        low, high = self.bed.low_mm, self.bed.high_mm
        if not (low[0] < high[0] and low[1] < high[1]):
            raise ValueError("[bed] low_mm must lie below high_mm")
        inside = all(t0 <= b0 and b1 <= t1 for t0, b0, b1, t1 in zip(
            self.bed.travel_low_mm, low, high, self.bed.travel_high_mm, strict=False))
        if not inside:
            raise ValueError("[bed] the printable rectangle must lie inside the travel")
        for table, name, value, known in (("process", "infill_pattern", self.process.infill_pattern, INFILL_PATTERNS),
                                          ("walls", "order", self.walls.order, WALL_ORDERS),
                                          ("walls", "seam", self.walls.seam, SEAMS)):
            if value not in known:
                raise ValueError(f"[{table}] {name} must be one of {', '.join(known)}")
        return self


class Filament(Sourced):
    """What it is: type as slicers name it, colour as #RRGGBB, density g/cm3."""

    type: str
    colour: str = Field(pattern=r"^#[0-9A-Fa-f]{6}$")
    density_g_cm3: float = Field(gt=0)


class Temperatures(Sourced):
    """Working temperatures and the window that the material stands, degrees C."""

    nozzle_c: float
    first_layer_nozzle_c: float
    bed_c: float
    first_layer_bed_c: float
    nozzle_min_c: float
    nozzle_max_c: float
    bed_min_c: float
    bed_max_c: float


class Flow(Sourced):
    """What can be melted, mm3/s; retraction of this material where it overrides the machine's (0: does not)."""

    max_flow_mm3_s: float = Field(gt=0)
    retraction_mm: float = 0.0
    retraction_mm_s: float = 0.0
    deretraction_mm_s: float = 0.0
    min_travel_mm: float = 0.0
    pressure_advance_s: float = Field(default=0.0, ge=0, le=2)


class Cooling(Sourced):
    """Part fan as fractions; layers counted from the bed; times in s, speed in mm/s."""

    fan_min: float = Field(ge=0, le=1)
    fan_max: float = Field(ge=0, le=1)
    fan_off_layers: int
    full_fan_layer: int
    fan_below_s: float
    min_layer_s: float
    min_speed_mm_s: float
    bridge_fan: float = Field(ge=0, le=1)


class Shrink(Sourced):
    """Linear shrink, percent, and the diametral clearance this material needs on top of the machine's fits, mm."""

    low_pct: float
    high_pct: float
    extra_clearance_mm: float


class FilamentProfile(Table):
    """A filament."""

    material: MaterialHead
    filament: Filament
    temperature: Temperatures
    flow: Flow
    cooling: Cooling
    shrink: Shrink

    @model_validator(mode="after")
    def _consistent(self) -> FilamentProfile:
        t = self.temperature
        if not all(t.nozzle_min_c <= c <= t.nozzle_max_c for c in (t.nozzle_c, t.first_layer_nozzle_c)):
            raise ValueError("[temperature] nozzle temperatures must lie in the material's window")
        if not all(t.bed_min_c <= c <= t.bed_max_c for c in (t.bed_c, t.first_layer_bed_c)):
            raise ValueError("[temperature] bed temperatures must lie in the material's window")
        return self
