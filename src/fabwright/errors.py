"""Every error Fabwright raises on purpose, under one root.

    FabwrightError                     exit 1
    +-- UsageError                     exit 2   the request itself is wrong
    |   +-- UnknownNameError                    no such design, machine, material, format
    |   +-- OptionErrors                        one OptionProblem per field path
    |   +-- InputFileError                      a file handed in cannot be used
    +-- RefusedError                   exit 3   well asked, but it cannot be made well there
    |   +-- ClassRefusedError                   the design does not serve this class of machine
    |   +-- BuildError                          the solid could not be built
    |   +-- InspectionError                     the built part breaks a limit (carries findings)
    |   +-- PlanError                           a feature cannot be made with this machine and stock
    |   +-- PostError                           the controller has no word for an action
    |   +-- EngineError                         another planner is not here, or did not write a program
    +-- VerificationError              exit 4   the file does not make the part (carries the verdict)
    |   +-- ReplayError                         the file cannot be read as a program at all
    |   +-- BundleError                         a bundle is damaged or does not match its manifest
    +-- StoreError                     exit 1   disk, permissions, network
    +-- InternalError                  exit 1   our fault, with what to report
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fabwright.model import Finding, Verdict


class FabwrightError(Exception):
    """Root of every deliberate error; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(FabwrightError):
    """The request itself is wrong; nothing was computed."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that the catalogue does not hold, with the nearest that it does."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        near = get_close_matches(name, self.known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        listing = ", ".join(self.known) or "none"
        super().__init__(f"unknown {kind} {name!r}{hint} Known: {listing}." if hint else
                         f"unknown {kind} {name!r}. Known: {listing}.")


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """One thing wrong with one option: where, why, and the nearest value that would do."""

    path: str
    message: str
    rule: str = ""
    nearest: Any = None

    def __str__(self) -> str:
        near = "" if self.nearest is None else f" (nearest valid: {self.nearest})"
        return f"{self.path}: {self.message}{near}"


class OptionErrors(UsageError):  # noqa: N818 - one exception, many problems
    """Every problem found with a set of options, in field order; iterate for `OptionProblem`s."""

    def __init__(self, design: str, problems: Sequence[OptionProblem]) -> None:
        self.design, self.problems = design, tuple(problems)
        super().__init__("\n".join(f"{design}: {p}" for p in self.problems))

    def __iter__(self) -> Any:
        return iter(self.problems)


class InputFileError(UsageError):
    """A file handed in by the user cannot be used: says which, where in it, and what to do."""


class RefusedError(FabwrightError):
    """Well asked, but it cannot be made well on that machine from that material."""

    exit_code = 3

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class ClassRefusedError(RefusedError):
    """The design does not serve this class of machine; names the classes that it does."""


class BuildError(RefusedError):
    """The solid could not be built from these options."""


class InspectionError(RefusedError):
    """The built part breaks a limit of the machine or the material."""


class PlanError(RefusedError):
    """A feature cannot be made with this machine, tool or stock; names a class that could."""


class PostError(RefusedError):
    """The controller has no word for an action of the toolpath."""


class EngineError(RefusedError):
    """A planner that is a program of its own is not installed, failed or hung."""


class VerificationError(FabwrightError):
    """The file does not make the part that was ordered, or not safely."""

    exit_code = 4

    def __init__(self, message: str, verdict: Verdict | None = None) -> None:
        self.verdict = verdict
        super().__init__(message)


class ReplayError(VerificationError):
    """The file cannot be read as a program at all."""


class BundleError(VerificationError):
    """A bundle is damaged, incomplete or does not match its own manifest."""


class StoreError(FabwrightError):
    """Reading or writing failed outside our control: disk full, permissions, missing folder."""


class InternalError(FabwrightError):
    """Our own fault: an invariant did not hold."""
