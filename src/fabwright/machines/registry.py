"""Which classes of machine there are: each folder beside this file that has a `MACHINE_CLASS`, and what was added."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

import fabwright.machines as _home
from fabwright.errors import UnknownNameError, UsageError
from fabwright.model import MachineClass

_added: dict[str, MachineClass] = {}


@lru_cache(maxsize=1)
def _built_in() -> dict[str, MachineClass]:
    found: dict[str, MachineClass] = {}
    for info in sorted(iter_modules(_home.__path__), key=lambda m: m.name):
        if info.ispkg and not info.name.startswith("_"):
            module = import_module(f"{_home.__name__}.{info.name}")
            found[info.name] = module.MACHINE_CLASS
    return found


def add_machine_class(machine_class: MachineClass) -> None:
    """Register a class that lives outside this package; UsageError when the name is taken by another object."""
    known = _built_in() | _added
    if known.get(machine_class.name, machine_class) is not machine_class:
        raise UsageError(f"a machine class named {machine_class.name!r} is already registered")
    _added[machine_class.name] = machine_class


def machine_classes() -> dict[str, MachineClass]:
    """Every class by name, in name order."""
    both = _built_in() | _added
    return {name: both[name] for name in sorted(both)}


def machine_class(name: str) -> MachineClass:
    """The class of that name; UnknownNameError otherwise."""
    known = machine_classes()
    if name not in known:
        raise UnknownNameError("machine class", name, tuple(known))
    return known[name]
