"""Running a planner that is a program on this computer: its output, or what went wrong in words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fabwright.errors import EngineError
from fabwright.model import EngineRequest, Setup
from fabwright.store import engine_process
from fabwright.store.engine_process import run_engine

REQUEST = EngineRequest(program="pretend-slicer", package="pretend-package", files={"a.stl": b"body"},
                        arguments=("--output", "out.gcode"), output="out.gcode", settings_file="print.ini", settings={},
                        opening=(), closing=(), setup=Setup(placements=(), zero="", parameters={}), undated=())


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH for a program of the test's own making."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def install(folder: Path, script: str) -> None:
    program = folder / "pretend-slicer"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_the_output_is_read_and_nothing_stays_behind(pretend: Path) -> None:
    install(pretend, f'pwd > {pretend}/where; cat a.stl print.ini > "$2"')
    settings: Mapping[str, str] = {"walls": "2", "layer_height": "0.2"}
    assert run_engine(REQUEST, settings) == b"bodylayer_height = 0.2\nwalls = 2\n"
    assert not Path((pretend / "where").read_text().strip()).exists()


def test_a_planner_that_is_not_there_is_named_with_its_package(pretend: Path) -> None:
    with pytest.raises(EngineError, match="pretend-slicer is not installed here; install the package pretend-package"):
        run_engine(REQUEST, {})


@pytest.mark.parametrize(("script", "sentence"), [
    ("echo no room for it >&2; exit 3", "pretend-slicer ended with code 3 and wrote no program: no room for it"),
    ("echo all is well", "ended with code 0 and wrote no program: all is well"),
    ("echo half > out.gcode; echo died >&2; kill -9 $$", "ended with code -9 and wrote no program: died"),
])
def test_a_planner_that_fails_is_quoted(pretend: Path, script: str, sentence: str) -> None:
    install(pretend, script)
    with pytest.raises(EngineError) as caught:
        run_engine(REQUEST, {})
    assert sentence in str(caught.value)
    assert caught.value.exit_code != 0


def test_a_planner_that_hangs_is_stopped(pretend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "LONGEST_S", 0.2)
    install(pretend, "exec sleep 20")
    with pytest.raises(EngineError, match="had not finished after"):
        run_engine(REQUEST, {})


def test_only_the_end_of_a_long_complaint_is_repeated(pretend: Path) -> None:
    install(pretend, "yes complaint | head -c 100000 >&2; echo THE REASON >&2; exit 1")
    with pytest.raises(EngineError) as caught:
        run_engine(replace(REQUEST, files={}), {})
    assert str(caught.value).endswith("THE REASON")
    assert len(str(caught.value)) < 800


def test_a_planner_runs_the_same_way_every_time_and_this_process_as_before(pretend: Path) -> None:
    install(pretend, 'grep Cpus_allowed_list /proc/self/status > "$2"')
    before = os.sched_getaffinity(0)
    assert run_engine(REQUEST, {}).split() == [b"Cpus_allowed_list:", str(min(before)).encode()]
    assert os.sched_getaffinity(0) == before
    install(pretend, 'cat /proc/self/personality > "$2"')
    own = Path("/proc/self/personality").read_text()
    assert int(run_engine(REQUEST, {}), 16) == int(own, 16) | 0x0040000
    assert Path("/proc/self/personality").read_text() == own
