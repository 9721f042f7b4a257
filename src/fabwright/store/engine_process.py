"""Planners that are programs on this computer: the one place where a process is started."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fabwright.errors import EngineError
from fabwright.model import EngineRequest

#: A slicer that takes longer than this hangs, s.
LONGEST_S = 900.0
#: How much of what it said is repeated.
SAID_CHARACTERS = 600
#: Words of Linux's personality(2).
ASK_PERSONALITY, ADDR_NO_RANDOMIZE = 0xFFFFFFFF, 0x0040000


def run_engine(request: EngineRequest, settings: Mapping[str, str]) -> bytes:
    """Run a planner in an empty folder and return the program it wrote.

    `settings` go into the request's settings file. Raises EngineError when the program is not installed, fails, takes
    too long or leaves no output.
    """
    command = shutil.which(request.program)
    if command is None:
        raise EngineError(f"{request.program} is not installed here; install the package {request.package}, or use the "
                          "native engine")
    with tempfile.TemporaryDirectory(prefix="fabwright-") as folder:
        place = Path(folder)
        for name, data in request.files.items():
            (place / name).write_bytes(data)
        lines = "".join(f"{name} = {settings[name]}\n" for name in sorted(settings))
        (place / request.settings_file).write_text(lines, encoding="utf-8")
        try:
            with _repeatable():
                done = subprocess.run([command, *request.arguments], cwd=place, capture_output=True, text=True,
                                      errors="replace", timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{request.program} had not finished after {LONGEST_S:.0f} s; use the native engine, or "
                              "a simpler model") from error
        output = place / request.output
        if done.returncode != 0 or not output.is_file():
            said = (done.stderr.strip() or done.stdout.strip())[-SAID_CHARACTERS:]
            raise EngineError(f"{request.program} ended with code {done.returncode} and wrote no program: {said}")
        return output.read_bytes()


@contextmanager
def _repeatable() -> Iterator[None]:
    """Let programs that this thread starts use one core and the same addresses every time, where the system can do so.

    PrusaSlicer's walls of varying width depend on which of its threads comes first, and the order of its islands on
    where they lie in memory; so held, the same model gives the same bytes.
    """
    if sys.platform != "linux":
        yield
        return
    allowed = os.sched_getaffinity(0)
    system = ctypes.CDLL(None)
    persona = system.personality(ASK_PERSONALITY)
    os.sched_setaffinity(0, {min(allowed)})
    # A system that forbids it answers -1 and changes nothing.
    system.personality(persona | ADDR_NO_RANDOMIZE)
    try:
        yield
    finally:
        system.personality(persona)
        os.sched_setaffinity(0, allowed)
