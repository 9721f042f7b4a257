"""`designs`, `machines`, `materials` and `show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fabwright.cli.output import print_json, print_line, print_table
from fabwright.model import number_text

if TYPE_CHECKING:
    from fabwright.api import Catalogue, Design
    from fabwright.design import OptionInfo
    from fabwright.model import Machine, Material


def list_designs(catalogue: Catalogue, as_json: bool) -> None:
    """Every release with the classes that make it."""
    found = catalogue.designs()
    if as_json:
        print_json([{"id": d.id, "version": d.version, "title": d.title, "summary": d.release.summary,
                     "licence": d.release.licence, "classes": dict(d.classes), "refused": dict(d.release.refused),
                     "sha256": d.release.digest} for d in found])
        return
    print_table(["design", "version", "made on", "what"],
                [[d.id, d.version, ", ".join(d.classes), d.title] for d in found])


def list_profiles(profiles: Sequence[Machine | Material], kind: str, as_json: bool) -> None:
    """Every machine or material with its class."""
    if as_json:
        print_json([{"id": p.id, "title": p.title, "class": p.machine_class, "sha256": p.digest,
                     "profile": dict(p.document)} for p in profiles])
        return
    print_table([kind, "class", "what"], [[p.id, p.machine_class, p.title] for p in profiles])


def show_design(design: Design, as_json: bool, as_schema: bool) -> None:
    """A design's options for a person, as JSON, or as JSON Schema."""
    if as_schema:
        print_json(design.json_schema())
        return
    if as_json:
        print_json({"id": design.id, "version": design.version, "title": design.title,
                    "summary": design.release.summary, "classes": dict(design.classes),
                    "refused": dict(design.release.refused), "options": design.json_schema()["properties"]})
        return
    print_line(f"{design.title} ({design.id} {design.version}, {design.release.licence})")
    print_line(design.release.summary)
    for name, summary in design.classes.items():
        print_line(f"  made on {name}: {summary}")
    for name, reason in design.release.refused.items():
        print_line(f"  not on {name}: {reason}")
    print_table(["option", "unit", "range", "default", "group", "help"], [_row(o) for o in design.options])


def _row(option: OptionInfo) -> list[str]:
    return [option.name, option.unit or "", _range(option), _text(option.default), option.group or "",
            " ".join([option.help or option.label or "", _condition(option)]).strip()]


def _range(option: OptionInfo) -> str:
    if option.choices:
        return ", ".join(_text(value) for value, _ in option.choices)
    if option.minimum is None or option.maximum is None:
        return option.type
    step = f" by {_text(option.step)}" if option.step else ""
    return f"{_text(option.minimum)} to {_text(option.maximum)}{step}"


def _condition(option: OptionInfo) -> str:
    if not option.visible_if:
        return ""
    parts = [f"{k} is {' or '.join(_text(v) for v in values)}" for k, values in option.visible_if.items()]
    return f"(if {' and '.join(parts)})"


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value), 4)
    return str(value)
