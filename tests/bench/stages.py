"""`make bench`: seconds and share of every stage of the line for the demonstration's jobs, as one table.

Not a test: nothing here has a limit. One process, one job after the other; what is loaded once (the geometry kernel and
the libraries around it) is a row of its own, so that the first job does not pay for all. Give a number to repeat each
job and keep its fastest run.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import fabwright as fw
from fabwright.pipeline import STAGES

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("cadquery", "shapely", "trimesh", "ezdxf", "manifold3d", "scipy.interpolate", "PIL.Image", "jinja2")
ROWS = ("configure", *STAGES, "save")


@dataclass
class Watch:
    """Seconds per stage: each stage lasts until the next one begins."""

    seconds: dict[str, float] = field(default_factory=dict)
    _running: tuple[str, float] | None = None

    def start(self, stage: str) -> None:
        """End the stage that runs, if any, and begin this one."""
        now = time.perf_counter()
        if self._running is not None:
            name, began = self._running
            self.seconds[name] = self.seconds.get(name, 0.0) + now - began
        self._running = (stage, now)

    def stop(self) -> None:
        """End the last stage."""
        self.start("")
        self._running = None

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self.seconds.values())


def demo_wishes() -> tuple[Any, ...]:
    """The jobs of examples/demo.py."""
    sys.path.insert(0, str(ROOT / "examples"))
    return tuple(importlib.import_module("demo").WISHES)


def load_libraries() -> float:
    """Seconds to load what every job needs once."""
    began = time.perf_counter()
    for name in LIBRARIES:
        importlib.import_module(name)
    return time.perf_counter() - began


def run(catalogue: fw.Catalogue, wish: Any, out: Path) -> Watch:
    """One job through the whole line, saved below `out`."""
    watch = Watch()
    watch.start("configure")
    variant = catalogue.get(wish.design).configure(wish.options)
    job = variant.make(wish.machine, wish.material, wish.measured_thickness_mm, on_stage=watch.start)
    watch.start("save")
    job.save(out)
    watch.stop()
    return watch


def rows(watches: list[Watch]) -> Iterator[list[str]]:
    """One row a stage: seconds and share per job, and of all jobs together."""
    everything = sum(w.total for w in watches)

    def cell(seconds: float, total: float) -> str:
        return f"{seconds:8.3f} {100.0 * seconds / total:5.1f}%"

    for stage in ROWS:
        spent = [w.seconds.get(stage, 0.0) for w in watches]
        yield [stage, *(cell(s, w.total) for s, w in zip(spent, watches, strict=True)), cell(sum(spent), everything)]
    yield ["total", *(cell(w.total, w.total) for w in watches), cell(everything, everything)]


def main(repeats: int, out: Path) -> None:
    """Print the table."""
    loading = load_libraries()
    catalogue = fw.open_catalogue()
    console = Console(width=160)
    titles, fastest = [], []
    for wish in demo_wishes():
        title = f"{wish.design}\n{wish.machine}\n{wish.material}"
        console.print(f"making {wish.design} on {wish.machine} ...", highlight=False)
        titles.append(title)
        fastest.append(min((run(catalogue, wish, out) for _ in range(repeats)), key=lambda w: w.total))
    table = Table(title=f"seconds per stage and share (fastest of {repeats}); loading libraries once: {loading:.2f} s")
    for k, title in enumerate(["stage", *titles, "all"]):
        table.add_column(title, justify="left" if k == 0 else "right", no_wrap=True)
    for row in rows(fastest):
        table.add_row(*row, end_section=row[0] == ROWS[-1])
    console.print(table)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, Path(folder))
