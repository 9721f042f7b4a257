"""What the reader has to say about a program: bounded lists of findings."""

from __future__ import annotations

from fabwright.model.findings import Finding, Severity
from fabwright.replay.limits import FINDINGS_LISTED


class Reports:
    """Collects findings of one file; after `FINDINGS_LISTED` of a severity the rest are only counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._listed: list[tuple[int, int, Finding]] = []
        self._counts = {Severity.ERROR: 0, Severity.WARNING: 0, Severity.NOTE: 0}

    def error(self, line: int, check: str, message: str, *, remedy: str = "", source: str = "",
              measured: float | None = None, limit: float | None = None, unit: str = "") -> None:
        """Record that a line cannot be accepted."""
        self._add(Severity.ERROR, line, check, message, remedy, source, measured, limit, unit)

    def warning(self, line: int, check: str, message: str, *, remedy: str = "", source: str = "") -> None:
        """Record something a person should know about a line that can be run."""
        self._add(Severity.WARNING, line, check, message, remedy, source, None, None, "")

    def _add(self, severity: Severity, line: int, check: str, message: str, remedy: str, source: str,
             measured: float | None, limit: float | None, unit: str) -> None:
        self._counts[severity] += 1
        if self._counts[severity] <= FINDINGS_LISTED:
            finding = Finding(check, severity, f"{self.file}:{line}", message, measured, limit, unit, remedy, source)
            self._listed.append((line, len(self._listed), finding))

    @property
    def errors(self) -> int:
        """How many errors so far, listed or not."""
        return self._counts[Severity.ERROR]

    def finish(self) -> tuple[Finding, ...]:
        """All findings in line order, with one summary for each severity that overflowed."""
        out = [f for _, _, f in sorted(self._listed, key=lambda entry: entry[:2])]
        for severity in (Severity.ERROR, Severity.WARNING):
            total = self._counts[severity]
            if total > FINDINGS_LISTED:
                out.append(Finding("more-findings", severity, self.file,
                                   f"{total - FINDINGS_LISTED} more {severity}s of this file are not listed.",
                                   float(total), float(FINDINGS_LISTED)))
        return tuple(out)
