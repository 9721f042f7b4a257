"""Reading raw options: strict JSON, and `name=value` from a command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from fabwright.design.kinds import InvalidValueError
from fabwright.design.options import Options, option_kinds
from fabwright.design.wording import as_path, no_such_option, shown
from fabwright.errors import OptionErrors, OptionProblem, UsageError

LARGEST_INPUT_BYTES = 64 * 1024
DEEPEST_NESTING = 8
LONGEST_INTEGER_DIGITS = 30
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def parse_options_json(data: bytes, design: str = "options") -> dict[str, Any]:
    """Options from a JSON document (RFC 8259, UTF-8), names to values.

    `design` is only the name in messages. Raises UsageError for what is no such document (over 64 KiB, not UTF-8, not
    JSON, NaN or Infinity, nested too deep, no table at the top) and OptionErrors naming each key that comes twice.
    """
    if len(data) > LARGEST_INPUT_BYTES:
        raise UsageError(f"{design}: the options are {len(data)} bytes, the limit is {LARGEST_INPUT_BYTES}; a file "
                         "goes into an attachment option, not into the JSON")
    try:
        document = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{design}: the options are not UTF-8 text (byte {error.start}); save the file as UTF-8"
                         ) from None
    _refuse_deep(document, design)
    repeated: list[str] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                repeated.append(key)
            seen[key] = value
        return seen

    try:
        value = json.loads(document, object_pairs_hook=table, parse_constant=_refuse_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise UsageError(f"{design}: the options are not JSON: line {error.lineno} column {error.colno}: "
                         f"{error.msg}") from None
    except InvalidValueError as refusal:
        raise UsageError(f"{design}: the options are not JSON: {refusal.message}") from None
    if repeated:
        raise OptionErrors(design, [OptionProblem(as_path(key), "is given twice; keep one of them")
                                    for key in dict.fromkeys(repeated)])
    if not isinstance(value, dict):
        raise UsageError(f"{design}: the options must be a JSON object such as {{\"name\": 1}}, not {shown(value)}")
    return value


def parse_assignments(model: type[Options], assignments: Iterable[str], design: str = "options") -> dict[str, Any]:
    """Options from `name=value` texts, each value read by its option's declared type.

    An empty value stands for null where null is allowed; the value of an attachment option stays the text it is (a
    path, for the caller to read). Raises OptionErrors with every text that cannot be read.
    """
    kinds = option_kinds(model)
    values: dict[str, Any] = {}
    problems: list[OptionProblem] = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        path = as_path(name)
        if not equals or not name:
            problems.append(OptionProblem(as_path(assignment), "write an option as name=value"))
        elif name not in kinds:
            problems.append(OptionProblem(path, no_such_option(name, kinds)))
        elif name in values:
            problems.append(OptionProblem(path, "is given twice; keep one of them"))
        else:
            values[name] = None
            try:
                kind = kinds[name]
                values[name] = None if not text and kind.default is None else kind.from_text(text.strip())
            except InvalidValueError as refusal:
                problems.append(OptionProblem(path, refusal.message, nearest=refusal.nearest))
    if problems:
        raise OptionErrors(design, problems)
    return values


def _refuse_deep(document: str, design: str) -> None:
    """Bound the nesting before the parser recurses into it."""
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", document)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST_NESTING:
            raise UsageError(f"{design}: the options are nested more than {DEEPEST_NESTING} deep; a table of names and "
                             "values is all they need")


def _refuse_constant(word: str) -> Any:
    raise InvalidValueError(f"{word} is no number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER_DIGITS:
        raise InvalidValueError(f"an integer of {len(digits)} digits, the limit is {LONGEST_INTEGER_DIGITS}")
    return int(digits)
