"""Operations to moves and events, one file a program."""

from __future__ import annotations

from fabwright.machines.mill.operations.floors import Floors, cut_floors
from fabwright.machines.mill.operations.outline import Outline, cut_outline
from fabwright.machines.mill.operations.parallel import Parallel, cut_parallel
from fabwright.machines.mill.operations.rough import Rough, cut_rough
from fabwright.machines.mill.path import Path
from fabwright.machines.mill.plan import Context, Operation, programs_of
from fabwright.model import Event, Plan, Remark, RoleStart, SpindleOff, SpindleOn, ToolChange, Toolpath, ToolpathFile


def make_toolpath(plan: Plan) -> Toolpath:
    """All programs of a plan, in the order they are run."""
    context: Context = plan.context
    return Toolpath(tuple(_file(name, members, context) for name, _, members in programs_of(plan.operations, context)))


def _file(name: str, operations: tuple[Operation, ...], context: Context) -> ToolpathFile:
    path = Path(context.block_mm[2] + context.machine.holding.clearance_mm)
    events: list[tuple[int, Event]] = []
    roles: list[str] = []
    tool = None
    for operation in operations:
        shape = context.shapes[operation.shape]
        if operation.title not in roles:
            roles.append(operation.title)
        path.role = roles.index(operation.title)
        first = path.count
        if tool is not None and operation.cutter != tool:
            path.retract()
            first = path.count
            events.append((first, SpindleOff()))
        if operation.cutter != tool and context.machine.controller.tool_changer:
            events.append((first, ToolChange(operation.cutter.number)))
        events.append((first, Remark(f"{shape.name}: {operation.title}, tool {operation.cutter.number}: "
                                     f"{operation.cutter.title}")))
        events.append((first, RoleStart(path.role)))
        _cut(path, operation, context)
        if operation.cutter != tool:
            # After the first move (up, then across at the safe height) the spindle starts and reaches its speed.
            spindle = SpindleOn(operation.speeds.rpm, context.machine.spindle.spin_up_s)
            events.append((first + 1, spindle))
            tool = operation.cutter
    path.retract()
    events.append((path.count, SpindleOff()))
    facts = {"title": f"{name}: tool {operations[0].cutter.number}, {operations[0].cutter.title}"}
    return ToolpathFile(name, path.moves(), tuple(events), tuple(roles), facts)


def _cut(path: Path, operation: Operation, context: Context) -> None:
    shape = context.shapes[operation.shape]
    match operation:
        case Rough():
            cut_rough(path, operation, shape)
        case Floors():
            cut_floors(path, operation, shape)
        case Parallel():
            cut_parallel(path, operation, shape)
        case Outline():
            cut_outline(path, operation, shape)
