"""The first stage: a release's options model and a customer's raw options become a checked, canonical `Variant`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from fabwright.design.kinds import AttachmentOption, InvalidValueError
from fabwright.design.options import Options, option_kinds, visibility_problems
from fabwright.design.wording import as_path, no_such_option, shown
from fabwright.errors import InternalError, OptionErrors, OptionProblem, UsageError
from fabwright.model import Attachment, Variant, value_digest


def configure(model: type[Options], raw: Mapping[str, Any], design: str, version: str,
              attachments: Sequence[Attachment] = ()) -> Variant:
    """Check raw options and give the variant they order.

    `raw` holds only what the customer set; the rest are defaults. The value of an attachment option is an
    `Attachment`, or its canonical `sha256:<hex>` when the file itself is among `attachments`. Raises OptionErrors
    with every problem: all options by themselves first, then, when those are right, all rules.
    """
    if not isinstance(raw, Mapping):
        raise UsageError(f"{design}: options must be a table of names and values, not {shown(raw)}")
    order = _resolve(model, raw, attachments)
    try:
        typed = model.model_validate(order)
    except ValidationError as error:
        raise OptionErrors(design, tuple(_problems(model, order, error))) from None
    except OptionErrors as error:
        raise OptionErrors(design, error.problems) from None
    kinds = option_kinds(model)
    values = {name: getattr(typed, name) for name in kinds}
    options = {name: kinds[name].canonical(values[name]) for name in kinds}
    digest = value_digest({"design": design, "version": version, "options": options})
    held = tuple(v for v in values.values() if isinstance(v, Attachment))
    return Variant(design, version, options, digest, typed, held)


def _resolve(model: type[Options], raw: Mapping[str, Any], attachments: Sequence[Attachment]) -> dict[str, Any]:
    """The raw options with text keys, and with attachments put in for their digests."""
    held = {f"sha256:{a.digest}": a for a in attachments}
    kinds = option_kinds(model)
    order: dict[str, Any] = {}
    for key, value in raw.items():
        name = key if isinstance(key, str) else shown(key)
        if isinstance(value, str) and isinstance(kinds.get(name), AttachmentOption):
            value = held.get(value, value)
        order[name] = value
    return order


def _problems(model: type[Options], order: Mapping[str, Any], error: ValidationError) -> Iterator[OptionProblem]:
    """Field problems and hidden options in field order, then unknown names as they came."""
    kinds = option_kinds(model)
    found: dict[str, OptionProblem] = {}
    unknown: list[OptionProblem] = []
    for entry in error.errors(include_url=False, include_input=False):
        if not entry["loc"]:
            raise InternalError(f"{model.__name__}: one of its rules failed instead of yielding: {entry['msg']}")
        name = str(entry["loc"][0])
        cause = entry.get("ctx", {}).get("error")
        if entry["type"] == "extra_forbidden":
            unknown.append(OptionProblem(as_path(name), no_such_option(name, kinds)))
        elif isinstance(cause, InvalidValueError):
            found.setdefault(name, OptionProblem(name, cause.message, nearest=cause.nearest))
        else:
            found.setdefault(name, OptionProblem(name, entry["msg"]))
    values = {name: kinds[name].check(order.get(name, kinds[name].default)) for name in kinds if name not in found}
    for problem in visibility_problems(model, values, order):
        found.setdefault(problem.path, problem)
    yield from (found[name] for name in kinds if name in found)
    yield from unknown
