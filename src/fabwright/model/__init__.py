"""The vocabulary: frozen values with units in their names. Imports nothing of ours but the error tree."""

from fabwright.model.digests import bytes_digest, value_digest
from fabwright.model.engine import EngineRequest
from fabwright.model.findings import Check, Finding, Severity, Status, Verdict
from fabwright.model.job import Job
from fabwright.model.machine import (
    CompilesKernels,
    DrawsLayers,
    ForeignEngines,
    HonoursZones,
    Machine,
    MachineClass,
    Material,
)
from fabwright.model.numbers import canonical_json, number_text, plain
from fabwright.model.part import (
    Attachment,
    Body,
    CheckedPart,
    CriticalDimension,
    Datum,
    Fits,
    Hardware,
    Making,
    Nominal,
    NominalZone,
    Part,
    Variant,
    Zone,
)
from fabwright.model.plan import Placement, Plan, Setup, SetupTool, Stock
from fabwright.model.shapes import Contour, FlatPart, Floats, Ints, Mesh
from fabwright.model.toolpath import (
    Acceleration,
    AirAssist,
    BeamOff,
    BeamOn,
    BedTemperature,
    Dialect,
    Dwell,
    Event,
    Fan,
    Home,
    LayerStart,
    MotorsOff,
    MoveKind,
    Moves,
    NozzleTemperature,
    ObjectEnd,
    ObjectStart,
    Pause,
    PressureAdvance,
    Program,
    ProgramFile,
    Progress,
    Remark,
    RoleStart,
    SpindleOff,
    SpindleOn,
    Thumbnail,
    ToolChange,
    Toolpath,
    ToolpathFile,
)
from fabwright.model.trace import ControllerState, Happening, Trace

__all__ = [
    "Acceleration", "AirAssist", "Attachment", "BeamOff", "BeamOn", "BedTemperature", "Body", "Check",
    "CheckedPart", "CompilesKernels", "Contour", "ControllerState", "CriticalDimension", "Datum", "Dialect",
    "DrawsLayers", "Dwell", "EngineRequest", "Event", "Fan", "Finding", "Fits", "FlatPart", "Floats",
    "ForeignEngines", "Happening", "Hardware", "Home", "HonoursZones", "Ints", "Job", "LayerStart", "Machine",
    "MachineClass", "Making", "Material", "Mesh", "MotorsOff", "MoveKind", "Moves", "Nominal", "NominalZone",
    "NozzleTemperature", "ObjectEnd", "ObjectStart", "Part", "Pause", "Placement", "Plan", "PressureAdvance",
    "Program", "ProgramFile", "Progress", "Remark", "RoleStart", "Setup", "SetupTool", "Severity", "SpindleOff",
    "SpindleOn", "Status", "Stock", "Thumbnail", "ToolChange", "Toolpath", "ToolpathFile", "Trace", "Variant",
    "Verdict", "Zone", "bytes_digest", "canonical_json", "number_text", "plain", "value_digest",
]
