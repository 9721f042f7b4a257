"""What the command line says: tables and progress for people on stderr and stdout, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fabwright.errors import FabwrightError, OptionErrors, RefusedError, VerificationError

if TYPE_CHECKING:
    from fabwright.model import Verdict

STAGE_WORDS = {
    "build": "building the solid", "inspect": "inspecting it", "plan": "planning the operations",
    "toolpath": "laying the toolpath", "post": "writing the program", "verify": "reading it back and judging",
    "bundle": "bundling the job",
}


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """A table on stdout, whole words, as wide as it needs where stdout is no terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(table)


def say(text: str) -> None:
    """A line for a person, on stderr."""
    sys.stderr.write(text + "\n")


@contextmanager
def stage_progress(stages: Sequence[str], title: str, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr that advances as stages begin; silent when `quiet`, plain lines without a terminal."""
    if quiet:
        yield lambda stage: None
        return
    if not sys.stderr.isatty():
        yield lambda stage: say(f"{title}: {STAGE_WORDS.get(stage, stage)}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.fields[title]}"), BarColumn(), TextColumn("{task.description}"),
               TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=len(stages), title=title)

        def advance(stage: str) -> None:
            done = stages.index(stage) if stage in stages else 0
            bar.update(task, completed=done, description=STAGE_WORDS.get(stage, stage))
        yield advance


def error_document(error: FabwrightError) -> dict[str, Any]:
    """An error as the JSON document of `--json`."""
    document: dict[str, Any] = {"error": type(error).__name__, "message": str(error), "exit_code": error.exit_code}
    if isinstance(error, OptionErrors):
        document["problems"] = [{"path": p.path, "message": p.message, "rule": p.rule, "nearest": p.nearest}
                                for p in error.problems]
    if isinstance(error, RefusedError):
        document["findings"] = [f.as_json() for f in error.findings]
    if isinstance(error, VerificationError) and error.verdict is not None:
        document["verdict"] = error.verdict.as_json()
    return document


def print_verdict(verdict: Verdict, subject: str) -> None:
    """Every check with its figure and limit, then what was not checked."""
    from fabwright.bundle.setup_sheet import duration_text, figure_text

    rows = [[str(c.status), c.name, figure_text(c.measured, c.unit),
             "not set" if c.limit is None else figure_text(c.limit, c.unit), c.message] for c in verdict.checks]
    print_table(["", "check", "measured", "limit", ""], rows, title=subject)
    for line in verdict.not_checked:
        print_line(f"not checked: {line}")
    if "time_s" in verdict.figures:
        print_line(f"time on the machine: {duration_text(verdict.figures['time_s'])}")
    print_line(f"{subject}: {'passed' if verdict.passed else 'FAILED'}")


def print_line(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(text + "\n")


def figures_line(figures: Mapping[str, float]) -> str:
    """Figures as `name value` pairs."""
    from fabwright.model import number_text

    return ", ".join(f"{key} {number_text(float(figures[key]), 3)}" for key in sorted(figures))
