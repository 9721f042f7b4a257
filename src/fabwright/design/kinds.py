"""What an option may hold: one frozen class per kind, each able to check a value, to read it from text and to show it.

`check` gives the canonical value or raises `InvalidValueError`; nothing is ever clamped or converted in silence.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar
from unicodedata import category

from fabwright.design.wording import figure, nearest_name, shown, with_unit
from fabwright.model import Attachment, bytes_digest

# A value this close to its step (relative to the larger of 1 and the value) is the step's own decimal value: it covers
# the rounding of sums such as 0.1 + 0.2 and nothing a machine could make.
STEP_TOLERANCE = 1e-9
# Whoever has no step is offered nearest values on this grid, in the option's unit.
OFFERED_DECIMALS = 3
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?")


class InvalidValueError(ValueError):
    """A value that an option cannot take: the sentence, and the nearest value that it could."""

    def __init__(self, message: str, nearest: Any = None) -> None:
        self.message, self.nearest = message, nearest
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionKind(ABC):
    """What every option has: default, group, label, help and the condition under which it applies.

    `visible_if` maps the name of another option to the values of it for which this one applies.
    """

    default: Any
    group: str
    label: str
    help: str
    visible_if: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    type_name: ClassVar[str] = ""

    @property
    def python_types(self) -> tuple[type, ...]:
        """The types that the field's annotation must name."""
        raise NotImplementedError

    def check(self, value: Any) -> Any:
        """The canonical value; InvalidValueError with the nearest valid one."""
        if value is None:
            if self.default is None:
                return None
            raise InvalidValueError(f"needs {self.expected()}, not null; leave it out for the default", self.default)
        return self.check_given(value)

    @abstractmethod
    def expected(self) -> str:
        """What the option wants, as the object of a sentence."""

    @abstractmethod
    def check_given(self, value: Any) -> Any:
        """As `check`, for a value that is not None."""

    @abstractmethod
    def from_text(self, text: str) -> Any:
        """The value written as text on a command line; InvalidValueError where it cannot be read."""

    def near(self, value: Any) -> Iterator[Any]:
        """Valid values around a value, nearest first."""
        try:
            yield self.check(value)
        except InvalidValueError as refusal:
            if refusal.nearest is not None:
                yield refusal.nearest

    def canonical(self, value: Any) -> Any:
        """The JSON-able form of a checked value."""
        return value

    def definition_problems(self) -> Iterator[str]:
        """What a designer got wrong when defining the option, as sentences."""
        if not (self.group and self.label and self.help):
            yield "group, label and help must not be empty"
        try:
            default = self.check(self.default)
        except InvalidValueError as refusal:
            yield f"its default {refusal.message}"
        else:
            if type(default) is not type(self.default) and not isinstance(self.default, int | float):
                yield f"its default {shown(self.default)} is not in canonical form"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOption(OptionKind):
    """A number in a closed range, on a grid of `step` counted from the minimum where there is one."""

    minimum: float
    maximum: float
    step: float | None = None
    unit: str = ""
    whole: bool = False

    type_name: ClassVar[str] = "number"

    @property
    def python_types(self) -> tuple[type, ...]:
        return (int,) if self.whole else (float,)

    def expected(self) -> str:
        unit = f" in {self.unit}" if self.unit else ""
        return ("a whole number" if self.whole else "a number") + unit

    def check_given(self, value: Any) -> float:
        if isinstance(value, str):
            raise InvalidValueError(f"needs {self.expected()}, but is the text {shown(value)}", self._number_in(value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValueError(f"needs {self.expected()}, but is {shown(value)}")
        if isinstance(value, float) and not math.isfinite(value):
            nearest = None if math.isnan(value) else self.maximum if value > 0 else self.minimum
            raise InvalidValueError(f"needs a finite number, but is {figure(value)}", nearest)
        if not self.minimum <= value <= self.maximum:
            low, high = figure(self.minimum), with_unit(self.maximum, self.unit)
            raise InvalidValueError(f"must be {low} to {high}, but is {with_unit(value, self.unit)}",
                                    self._on_grid(self.minimum if value < self.minimum else self.maximum))
        if self.whole and value != int(value):
            raise InvalidValueError(f"needs {self.expected()}, but is {figure(value)}", self._on_grid(float(value)))
        on_grid = self._on_grid(float(value))
        if abs(on_grid - value) > STEP_TOLERANCE * max(1.0, abs(value)):
            raise InvalidValueError(
                f"must be a step of {with_unit(self.step or 1, self.unit)} from {with_unit(self.minimum, self.unit)}, "
                f"but is {with_unit(value, self.unit)}", on_grid)
        return on_grid

    def from_text(self, text: str) -> float:
        if _NUMBER.fullmatch(text):
            value = float(text)
            return int(value) if self.whole and value == int(value) else value
        hint = ""
        if _NUMBER.fullmatch(text.replace(",", ".", 1)):
            hint = f"; write {text.replace(',', '.', 1)}"
        elif found := _NUMBER.match(text):
            hint = f"; write {found.group()}" + (f", the unit is {self.unit}" if self.unit else "")
        raise InvalidValueError(f"needs {self.expected()}, but is {shown(text)}{hint}")

    def near(self, value: Any) -> Iterator[float]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return
        inside = min(max(float(value), float(self.minimum)), float(self.maximum))
        if self.step is None and not self.whole:
            scale = 10 ** OFFERED_DECIMALS
            around = [round(inside, OFFERED_DECIMALS), math.floor(inside * scale) / scale,
                      math.ceil(inside * scale) / scale, inside]
        else:
            pitch = float(self.step or 1)
            steps = [self._on_grid(min(max(inside + k * pitch, self.minimum), self.maximum)) for k in (0, -1, 1)]
            around = sorted(steps, key=lambda v: (abs(v - inside), v))
        yield from dict.fromkeys(v for v in around if self.minimum <= v <= self.maximum)

    def definition_problems(self) -> Iterator[str]:
        if not (math.isfinite(self.minimum) and math.isfinite(self.maximum) and self.minimum < self.maximum):
            yield f"minimum {self.minimum} must lie below maximum {self.maximum}, both finite"
            return
        if self.step is not None:
            if not (math.isfinite(self.step) and self.step > 0):
                yield f"step {self.step} must be above 0"
                return
            if abs(self._on_grid(float(self.maximum)) - self.maximum) > STEP_TOLERANCE * max(1.0, abs(self.maximum)):
                yield f"maximum {self.maximum} is no step of {self.step} from {self.minimum}"
        yield from OptionKind.definition_problems(self)

    def _on_grid(self, value: float) -> float:
        """The grid value nearest to one inside the range, in exact decimal arithmetic."""
        if self.step is None:
            return round(value) if self.whole else float(value) + 0.0
        low, step = Decimal(str(self.minimum)), Decimal(str(self.step))
        last = (Decimal(str(self.maximum)) - low) // step
        at = min(((Decimal(str(value)) - low) / step).to_integral_value(), last)
        number = low + at * step
        return int(number) if self.whole else float(number) + 0.0

    def _number_in(self, text: str) -> float | None:
        try:
            return self.check_given(self.from_text(text))
        except InvalidValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOption(OptionKind):
    """One of a few values, each with the label a person reads."""

    choices: tuple[tuple[str | int | float, str], ...]

    type_name: ClassVar[str] = "choice"

    @property
    def values(self) -> tuple[str | int | float, ...]:
        """The values in order."""
        return tuple(value for value, _ in self.choices)

    @property
    def python_types(self) -> tuple[type, ...]:
        return tuple(dict.fromkeys(type(v) for v in self.values))

    def expected(self) -> str:
        return "one of " + ", ".join(shown(v) for v in self.values)

    def check_given(self, value: Any) -> str | int | float:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            for known in self.values:
                if isinstance(known, str) == isinstance(value, str) and known == value:
                    return known
        nearest = self._nearest(value)
        raise InvalidValueError(f"must be {self.expected()}, but is {shown(value)}", nearest)

    def from_text(self, text: str) -> str | int | float:
        for known in self.values:
            if text == known if isinstance(known, str) else text == figure(known):
                return known
        number = float(text) if _NUMBER.fullmatch(text) else None
        for known in self.values:
            if number is not None and known == number:
                return known
        raise InvalidValueError(f"must be {self.expected()}, but is {shown(text)}", self._nearest(text))

    def _nearest(self, value: Any) -> str | int | float | None:
        numbers = [v for v in self.values if not isinstance(v, str)]
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and numbers:
            return min(numbers, key=lambda v: (abs(v - value), v))
        if not isinstance(value, str):
            return None
        by_text = {v if isinstance(v, str) else figure(v): v for v in self.values}
        near = nearest_name(value, by_text)
        return None if near is None else by_text[near]

    def definition_problems(self) -> Iterator[str]:
        if len(self.choices) < 2 or len(set(self.values)) < len(self.choices):
            yield "needs two or more different choices"
        if any(isinstance(v, bool) or not isinstance(v, str | int | float) for v in self.values):
            yield "choices must be texts or numbers"
            return
        yield from OptionKind.definition_problems(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagOption(OptionKind):
    """Yes or no."""

    type_name: ClassVar[str] = "flag"

    @property
    def python_types(self) -> tuple[type, ...]:
        return (bool,)

    def expected(self) -> str:
        return "true or false"

    def check_given(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise InvalidValueError(f"must be true or false, but is {shown(value)}")
        return value

    def from_text(self, text: str) -> bool:
        word = text.lower()
        if word in ("true", "yes", "on"):
            return True
        if word in ("false", "no", "off"):
            return False
        raise InvalidValueError(f"must be true or false (yes, no, on and off do as well), but is {shown(text)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOption(OptionKind):
    """A line of text: bounded length, no control characters, wholly matching `pattern` where there is one."""

    max_length: int
    pattern: str | None = None

    type_name: ClassVar[str] = "text"

    @property
    def python_types(self) -> tuple[type, ...]:
        return (str,)

    def expected(self) -> str:
        return f"a text of at most {self.max_length} characters"

    def check_given(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValueError(f"needs {self.expected()}, but is {shown(value)}")
        if len(value) > self.max_length:
            raise InvalidValueError(f"must have at most {self.max_length} characters, but has {len(value)}")
        for at, character in enumerate(value, start=1):
            if category(character) in ("Cc", "Cs"):
                raise InvalidValueError(f"holds the control character {character!a} at place {at}")
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise InvalidValueError(f"must match the pattern {self.pattern}, but is {shown(value)}")
        return value

    def from_text(self, text: str) -> str:
        return text

    def definition_problems(self) -> Iterator[str]:
        if self.max_length < 1:
            yield f"max_length {self.max_length} must be at least 1"
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            yield f"pattern {self.pattern!r} is no regular expression: {error}"
            return
        yield from OptionKind.definition_problems(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentOption(OptionKind):
    """A file, held as `Attachment` and identified by the SHA-256 of its bytes."""

    suffixes: tuple[str, ...]
    max_bytes: int

    type_name: ClassVar[str] = "attachment"

    @property
    def python_types(self) -> tuple[type, ...]:
        return (Attachment,)

    def expected(self) -> str:
        return f"a file ({', '.join(self.suffixes)}) of at most {self.max_bytes} bytes"

    def check_given(self, value: Any) -> Attachment:
        if not isinstance(value, Attachment):
            raise InvalidValueError(f"needs {self.expected()}, but is {shown(value)}")
        if not value.name.lower().endswith(self.suffixes):
            raise InvalidValueError(f"needs {self.expected()}, but the file is named {shown(value.name)}")
        if not value.data:
            raise InvalidValueError(f"needs {self.expected()}, but {shown(value.name)} is empty")
        if len(value.data) > self.max_bytes:
            raise InvalidValueError(f"takes at most {self.max_bytes} bytes, but {shown(value.name)} has "
                                    f"{len(value.data)}")
        digest = bytes_digest(value.data)
        if value.digest not in ("", digest):
            raise InvalidValueError(f"{shown(value.name)} does not match its digest: the bytes give {digest}")
        return Attachment(value.name, value.data, digest)

    def from_text(self, text: str) -> str:
        return text

    def canonical(self, value: Any) -> str | None:
        return None if value is None else f"sha256:{value.digest}"

    def definition_problems(self) -> Iterator[str]:
        if self.max_bytes < 1:
            yield f"max_bytes {self.max_bytes} must be at least 1"
        if not self.suffixes or any(not s.startswith(".") or s != s.lower() for s in self.suffixes):
            yield "suffixes must be lower case and start with a dot"
        if self.default is not None:
            yield "an attachment's default can only be None"
            return
        yield from OptionKind.definition_problems(self)
