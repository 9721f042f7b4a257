"""What a printer's and a filament's profile hold."""

from __future__ import annotations

from pydantic import Field, model_validator

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
    """Speeds in mm/s and accelerations in mm/s2 that the firmware allows; `corner_mm_s` is its jerk or square-corner
    velocity."""

    max_xy_mm_s: float = Field(gt=0)
    max_z_mm_s: float = Field(gt=0)
    max_e_mm_s: float = Field(gt=0)
    acceleration_mm_s2: float = Field(gt=0)
    travel_acceleration_mm_s2: float = Field(gt=0)
    z_acceleration_mm_s2: float = Field(gt=0)
    e_acceleration_mm_s2: float = Field(gt=0)
    corner_mm_s: float = Field(gt=0)


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
    speeds: Speeds
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
        if self.process.infill_pattern not in ("rectilinear", "grid"):
            raise ValueError("[process] infill_pattern must be rectilinear or grid")
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


class Cooling(Sourced):
    """Part fan as fractions; layers counted from the bed; times in s, speed in mm/s."""

    fan_min: float = Field(ge=0, le=1)
    fan_max: float = Field(ge=0, le=1)
    fan_off_layers: int
    full_fan_layer: int
    fan_below_s: float
    min_layer_s: float
    min_speed_mm_s: float


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
