"""The product: what a design builds, and the same thing once inspected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabwright.errors import InternalError
from fabwright.model.findings import Finding, Severity
from fabwright.model.shapes import FlatPart, Mesh


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came in as the value of an option, identified by its content."""

    name: str
    data: bytes = field(repr=False)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A release with checked options: the canonical order a customer placed.

    `options` are the canonical JSON-able values (defaults filled in), `digest` is the SHA-256 of release identity and
    canonical options, `typed` the design's own options object for its `build`.
    """

    design: str
    version: str
    options: Mapping[str, Any]
    digest: str
    typed: Any = field(compare=False, repr=False, default=None)
    attachments: tuple[Attachment, ...] = field(compare=False, default=())


@dataclass(frozen=True, slots=True)
class Fits:
    """Diametral clearances in mm that this machine and material need for each kind of fit, with their source."""

    press_mm: float
    snug_mm: float
    slide_mm: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """What a design may know of how it will be made: nothing here is a constant in a design.

    `form` is "solid" or "sheet": the shape of part that the class of machine works on. `stock_thickness_mm` is the
    measured sheet or block thickness, None for classes without stock. `kerf_mm` is the full cut width (for
    information: the toolpath owns compensation). `hole_compensation_mm` is to be added to the diameter of every
    round hole. `min_inner_radius_mm` is the smallest vertical inside corner the tool can leave (0 if any).
    """

    machine_class: str
    process: str
    form: str
    material: str
    fits: Fits
    hole_compensation_mm: float = 0.0
    stock_thickness_mm: float | None = None
    kerf_mm: float = 0.0
    min_wall_mm: float = 0.0
    min_inner_radius_mm: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by manifests."""
        return {
            "machine_class": self.machine_class, "process": self.process, "form": self.form, "material": self.material,
            "fits": {"press_mm": self.fits.press_mm, "snug_mm": self.fits.snug_mm, "slide_mm": self.fits.slide_mm,
                     "source": self.fits.source},
            "hole_compensation_mm": self.hole_compensation_mm, "stock_thickness_mm": self.stock_thickness_mm,
            "kerf_mm": self.kerf_mm, "min_wall_mm": self.min_wall_mm,
            "min_inner_radius_mm": self.min_inner_radius_mm,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One solid to be made. `solid` is a CadQuery shape holding exactly one closed solid, in the design frame.

    `making_rotation_deg` turns it (about x, then y, then z) into the attitude in which it is made, e.g. a lid upside
    down. `role` tells bodies apart for the plan ("main" unless the design says otherwise).
    """

    name: str
    solid: Any
    making_rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    role: str = "main"
    expected_bounds_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A modifier: where its solid overlaps the body named `body`, that body is made with these settings.

    `solid` is a CadQuery shape in the design frame; it may reach beyond the body. `settings` are names and values of
    the class that makes the part, which refuses those it does not know; later zones win over earlier ones.
    """

    name: str
    solid: Any
    body: str
    settings: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CriticalDimension:
    """A dimension the hub measures on the finished part: nominal value, plus and minus tolerance, and how.

    `minus` is given as a positive number; the allowed range is nominal - minus .. nominal + plus.
    """

    name: str
    nominal: float
    plus: float
    minus: float
    unit: str
    method: str
    body: str = ""

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by manifests."""
        return {"name": self.name, "nominal": self.nominal, "plus": self.plus, "minus": self.minus,
                "unit": self.unit, "method": self.method, "body": self.body}


@dataclass(frozen=True, slots=True)
class Datum:
    """A named reference frame on the part: origin in mm, x and z axes as unit vectors, in the design frame."""

    name: str
    origin_mm: tuple[float, float, float]
    x_axis: tuple[float, float, float] = (1.0, 0.0, 0.0)
    z_axis: tuple[float, float, float] = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Hardware:
    """A bought-in item that the assembled product needs (screw, heat-set insert, magnet)."""

    name: str
    quantity: int
    use: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a design's `build` returns: solids to be printed or machined, and/or flat parts to be cut from sheet.

    `findings` are the design's own doubts (notes and warnings); a part that must not be made raises instead.
    """

    bodies: tuple[Body, ...] = ()
    sheets: tuple[FlatPart, ...] = ()
    datums: tuple[Datum, ...] = ()
    critical_dimensions: tuple[CriticalDimension, ...] = ()
    hardware: tuple[Hardware, ...] = ()
    findings: tuple[Finding, ...] = ()
    assembly: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NominalZone:
    """A zone as a mesh in the making attitude and place of body `body` (index into `Nominal.meshes`)."""

    mesh: Mesh
    body: int
    settings: Mapping[str, str | float]


@dataclass(frozen=True, slots=True, eq=False)
class Nominal:
    """The geometry a program is judged against: meshes of the bodies as made and the flat parts.

    This is all of a part that travels in a bundle. Meshes are in the making attitude (rotation applied), resting on
    z = 0, x and y as in the rotated design frame.
    """

    meshes: tuple[Mesh, ...] = ()
    sheets: tuple[FlatPart, ...] = ()
    zones: tuple[NominalZone, ...] = ()


_SEAL = object()


@dataclass(frozen=True, slots=True, eq=False)
class CheckedPart:
    """A part that has passed inspection; only the inspect stage can make one (through `seal`)."""

    part: Part
    nominal: Nominal
    findings: tuple[Finding, ...]
    _seal: object = field(repr=False, default=None)

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise InternalError("a CheckedPart is made by the inspect stage only")
        if any(f.severity is Severity.ERROR for f in self.findings):
            raise InternalError("a part with an error finding cannot be a CheckedPart")

    @staticmethod
    def seal(part: Part, nominal: Nominal, findings: tuple[Finding, ...]) -> CheckedPart:
        """The inspect stage's constructor."""
        return CheckedPart(part, nominal, findings, _SEAL)
