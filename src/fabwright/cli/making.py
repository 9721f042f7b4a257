"""`make`, `export` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fabwright.cli.output import (
    figures_line,
    print_json,
    print_line,
    print_verdict,
    say,
    stage_progress,
)
from fabwright.errors import UsageError

if TYPE_CHECKING:
    from fabwright.api import Catalogue, Design, Job, Variant


def configured(design: Design, assignments: list[str], options: Path | None) -> Variant:
    """The variant ordered by an options file and `--set` assignments, the latter winning."""
    from fabwright.api import attach_files
    from fabwright.design import parse_assignments, parse_options_json
    from fabwright.store.bundles import read_input

    raw: dict[str, Any] = {}
    if options is not None:
        raw = attach_files(design, parse_options_json(read_input(options), design.id), options.parent)
    model = design.release.load().options
    raw |= parse_assignments(model, assignments, design.id)
    return design.configure(raw)


def parse_parameters(texts: list[str], engine: str | None = None) -> dict[str, Any]:
    """`name=value` planning parameters, numbers where they read as numbers, and the planner's name where it is given;
    UsageError for anything else."""
    parameters: dict[str, Any] = {} if engine in (None, "native") else {"engine": engine}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"--parameter {text!r}: write NAME=VALUE, e.g. layer_height_mm=0.2")
        if name.strip() in parameters:
            raise UsageError(f"--parameter {name.strip()!r} is given twice")
        parameters[name.strip()] = _parameter(value.strip())
    return parameters


def _parameter(text: str) -> Any:
    """true and false, numbers, lists of numbers with commas; anything else as it is."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return text
    return numbers[0] if len(numbers) == 1 else numbers


def slice_file(catalogue: Catalogue, model: Path, machine: str, material: str, parameters: dict[str, Any], out: Path,
               single_file: bool, as_json: bool, quiet: bool) -> None:
    """Make and save the job for a mesh file, with progress on stderr."""
    from fabwright.pipeline import STAGES, first_run_note

    note = first_run_note(catalogue.machine(machine))
    if note and not quiet:
        say(note)
    with stage_progress(STAGES[1:], f"{model.name} on {machine}", quiet or as_json) as on_stage:
        job = catalogue.slice_model(model, machine, material, parameters, on_stage)
    path = job.save(out, single_file)
    if as_json:
        print_json({"job": job.id, "path": str(path), "programs": list(job.programs),
                    "verdict": job.verdict.as_json(), "findings": job.manifest["findings"]})
        return
    _print_job(job, path, quiet)


def make_job(design: Design, machine: str, material: str, assignments: list[str], options: Path | None,
             measured_thickness_mm: float | None, parameters: dict[str, Any], out: Path, single_file: bool,
             as_json: bool, quiet: bool) -> None:
    """Make and save one job, with progress on stderr."""
    from fabwright.pipeline import STAGES, first_run_note

    variant = configured(design, assignments, options)
    note = first_run_note(design.catalogue.machine(machine))
    if note and not quiet:
        say(note)
    with stage_progress(STAGES, f"{design.id} on {machine}", quiet or as_json) as on_stage:
        job = variant.make(machine, material, measured_thickness_mm, parameters, on_stage)
    path = job.save(out, single_file)
    if as_json:
        print_json({"job": job.id, "path": str(path), "programs": list(job.programs),
                    "options": dict(variant.options), "verdict": job.verdict.as_json(),
                    "findings": job.manifest["findings"],
                    "critical_dimensions": job.manifest["critical_dimensions"]})
        return
    _print_job(job, path, quiet)


def _print_job(job: Job, path: Path, quiet: bool) -> None:
    print_line(str(path))
    if quiet:
        return
    for finding in job.manifest["findings"]:
        say(f"{finding['severity']}: {finding['subject']}: {finding['message']} {finding['remedy']}".rstrip())
    print_verdict(job.verdict, job.name)
    print_line(figures_line(job.verdict.figures))


def export_file(design: Design, file_format: str, out: Path, assignments: list[str], options: Path | None,
                measured_thickness_mm: float | None, machine: str | None, material: str | None, body: str | None,
                as_json: bool, quiet: bool) -> None:
    """Write one geometry file and say for which machine it was built."""
    from fabwright.exports import choose_machine
    from fabwright.model import bytes_digest
    from fabwright.store.bundles import save_file

    variant = configured(design, assignments, options)
    chosen, stuff = choose_machine(variant, file_format, machine, material)
    with stage_progress(("build", "inspect"), f"{design.id} as {file_format}", quiet or as_json) as on_stage:
        on_stage("build")
        data = variant.export(file_format, chosen, stuff, measured_thickness_mm, body)
    save_file(data, out)
    if as_json:
        print_json({"file": str(out), "format": file_format, "bytes": len(data), "sha256": bytes_digest(data),
                    "machine": chosen.id, "material": stuff.id, "options": dict(variant.options)})
        return
    print_line(str(out))
    if not quiet:
        say(f"built with the fits of {chosen.id} and {stuff.id}; choose others with --machine and --material")


def verify_path(catalogue: Catalogue, path: Path, machine: str | None, as_json: bool, quiet: bool) -> int:
    """Verdict on a job or on a program; 0 when it passed, 4 when not."""
    from fabwright.api import ARCHIVE_SUFFIX

    if not path.exists():
        raise UsageError(f"{path}: no such job or program")
    is_job = path.is_dir() or path.suffix == ARCHIVE_SUFFIX
    if not is_job and machine is None:
        raise UsageError(f"{path} is a program file: say which machine it is for with --machine")
    if is_job and machine is not None:
        raise UsageError("a job names its own machine; leave --machine out")
    with stage_progress(("verify",), path.name, quiet or as_json) as on_stage:
        on_stage("verify")
        verdict = catalogue.verify_job(path) if is_job else catalogue.verify_program(path, machine or "")
    if as_json:
        print_json({"path": str(path), "verdict": verdict.as_json()})
    else:
        print_verdict(verdict, str(path))
    return 0 if verdict.passed else 4
