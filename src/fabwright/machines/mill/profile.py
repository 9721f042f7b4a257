"""Schemas of machine and material profiles: every table of figures names its source."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from fabwright.machines.profile import MachineHead, MaterialHead, Sourced, Table


class Controller(Sourced):
    """Settings handed to the writer and to the reader of programs as they stand."""

    coord_decimals: int = Field(default=3, ge=2, le=4)
    feed_decimals: int = Field(default=0, ge=0, le=3)
    tool_changer: bool
    homed: bool
    s_max: float | None = Field(default=None, gt=0)
    rpm_max: float | None = Field(default=None, gt=0)
    path_tolerance_mm: float | None = Field(default=None, gt=0)

    @property
    def rounding_mm(self) -> float:
        """Largest error of a written coordinate."""
        return float(0.5 * 10.0**-self.coord_decimals)


class Travel(Sourced):
    """Reach of the axes. `nose_*` is the height of the spindle's nose above the bed; `block_corner_*` is where the
    block's front left corner lies, from the front left end of travel."""

    x_mm: float = Field(gt=0)
    y_mm: float = Field(gt=0)
    nose_low_mm: float = Field(ge=0)
    nose_high_mm: float = Field(gt=0)
    block_corner_x_mm: float = Field(ge=0)
    block_corner_y_mm: float = Field(ge=0)


class Motion(Sourced):
    """What the axes can do; feeds and rapids in mm/min, accelerations in mm/s2."""

    feed_max_xy_mm_min: float = Field(gt=0)
    feed_max_z_mm_min: float = Field(gt=0)
    rapid_xy_mm_min: float = Field(gt=0)
    rapid_z_mm_min: float = Field(gt=0)
    acceleration_xy_mm_s2: float = Field(gt=0)
    acceleration_z_mm_s2: float = Field(gt=0)
    junction_deviation_mm: float = Field(gt=0)
    tool_change_s: float = Field(ge=0)


class Spindle(Sourced):
    """Speed range and the time to reach speed."""

    rpm_min: float = Field(gt=0)
    rpm_max: float = Field(gt=0)
    spin_up_s: float = Field(gt=0)


class Holding(Sourced):
    """How far the tool stays from what it must not meet."""

    clearance_mm: float = Field(gt=0)
    edge_margin_mm: float = Field(ge=0)
    gap_mm: float = Field(ge=0)
    spoilboard_mm: float = Field(ge=0)


class Tool(Sourced):
    """One cutter as it sits in its holder. `stickout_mm` is tip to holder, `flute_mm` the cutting length."""

    number: int = Field(ge=1)
    title: str
    kind: Literal["flat", "ball"]
    diameter_mm: float = Field(gt=0)
    flute_mm: float = Field(gt=0)
    stickout_mm: float = Field(gt=0)
    shank_mm: float = Field(gt=0)
    holder_mm: float = Field(gt=0)
    flutes: int = Field(ge=1)
    rpm_max: float = Field(gt=0)


class MachineProfile(Table):
    """A machine profile document."""

    machine: MachineHead
    controller: Controller
    travel: Travel
    motion: Motion
    spindle: Spindle
    holding: Holding
    tools: tuple[Tool, ...] = Field(min_length=1)


class Properties(Sourced):
    """Of the material itself."""

    density_g_cm3: float = Field(gt=0)


class Block(Sourced):
    """A size of raw block that the hub keeps."""

    x_mm: float = Field(gt=0)
    y_mm: float = Field(gt=0)
    z_mm: float = Field(gt=0)


class ChipLoad(Table):
    """Feed per tooth at one tool diameter: the window and the value planned."""

    diameter_mm: float = Field(gt=0)
    low_mm: float = Field(gt=0)
    use_mm: float = Field(gt=0)
    high_mm: float = Field(gt=0)


class Cutting(Sourced):
    """Speeds: surface speed, feed per tooth by diameter, and how the tool may enter."""

    surface_speed_m_min: float = Field(gt=0)
    chip_load: tuple[ChipLoad, ...] = Field(min_length=1)
    plunge_share: float = Field(gt=0, le=1)
    ramp_deg: float = Field(gt=0, le=45)
    depth_per_diameter_max: float = Field(gt=0)


class Roughing(Sourced):
    """Clearing in levels; `allowance_mm` is left on every surface for finishing."""

    stepdown_mm: float = Field(gt=0)
    stepover_share: float = Field(gt=0, le=0.7)
    allowance_mm: float = Field(gt=0)


class Finishing(Sourced):
    """`scallop_mm` is the ridge left between passes; `wall_stepdown_mm` the height cut at once along a wall."""

    scallop_mm: float = Field(gt=0)
    wall_stepdown_mm: float = Field(gt=0)


class Release(Sourced):
    """How the part stays in the block until it is taken out by hand: a skin under everything, or tabs."""

    kind: Literal["skin", "tabs"]
    skin_mm: float = Field(default=0.0, ge=0)
    tab_height_mm: float = Field(default=0.0, ge=0)
    tab_width_mm: float = Field(default=0.0, ge=0)
    tab_spacing_mm: float = Field(default=0.0, ge=0)
    overcut_mm: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _holds(self) -> Release:
        if self.kind == "skin" and self.skin_mm <= 0:
            raise ValueError("a skin needs skin_mm above 0, or nothing holds the part")
        if self.kind == "tabs" and min(self.tab_height_mm, self.tab_width_mm, self.tab_spacing_mm) <= 0:
            raise ValueError("tabs need tab_height_mm, tab_width_mm and tab_spacing_mm above 0, or nothing holds the "
                             "part")
        return self


class Limits(Sourced):
    """What the finished part may deviate by, and what inspection accepts."""

    gouge_mm: float = Field(gt=0)
    excess_mm: float = Field(gt=0)
    excess_p99_mm: float = Field(gt=0)
    outline_mm: float = Field(gt=0)
    wall_min_mm: float = Field(gt=0)


class FitTable(Sourced):
    """Diametral clearances."""

    press_mm: float
    snug_mm: float
    slide_mm: float


class MaterialProfile(Table):
    """A material profile document."""

    material: MaterialHead
    properties: Properties
    blocks: tuple[Block, ...] = Field(min_length=1)
    cutting: Cutting
    roughing: Roughing
    finishing: Finishing
    release: Release
    limits: Limits
    fits: FitTable

    @model_validator(mode="after")
    def _one_thickness(self) -> MaterialProfile:
        if len({b.z_mm for b in self.blocks}) > 1:
            raise ValueError("blocks of one material profile share one thickness; write a profile per thickness")
        return self
