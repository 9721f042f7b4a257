"""A job: everything a hub needs, as named files with their digests, and the verdict on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabwright.model.findings import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A verified job. `id` is the digest of its inputs (release, options, machine, material, parameters, toolchain).

    `files` maps relative names (`programs/...`, `geometry/...`, `manifest.json`, ...) to bytes, in name order;
    `manifest` is the parsed `manifest.json`.
    """

    id: str
    name: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes] = field(repr=False)
    verdict: Verdict

    @property
    def programs(self) -> tuple[str, ...]:
        """Names of the program files, in the order they are run."""
        return tuple(p["file"] for p in self.manifest["programs"])

    @property
    def price_drivers(self) -> Mapping[str, float]:
        """The measured figures a price is made from: machine time, material, stock."""
        return self.verdict.figures
