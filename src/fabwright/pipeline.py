"""The line: eight stages, one frozen value between each. This file is the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fabwright.bundle.contents import bundle_files, job_identity
from fabwright.errors import BuildError, ClassRefusedError, InspectionError, UsageError, VerificationError
from fabwright.machines.registry import machine_class
from fabwright.model import (
    Attachment,
    Check,
    CheckedPart,
    CompilesKernels,
    Dialect,
    DrawsLayers,
    EngineRequest,
    Finding,
    ForeignEngines,
    HonoursZones,
    Job,
    Machine,
    MachineClass,
    Making,
    Material,
    Nominal,
    Part,
    Plan,
    Program,
    ProgramFile,
    Setup,
    Severity,
    Status,
    Toolpath,
    Trace,
    Variant,
    Verdict,
    value_digest,
)

STAGES = ("build", "inspect", "plan", "toolpath", "post", "verify", "bundle")

BuildFunction = Callable[[Any, Making], Part]
OnStage = Callable[[str], None]
RunEngine = Callable[[EngineRequest, Mapping[str, str]], bytes]

#: The parameter of an order that names the planner, and our own.
ENGINE, NATIVE = "engine", "native"
#: Feed of the closing moves after a foreign planner's program, mm/min.
CLOSING_FEED_MM_MIN = 600.0


@dataclass(frozen=True, slots=True)
class DesignFacts:
    """What the line must know of a release besides its build function."""

    id: str
    version: str
    title: str
    digest: str
    classes: Mapping[str, str]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that decides a job's bytes."""

    design: DesignFacts
    variant: Variant
    machine: Machine
    material: Material
    measured_thickness_mm: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


def making(order: Order) -> Making:
    """What the design may know of this machine and material.

    Raises ClassRefusedError when the design does not serve the class, RefusedError when machine and material do not
    go together, UsageError for an impossible thickness.
    """
    design, machine, material = order.design, order.machine, order.material
    serves = ", ".join(design.classes) or "none"
    if machine.machine_class not in design.classes:
        reason = design.refused.get(machine.machine_class, "it was not made for it")
        raise ClassRefusedError(f"{design.id}: cannot be made on {machine.id} ({machine.machine_class}): "
                                f"{reason.rstrip('.')}. Classes that can make it: {serves}.")
    if material.machine_class != machine.machine_class:
        raise ClassRefusedError(f"{design.id}: material {material.id} is for class {material.machine_class}, "
                                f"{machine.id} is of class {machine.machine_class}; choose a material of that class.")
    return machine_class(machine.machine_class).making(machine, material, order.measured_thickness_mm)


def first_run_note(machine: Machine) -> str:
    """A sentence for the user when this machine's class has to compile something first, else an empty text."""
    rules = machine_class(machine.machine_class)
    return rules.first_run_note() if isinstance(rules, CompilesKernels) else ""


def build(order: Order, build_function: BuildFunction, how: Making) -> Part:
    """Run the design's own code, confined to one kernel thread.

    Raises BuildError naming design and options when the kernel fails inside it.
    """
    from fabwright.geometry.kernel import kernel_failures, run_single_threaded

    run_single_threaded()
    try:
        part = build_function(order.variant.typed, how)
    except kernel_failures() as error:
        raise BuildError(f"{order.design.id}@{order.design.version}: the geometry kernel failed on options "
                         f"{order.variant.digest[:12]}: {type(error).__name__}: {error}. Change the options slightly "
                         "and report the design.") from error
    if not isinstance(part, Part):
        raise BuildError(f"{order.design.id}: build returned {type(part).__name__}, not a Part")
    return part


def inspect(order: Order, part: Part, how: Making) -> CheckedPart:
    """Mesh the part and try every rule on it; the only stage that makes a `CheckedPart`.

    Raises InspectionError carrying all findings when any of them is an error.
    """
    from fabwright.geometry.inspect import inspect_solids, nominal_of

    rules = machine_class(order.machine.machine_class)
    nominal, unheeded = _heeded(nominal_of(part), rules, order.machine)
    findings = (part.findings + inspect_solids(part, nominal) + unheeded
                + rules.inspect(part, nominal, how, order.machine, order.material))
    return _sealed(order, part, nominal, findings)


def _heeded(nominal: Nominal, rules: MachineClass, machine: Machine) -> tuple[Nominal, tuple[Finding, ...]]:
    """The geometry without zones where the class of machine makes none, and a note of that."""
    if not nominal.zones or isinstance(rules, HonoursZones):
        return nominal, ()
    names = ", ".join(sorted({z.mesh.name for z in nominal.zones}))
    return replace(nominal, zones=()), (Finding(
        "zones-ignored", Severity.NOTE, names, f"{machine.id} makes a body alike all through; the zones are left out.",
        float(len(nominal.zones)), 0.0, "", "Choose a machine that makes zones, if they matter."),)


def _sealed(order: Order, part: Part, nominal: Nominal, findings: tuple[Finding, ...]) -> CheckedPart:
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        listing = "\n".join(f"- {f}" for f in errors)
        raise InspectionError(f"{order.design.id}: refused for {order.machine.id} in {order.material.id}:\n{listing}",
                              findings)
    return CheckedPart.seal(part, nominal, findings)


