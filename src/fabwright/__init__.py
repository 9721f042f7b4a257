"""Fabwright: a versioned parametric design and a customer's options become a verified job for the machine at hand.

    import fabwright as fw
    variant = fw.open_catalogue().get("insole").configure({"eu_size": 42, "side": "left"})
    job = variant.make(machine="prusa-mk4s", material="tpu-95a")

Names are loaded on first use, so that importing the package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fabwright.api import Catalogue, Design, Job, Variant, open_catalogue
    from fabwright.errors import (
        BuildError,
        BundleError,
        ClassRefusedError,
        FabwrightError,
        InputFileError,
        InspectionError,
        InternalError,
        OptionErrors,
        OptionProblem,
        PlanError,
        PostError,
        RefusedError,
        ReplayError,
        StoreError,
        UnknownNameError,
        UsageError,
        VerificationError,
    )
    from fabwright.model import Attachment, Check, Finding, Machine, Material, Severity, Status, Verdict

_API = ("Catalogue", "Design", "Job", "Variant", "open_catalogue")
_ERRORS = (
    "BuildError", "BundleError", "ClassRefusedError", "FabwrightError", "InputFileError", "InspectionError",
    "InternalError", "OptionErrors", "OptionProblem", "PlanError", "PostError", "RefusedError", "ReplayError",
    "StoreError", "UnknownNameError", "UsageError", "VerificationError",
)
_MODEL = ("Attachment", "Check", "Finding", "Machine", "Material", "Severity", "Status", "Verdict")
_HOMES = (dict.fromkeys(_API, "fabwright.api") | dict.fromkeys(_ERRORS, "fabwright.errors")
          | dict.fromkeys(_MODEL, "fabwright.model"))

__all__ = [
    "Attachment", "BuildError", "BundleError", "Catalogue", "Check", "ClassRefusedError", "Design", "FabwrightError",
    "Finding", "InputFileError", "InspectionError", "InternalError", "Job", "Machine", "Material", "OptionErrors",
    "OptionProblem", "PlanError", "PostError", "RefusedError", "ReplayError", "Severity", "Status", "StoreError",
    "UnknownNameError", "UsageError", "Variant", "Verdict", "VerificationError", "__version__", "open_catalogue",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fabwright' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
