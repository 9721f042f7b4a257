"""Programs as data: `play` reads a text back, `play_slowly` does so without the run of columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fabwright.model.trace import Trace
from fabwright.replay import replay
from fabwright.replay.read import _reader, read_pieces
from fabwright.replay.record import Recorder

Play = Callable[..., Trace]


@pytest.fixture(scope="session")
def play() -> Play:
    """play(text, controller, **settings) -> Trace"""
    def run(text: str, controller: str, **settings: Any) -> Trace:
        return replay(text.encode(), "p", controller, settings)
    return run


@pytest.fixture(scope="session")
def play_with() -> Play:
    """play_with(bytes, controller, run_min, **settings) -> Trace, with the shortest run read as columns given."""
    def run(data: bytes, controller: str, run_min: int, **settings: Any) -> Trace:
        recorder = Recorder("p", controller)
        reader = _reader(controller, recorder, settings)
        lines = read_pieces(data, recorder, reader, run_min)
        return recorder.finish(reader.final_state(), lines)
    return run