def plan(order: Order, checked: CheckedPart, how: Making) -> Plan:
    """Ordered operations and the setup on the machine; PlanError names what cannot be made there."""
    rules = machine_class(order.machine.machine_class)
    return rules.plan(checked, how, order.machine, order.material, _parameters(order))


def _parameters(order: Order) -> Mapping[str, Any]:
    """The order's planning parameters without the planner's name."""
    return {name: value for name, value in order.parameters.items() if name != ENGINE}


def toolpath(order: Order, planned: Plan) -> Toolpath:
    """Typed moves and events."""
    return machine_class(order.machine.machine_class).toolpath(planned)


def post(order: Order, path: Toolpath, template: str, generator: str) -> Program:
    """The controller's own words; PostError when it has none for an action."""
    from fabwright.post import post as write

    identity = {
        "generator": generator, "design": f"{order.design.id}@{order.design.version}",
        "variant": order.variant.digest, "machine": order.machine.id, "material": order.material.id,
    }
    return write(path, Dialect(order.machine.controller, template, _settings(order.machine)), identity)


def verify(program: Program, nominal: Nominal, setup: Setup, machine: Machine, material: Material) -> Verdict:
    """Read every program back with the independent interpreter and compare what it makes with the nominal geometry."""
    return judge(_traces(program, machine), nominal, setup, machine, material)


def judge(traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, material: Material) -> Verdict:
    """Compare what programs that were read back make with the nominal geometry."""
    verdict = machine_class(machine.machine_class).verify(traces, nominal, setup, machine, material)
    return replace(verdict, checks=(*(_reading(t) for t in traces), *verdict.checks))


def _traces(program: Program, machine: Machine) -> tuple[Trace, ...]:
    return tuple(read_back(file.data, file.name, machine) for file in program.files)


def pictures(traces: tuple[Trace, ...], nominal: Nominal, setup: Setup, machine: Machine, verdict: Verdict
             ) -> Mapping[str, bytes]:
    """Pictures of the layers most worth a look, by name; none for classes that do not work in layers."""
    rules = machine_class(machine.machine_class)
    return rules.pictures(traces, nominal, setup, machine, verdict) if isinstance(rules, DrawsLayers) else {}


def layer_pictures(trace: Trace, number: int, machine: Machine, job: tuple[Nominal, Setup] | None = None
                   ) -> Mapping[str, bytes]:
    """Pictures of one layer of a program, counted from 1; ClassRefusedError where programs have no layers."""
    rules = machine_class(machine.machine_class)
    if not isinstance(rules, DrawsLayers):
        raise ClassRefusedError(f"{machine.id} ({machine.machine_class}) does not work in layers; there are none to "
                                "show")
    return rules.layer_pictures(trace, number, machine, job)


def verify_file(data: bytes, name: str, machine: Machine) -> Verdict:
    """Safety checks on a program of unknown origin; there is no solid to compare it with, which the verdict says."""
    trace = read_back(data, name, machine)
    verdict = machine_class(machine.machine_class).verify_file(trace, machine)
    return replace(verdict, checks=(_reading(trace), *verdict.checks))


def read_back(data: bytes, name: str, machine: Machine) -> Trace:
    """One program as the independent interpreter sees it; ReplayError when it is no program at all."""
    from fabwright.replay import replay

    return replay(data, name, machine.controller, _settings(machine))


def _settings(machine: Machine) -> Mapping[str, str | float | int | bool]:
    return dict(machine.document.get("controller", {}))


