"""Accelerations and pauses in each controller's words, and back through the interpreter."""

from __future__ import annotations

import pytest

from fabwright.errors import PostError
from fabwright.model import Acceleration, Pause
from fabwright.post.controller import Labels
from fabwright.post.klipper import Klipper
from fabwright.post.marlin import Marlin
from fabwright.post.settings import Settings

NONE = Labels((), {})


def marlin(**settings: str) -> Marlin:
    return Marlin(Settings("marlin", settings))


def test_acceleration_of_the_following_moves() -> None:
    assert marlin().lines(Acceleration(1500.0), NONE) == ("M204 S1500",)
    assert Klipper(Settings("klipper", {})).lines(Acceleration(2500.4), NONE) == ("M204 S2500",)
    with pytest.raises(PostError, match="Acceleration asks for 0 mm/s2"):
        marlin().lines(Acceleration(0.0), NONE)


def test_a_pause_says_why_and_stops() -> None:
    assert marlin(pause_word="M600").lines(Pause("next colour at 3.2 mm"), NONE) == ("; next colour at 3.2 mm", "M600")
    assert Klipper(Settings("klipper", {"pause": True})).lines(Pause("insert nuts"), NONE) == ("; insert nuts", "PAUSE")


def test_a_machine_that_cannot_pause_refuses() -> None:
    for emitter in (marlin(), Klipper(Settings("klipper", {}))):
        with pytest.raises(PostError, match="has no word for Pause; say how this machine pauses"):
            emitter.lines(Pause("x"), NONE)
