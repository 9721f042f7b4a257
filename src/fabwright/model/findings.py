"""What a stage has to say about a part or a file: findings, checks and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: an ERROR refuses, a WARNING is shown, a NOTE is recorded."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured statement about a part or a file.

    `check` is a stable kebab-case identifier, `subject` the design, body, feature or `file:line` it is about,
    `message` one sentence, `source` where the limit comes from.
    """

    check: str
    severity: Severity
    subject: str
    message: str
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    remedy: str = ""
    source: str = ""

    def __str__(self) -> str:
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.subject}: {self.message}{remedy}"

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by manifests and `--json`."""
        return {
            "check": self.check, "severity": str(self.severity), "subject": self.subject, "message": self.message,
            "measured": self.measured, "limit": self.limit, "unit": self.unit, "remedy": self.remedy,
            "source": self.source,
        }


class Status(StrEnum):
    """Outcome of one check; UNKNOWN never counts as a pass."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a verdict: what was measured, against which limit, in which unit.

    A limit of None means "not set", which `message` then says. `lines` are 1-based line numbers of the first offences.
    """

    name: str
    status: Status
    message: str
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    source: str = ""
    lines: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by manifests and `--json`."""
        return {
            "name": self.name, "status": str(self.status), "message": self.message, "measured": self.measured,
            "limit": self.limit, "unit": self.unit, "source": self.source, "lines": list(self.lines),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading the written file back has shown.

    `figures` are plain measured numbers (unit in the key: `time_s`, `filament_g`, `gouge_max_mm`), the price drivers
    among them; `not_checked` says in sentences what this verdict does not vouch for.
    """

    checks: tuple[Check, ...]
    figures: Mapping[str, float] = field(default_factory=dict)
    not_checked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True when there is at least one check and every check passed; unknown is not a pass."""
        return bool(self.checks) and all(c.status is Status.PASS for c in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not pass, in order."""
        return tuple(c for c in self.checks if c.status is not Status.PASS)

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by manifests and `--json`."""
        return {
            "passed": self.passed,
            "checks": [c.as_json() for c in self.checks],
            "figures": {k: self.figures[k] for k in sorted(self.figures)},
            "not_checked": list(self.not_checked),
        }
