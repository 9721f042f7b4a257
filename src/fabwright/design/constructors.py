"""What a designer writes on the right of an option: `foot_length_mm: float = length(260, 150, 320, ...)`.

Every constructor takes `group`, `label` and `help` for the person who fills the form, and `visible_if`: the values of
other options for which this one applies, e.g. `{"size_system": "length"}` or `{"lid": ("screwed", "clipped")}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from fabwright.design.kinds import (
    AttachmentOption,
    ChoiceOption,
    FlagOption,
    NumberOption,
    OptionKind,
    TextOption,
)

KIND_KEY = "fabwright-option"
Condition = Mapping[str, Any] | None


def length(default: float | None, minimum: float, maximum: float, *, step: float | None = None, group: str,
           label: str, help: str, visible_if: Condition = None) -> Any:  # noqa: A002 - the word the form uses
    """A length in mm from minimum to maximum, both allowed, on a grid of `step` from the minimum."""
    return number(default, minimum, maximum, step=step, unit="mm", group=group, label=label, help=help,
                  visible_if=visible_if)


def angle(default: float | None, minimum: float, maximum: float, *, step: float | None = None, group: str,
          label: str, help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """An angle in degrees from minimum to maximum, both allowed, on a grid of `step` from the minimum."""
    return number(default, minimum, maximum, step=step, unit="deg", group=group, label=label, help=help,
                  visible_if=visible_if)


def number(default: float | None, minimum: float, maximum: float, *, step: float | None = None, unit: str = "",
           group: str, label: str, help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """A number in any unit from minimum to maximum, both allowed, on a grid of `step` from the minimum."""
    first = None if default is None else float(default)
    return _option(NumberOption(default=first, minimum=minimum, maximum=maximum, step=step, unit=unit, group=group,
                                label=label, help=help, visible_if=_condition(visible_if)))


def count(default: int | None, minimum: int, maximum: int, *, step: int | None = None, unit: str = "", group: str,
          label: str, help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """A whole number from minimum to maximum, both allowed."""
    return _option(NumberOption(default=default, minimum=minimum, maximum=maximum, step=step, unit=unit, whole=True,
                                group=group, label=label, help=help, visible_if=_condition(visible_if)))


def choice(default: str | float | None, choices: Mapping[Any, str], *, group: str, label: str,
           help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """One of the keys of `choices` (texts or numbers), whose values are the labels a person reads.

    Where one of the numbers is a float they all become floats.
    """
    fractional = any(isinstance(value, float) for value in choices)

    def widened(value: Any) -> Any:
        return float(value) if fractional and type(value) is int else value

    pairs = tuple((widened(value), words) for value, words in choices.items())
    return _option(ChoiceOption(default=widened(default), choices=pairs, group=group, label=label, help=help,
                                visible_if=_condition(visible_if)))


def flag(default: bool | None, *, group: str, label: str, help: str,  # noqa: A002
         visible_if: Condition = None) -> Any:
    """Yes or no."""
    return _option(FlagOption(default=default, group=group, label=label, help=help,
                              visible_if=_condition(visible_if)))


def text(default: str | None, max_length: int, pattern: str | None = None, *, group: str, label: str,
         help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """A line of text of at most `max_length` characters that matches `pattern` as a whole."""
    return _option(TextOption(default=default, max_length=max_length, pattern=pattern, group=group, label=label,
                              help=help, visible_if=_condition(visible_if)))


def attachment(default: None = None, suffixes: Sequence[str] = (), max_bytes: int = 0, *, group: str, label: str,
               help: str, visible_if: Condition = None) -> Any:  # noqa: A002
    """A file with one of `suffixes`, of at most `max_bytes` bytes; its value is an `Attachment` or None."""
    return _option(AttachmentOption(default=default, suffixes=tuple(suffixes), max_bytes=max_bytes, group=group,
                                    label=label, help=help, visible_if=_condition(visible_if)))


def _condition(visible_if: Condition) -> dict[str, tuple[Any, ...]]:
    pairs = (visible_if or {}).items()
    return {name: tuple(v) if isinstance(v, list | tuple | set | frozenset) else (v,) for name, v in pairs}


def _option(kind: OptionKind) -> Any:
    return Field(default=kind.default, title=kind.label, description=kind.help, json_schema_extra={KIND_KEY: kind})  # type: ignore[dict-item]
