"""Options described for others: JSON Schema for forms, and plain rows for `fabwright show`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fabwright.design.kinds import AttachmentOption, ChoiceOption, FlagOption, NumberOption, OptionKind, TextOption
from fabwright.design.options import Options, option_kinds

DIGEST_PATTERN = "^sha256:[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option as a person needs it; `minimum`, `maximum` and `step` in `unit`, None where they do not apply."""

    name: str
    type: str
    default: Any
    group: str
    label: str
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[tuple[Any, str], ...] = ()
    suffixes: tuple[str, ...] = ()
    visible_if: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The JSON-able form used by `--json`."""
        return {
            "name": self.name, "type": self.type, "default": self.default, "group": self.group, "label": self.label,
            "help": self.help, "unit": self.unit, "minimum": self.minimum, "maximum": self.maximum, "step": self.step,
            "choices": [{"value": value, "label": label} for value, label in self.choices],
            "suffixes": list(self.suffixes), "visible_if": {k: list(v) for k, v in self.visible_if.items()},
        }


def describe(model: type[Options]) -> tuple[OptionInfo, ...]:
    """Every option of a model, in the order in which they are written.

    `type` is one of number, whole number, choice, flag, text, attachment.
    """
    return tuple(_info(name, kind) for name, kind in option_kinds(model).items())


def json_schema(model: type[Options], schema_id: str, title: str) -> dict[str, Any]:
    """JSON Schema of a model's raw options, valid under drafts 07 and 2020-12 alike.

    `x-unit`, `x-step`, `x-group` and `x-visible-if` (option name to the list of its values that show this one) carry
    what JSON Schema has no word for. `multipleOf` is given only where the step is exact in binary and the minimum lies
    on it, as validators compute it in floating point; every other step is in `x-step` alone.
    """
    return {
        "$id": schema_id, "title": title, "type": "object", "additionalProperties": False,
        "properties": {name: _property(kind) for name, kind in option_kinds(model).items()},
    }


def _info(name: str, kind: OptionKind) -> OptionInfo:
    common = {"name": name, "type": kind.type_name, "default": kind.canonical(kind.default), "group": kind.group,
              "label": kind.label, "help": kind.help, "visible_if": dict(kind.visible_if)}
    if isinstance(kind, NumberOption):
        return OptionInfo(**common | {"type": "whole number" if kind.whole else "number"}, unit=kind.unit,
                          minimum=kind.minimum, maximum=kind.maximum, step=kind.step)
    if isinstance(kind, ChoiceOption):
        return OptionInfo(**common, choices=kind.choices)
    if isinstance(kind, AttachmentOption):
        return OptionInfo(**common, suffixes=kind.suffixes)
    return OptionInfo(**common)


def _property(kind: OptionKind) -> dict[str, Any]:
    found: dict[str, Any] = {"title": kind.label, "description": kind.help}
    if isinstance(kind, NumberOption):
        found |= _number(kind)
    elif isinstance(kind, ChoiceOption):
        found |= _choice(kind)
    elif isinstance(kind, FlagOption):
        found["type"] = "boolean"
    elif isinstance(kind, TextOption):
        found |= {"type": "string", "maxLength": kind.max_length}
        if kind.pattern is not None:
            found["pattern"] = f"^(?:{kind.pattern})$"
    elif isinstance(kind, AttachmentOption):
        found |= {"type": "string", "pattern": DIGEST_PATTERN, "x-suffixes": list(kind.suffixes),
                  "x-max-bytes": kind.max_bytes}
    if kind.default is None:
        types = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*types, "null"]
    found["default"] = kind.canonical(kind.default)
    found["x-group"] = kind.group
    if kind.visible_if:
        found["x-visible-if"] = {name: list(values) for name, values in kind.visible_if.items()}
    return found


def _number(kind: NumberOption) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "integer" if kind.whole else "number",
                             "minimum": kind.minimum, "maximum": kind.maximum}
    if kind.unit:
        found["x-unit"] = kind.unit
    if kind.step is not None:
        found["x-step"] = kind.step
        exact = Decimal(kind.step) == Decimal(str(kind.step))
        if exact and Decimal(str(kind.minimum)) % Decimal(str(kind.step)) == 0:
            found["multipleOf"] = kind.step
    return found


def _choice(kind: ChoiceOption) -> dict[str, Any]:
    words = ["string" if isinstance(v, str) else "number" for v in kind.values]
    types = list(dict.fromkeys(words))
    labels: list[dict[str, Any]] = [{"const": value, "title": label} for value, label in kind.choices]
    if kind.default is None:
        labels.append({"const": None, "title": "not set"})
    return {"type": types[0] if len(types) == 1 else types, "oneOf": labels}