def _reading(trace: Trace) -> Check:
    """The interpreter's own findings as one check: an unknown word is a failure, never skipped."""
    errors = [f for f in trace.findings if f.severity is Severity.ERROR]
    lines = tuple(int(f.subject.rsplit(":", 1)[1]) for f in errors if f.subject.rsplit(":", 1)[-1].isdigit())[:20]
    if errors:
        first = "; ".join(str(f) for f in errors[:3])
        return Check(f"{trace.file}: every word understood", Status.FAIL, f"{len(errors)} words refused: {first}",
                     float(len(errors)), 0.0, "words", f"{trace.controller} documentation", lines)
    return Check(f"{trace.file}: every word understood", Status.PASS,
                 f"all {trace.line_count} lines read as {trace.controller}", 0.0, 0.0, "words",
                 f"{trace.controller} documentation")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the line is given from outside: texts of templates, who writes, and how to run another planner."""

    template: str
    setup_sheet: str
    generator: str
    run_engine: RunEngine
    on_stage: OnStage = lambda stage: None


def make(order: Order, build_function: BuildFunction, around: Surroundings) -> Job:
    """The whole line. `on_stage` hears each stage's name as it begins.

    Raises what the stages raise; VerificationError carries the verdict when the file does not make the part.
    """
    on_stage = around.on_stage
    on_stage("build")
    how = making(order)
    part = build(order, build_function, how)
    on_stage("inspect")
    return finish(order, how, inspect(order, part, how), around)


def model_order(source: Attachment, machine: Machine, material: Material, parameters: Mapping[str, Any]) -> Order:
    """The order for a mesh that comes from elsewhere: its name and digest stand in for a release and its options.

    Raises ClassRefusedError for a machine that works on sheet.
    """
    if machine_class(machine.machine_class).form != "solid":
        raise ClassRefusedError(f"{source.name}: {machine.id} works on sheet; a model is made on a machine for solids")
    options = {"model": source.name, "sha256": source.digest}
    facts = DesignFacts("model", "1.0.0", source.name, source.digest, {machine.machine_class: "as it is"}, {})
    variant = Variant("model", "1.0.0", options, value_digest(options), None, (source,))
    return Order(facts, variant, machine, material, None, parameters)


def make_model(order: Order, nominal: Nominal, around: Surroundings, read: tuple[Finding, ...] = ()) -> Job:
    """The line for meshes that come from elsewhere: from inspection on, by the same rules; `read` is what was found in
    reading them."""
    around.on_stage("inspect")
    how = making(order)
    return finish(order, how, inspect_model(order, nominal, how, read), around)


def inspect_model(order: Order, nominal: Nominal, how: Making, read: tuple[Finding, ...] = ()) -> CheckedPart:
    """Try the class's rules on meshes; InspectionError carries all findings when any of them is an error."""
    rules = machine_class(order.machine.machine_class)
    part = Part(findings=read)
    return _sealed(order, part, nominal, read + rules.inspect(part, nominal, how, order.machine, order.material))


def program_by(engine: str, order: Order, checked: CheckedPart, around: Surroundings) -> tuple[Setup, Program]:
    """The program that another planner writes, with its date taken out, and the setup to judge it by.

    Raises UsageError for a planner the class does not know, EngineError where it is not installed or fails.
    """
    rules = machine_class(order.machine.machine_class)
    known = rules.engines if isinstance(rules, ForeignEngines) else ()
    if not isinstance(rules, ForeignEngines) or engine not in known:
        raise UsageError(f"unknown engine {engine!r} for {order.machine.id}; known: {', '.join((NATIVE, *known))}")
    around.on_stage("plan")
    request = rules.engine_request(engine, checked, order.machine, order.material, _parameters(order))
    from fabwright.post import action_lines

    dialect = Dialect(order.machine.controller, around.template, _settings(order.machine))
    start, end = (r"\n".join(action_lines(actions, dialect, CLOSING_FEED_MM_MIN))
                  for actions in (request.opening, request.closing))
    around.on_stage("toolpath")
    data = around.run_engine(request, {**request.settings, "start_gcode": start, "end_gcode": end})
    around.on_stage("post")
    return request.setup, Program(order.machine.controller, (ProgramFile(request.output, _undated(data, request)),))


def _undated(data: bytes, request: EngineRequest) -> bytes:
    """The program with the date in its head pinned, as our own programs have it: same order, same bytes."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    for k, line in enumerate(lines[:20]):
        if line.startswith(tuple(start.encode() for start in request.undated)) and b" on " in line:
            lines[k] = line.partition(b" on ")[0] + b" on 2000-01-01 at 00:00:00 UTC"
    return b"\n".join(lines)


def finish(order: Order, how: Making, checked: CheckedPart, around: Surroundings) -> Job:
    """From a checked part to the job, by our own planner or the one that the order names."""
    on_stage, generator, setup_sheet = around.on_stage, around.generator, around.setup_sheet
    engine = str(order.parameters.get(ENGINE, NATIVE))
    if engine == NATIVE:
        on_stage("plan")
        planned = plan(order, checked, how)
        setup = planned.setup
        on_stage("toolpath")
        path = toolpath(order, planned)
        on_stage("post")
        program = post(order, path, around.template, generator)
    else:
        setup, program = program_by(engine, order, checked, around)
    on_stage("verify")
    traces = _traces(program, order.machine)
    verdict = judge(traces, checked.nominal, setup, order.machine, order.material)
    if not verdict.passed:
        listing = "\n".join(f"- {c.name}: {c.message}" for c in verdict.failures)
        raise VerificationError(f"{order.design.id}: the program for {order.machine.id} does not pass:\n{listing}",
                                verdict)
    on_stage("bundle")
    drawn = pictures(traces, checked.nominal, setup, order.machine, verdict)
    return bundle(order, how, checked, setup, program, verdict, setup_sheet, generator, drawn)


def bundle(order: Order, how: Making, checked: CheckedPart, setup: Setup, program: Program, verdict: Verdict,
           setup_sheet: str, generator: str, drawn: Mapping[str, bytes]) -> Job:
    """Everything a hub needs, as named files under one manifest."""
    identity = job_identity(order.design.id, order.design.version, order.design.digest, order.variant.options,
                            order.machine, order.material, how, order.parameters, generator)
    return bundle_files(identity, order.design.title, order.variant, order.machine, order.material, how, checked,
                        setup, program, verdict, setup_sheet, drawn)
