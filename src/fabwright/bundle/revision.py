"""Whether the profiles a job was planned for are the ones it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabwright.bundle.reading import BundleContents
from fabwright.model import Check, Machine, Material, Status


def profile_checks(contents: BundleContents, machine: Machine, material: Material) -> tuple[Check, ...]:
    """One check each for machine and material: the digest of today's profile against the one in the manifest."""
    pairs: Mapping[str, tuple[str, str, Any]] = {
        "machine": (contents.machine_digest, machine.digest, machine.id),
        "material": (contents.material_digest, material.digest, material.id),
    }
    return tuple(_check(kind, *pair) for kind, pair in pairs.items())


def _check(kind: str, planned: str, present: str, name: str) -> Check:
    if planned == present:
        return Check(f"{kind} profile as planned", Status.PASS, f"{name} is the revision the job was planned for")
    return Check(f"{kind} profile as planned", Status.FAIL,
                 f"{name} has changed since the job was planned ({planned[:12]} then, {present[:12]} here); "
                 "make the job again")
