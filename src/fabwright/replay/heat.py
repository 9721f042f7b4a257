"""A heater as a program drives it: its target, and whether that target has been waited for."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.replay.limits import NOZZLE_STEP_C


@dataclass(slots=True)
class Heater:
    """`reached_c` is the temperature the program can count on: what it waited for, less what it set lower since.

    A target up to NOZZLE_STEP_C above `reached_c` needs no wait of its own, since slicers change it by that much
    between two layers without one.
    """

    target_c: float = 0.0
    reached_c: float = 0.0

    def set(self, celsius: float) -> None:
        """A new target, not waited for."""
        self.target_c = celsius
        self.reached_c = min(self.reached_c, celsius)

    def wait(self, celsius: float) -> None:
        """A new target, waited for."""
        self.target_c = self.reached_c = celsius

    @property
    def waited(self) -> bool:
        """True when the target in force has been waited for, or is near enough to one that has."""
        return self.target_c > 0 and self.target_c - self.reached_c <= NOZZLE_STEP_C
