"""OctoPrint prints our file to the end on its virtual printer, as a host does with a real one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from fabwright.model import Attachment, bytes_digest

pytestmark = pytest.mark.judge

KEY = "0123456789ABCDEF0123456789ABCDEF"
CONFIG = """
api: {{key: {key}}}
server: {{firstRun: false, onlineCheck: {{enabled: false}}, pluginBlacklist: {{enabled: false}}}}
webcam: {{timelapseEnabled: false}}
serial: {{port: VIRTUAL, baudrate: 115200, autoconnect: true, additionalPorts: [VIRTUAL]}}
plugins:
  _disabled: [tracking, softwareupdate, announcements, discovery, pluginmanager, errortracking, backup, gcodeviewer]
  virtual_printer: {{enabled: true, throttle: 0.0, simulateReset: false, preparedOks: [], okWithLinenumber: false}}
"""
START_S, PRINT_S = 90.0, 420.0


@dataclass(frozen=True)
class Host:
    """A running OctoPrint and its API."""

    port: int
    log: Path

    def ask(self, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The answer of the API to a GET, or to a POST of a document or of bytes."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{path}", data,
                                         {"X-Api-Key": KEY, "Content-Type": kind})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def state(self) -> str:
        """What the host says of its printer; empty while it starts."""
        with suppress(urllib.error.URLError, HTTPException, ConnectionError, TimeoutError, KeyError):
            return str(self.ask("connection")["current"]["state"])
        return ""

    def wait_for(self, states: tuple[str, ...], seconds: float) -> str:
        """The first of these states that it reaches; fails with the end of its log otherwise."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if (state := self.state()) in states:
                return state
            time.sleep(0.5)
        log = self.log.read_text(errors="replace")[-2000:] if self.log.is_file() else ""
        pytest.fail(f"OctoPrint is {self.state()!r}, not {' or '.join(states)}, after {seconds:.0f} s: {log}")

    def upload(self, program: Path) -> None:
        """Send a program as a browser would."""
        edge = "fabwright-boundary"
        head = (f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{program.name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n")
        self.ask("files/local", head.encode() + program.read_bytes() + f"\r\n--{edge}--\r\n".encode(),
                 f"multipart/form-data; boundary={edge}")


@contextmanager
def octoprint(judges: Any, folder: Path) -> Iterator[Host]:
    """OctoPrint with a virtual printer, on a free port, for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (folder / "config.yaml").write_text(CONFIG.format(key=KEY))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"LC_ALL": "C.UTF-8"}
    server = subprocess.Popen([judges.python, "-m", "octoprint", "--basedir", str(folder), "serve", "--host",
                               "127.0.0.1", "--port", str(port), "--iknowwhatimdoing"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=environment)
    try:
        yield Host(port, folder / "logs" / "octoprint.log")
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def small_part(workshop: Any, machine: str, **parameters: Any) -> Any:
    """The job for a small stand with a brim, infill and skins."""
    points = [(i * 16, j * 12, k * 2) for k in (0, 1) for j in (0, 1) for i in (0, 1)]
    faces = ("-8 -6 -5 -7", "-4 -3 -1 -2", "-8 -7 -3 -4", "-6 -2 -1 -5", "-8 -4 -2 -6", "-7 -5 -1 -3")
    text = "".join([*(f"v {x} {y} {z}\n" for x, y, z in points), *(f"f {f}\n" for f in faces)]).encode()
    model = Attachment("block.obj", text, bytes_digest(text))
    return workshop.catalogue.slice_model(model, machine, "petg", parameters)


@pytest.mark.parametrize(("machine", "parameters"), [
    ("prusa-mk4s", {"brim": "outer", "brim_mm": 3.0}),
    ("ender-3-v3", {"engine": "prusaslicer"}),
])
def test_octoprint_prints_it_to_the_end(judges: Any, workshop: Any, tmp_path: Path, machine: str,
                                        parameters: dict[str, Any]) -> None:
    job = small_part(workshop, machine, **parameters)
    program = tmp_path / "part.gcode"
    program.write_bytes(job.files[job.programs[0]])
    with octoprint(judges, tmp_path) as host:
        host.wait_for(("Operational",), START_S)
        host.upload(program)
        host.ask("files/local/part.gcode", {"command": "select", "print": True})
        host.wait_for(("Printing",), 30.0)
        host.wait_for(("Operational",), PRINT_S)
        prints = host.ask("files/local/part.gcode").get("prints", {})
    assert (prints.get("success"), prints.get("failure")) == (1, 0), prints
    assert prints["last"]["success"] is True
    # Lost lines and wrong checksums are the virtual printer's own doing, at lines 100 to 115 of every print.
    assert "Unknown command" not in (tmp_path / "logs" / "octoprint.log").read_text(errors="replace")


def test_a_broken_program_does_not_count_as_a_success(judges: Any, tmp_path: Path) -> None:
    program = tmp_path / "part.gcode"
    program.write_text("G28\nM112\n" + "G1 X1 F600\nG1 X2 F600\n" * 20)
    with octoprint(judges, tmp_path) as host:
        host.wait_for(("Operational",), START_S)
        host.upload(program)
        host.ask("files/local/part.gcode", {"command": "select", "print": True})
        time.sleep(5.0)
        prints = host.ask("files/local/part.gcode").get("prints", {})
    assert prints.get("success", 0) == 0
