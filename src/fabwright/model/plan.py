"""A plan: the setup on the machine and the ordered operations of one job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one body or flat part lies in program coordinates: turned about z by `rotation_deg`, then moved.

    `of` is the index into `Nominal.meshes` (or `.sheets` where `sheet` is true). The part's own coordinates are those
    of `Nominal`. A pure mirror is never allowed.
    """

    of: int
    name: str
    offset_mm: tuple[float, float, float]
    rotation_deg: float = 0.0
    sheet: bool = False
    program: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """The raw piece in program coordinates: lower corner and size, mm; `description` is what the hub fetches."""

    origin_mm: tuple[float, float, float]
    size_mm: tuple[float, float, float]
    description: str


@dataclass(frozen=True, slots=True)
class SetupTool:
    """One line of the setup sheet's tool list; `data` holds the figures the verification needs (diameter_mm, ...)."""

    number: int
    description: str
    data: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """How the job lies on the machine: everything a hub sets by hand and everything verification needs, as data.

    `zero` says in words where the technician sets the work zero; `work_offset_mm` is that point in machine
    coordinates. `parameters` are JSON-able planning parameters (layer_height_mm, stepover_mm, ...).
    """

    placements: tuple[Placement, ...]
    zero: str
    work_offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stock: Stock | None = None
    tools: tuple[SetupTool, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Lossless JSON form."""
        stock = None if self.stock is None else {
            "origin_mm": list(self.stock.origin_mm), "size_mm": list(self.stock.size_mm),
            "description": self.stock.description}
        return {
            "placements": [{"of": p.of, "name": p.name, "offset_mm": list(p.offset_mm),
                            "rotation_deg": p.rotation_deg, "sheet": p.sheet, "program": p.program}
                           for p in self.placements],
            "zero": self.zero, "work_offset_mm": list(self.work_offset_mm), "stock": stock,
            "tools": [{"number": t.number, "description": t.description, "data": dict(t.data)} for t in self.tools],
            "parameters": dict(self.parameters), "notes": list(self.notes),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Setup:
        """Inverse of `as_json`."""
        def triple(v: Any) -> tuple[float, float, float]:
            return float(v[0]), float(v[1]), float(v[2])
        s = data["stock"]
        stock = None if s is None else Stock(triple(s["origin_mm"]), triple(s["size_mm"]), s["description"])
        return Setup(
            placements=tuple(Placement(int(p["of"]), p["name"], triple(p["offset_mm"]), float(p["rotation_deg"]),
                                       bool(p["sheet"]), int(p["program"])) for p in data["placements"]),
            zero=data["zero"], work_offset_mm=triple(data["work_offset_mm"]), stock=stock,
            tools=tuple(SetupTool(int(t["number"]), t["description"], dict(t["data"])) for t in data["tools"]),
            parameters=dict(data["parameters"]), notes=tuple(data["notes"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Setup plus the class's own ordered operations (frozen dataclasses of that class)."""

    machine_class: str
    setup: Setup
    operations: tuple[Any, ...]
    context: Any = None
