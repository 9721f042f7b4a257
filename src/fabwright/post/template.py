"""The program around its body: header, pictures and footer, placed by the dialect's template."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NoReturn

from fabwright.errors import PostError
from fabwright.model import Dialect, Thumbnail, ToolpathFile, number_text
from fabwright.post.text import comment_text, duration_text

#: Stands for the body while the template is rendered; no comment text can contain it.
_BODY = "\0body\0"

#: Characters of base64 per comment line, as slicers write them.
PICTURE_LINE = 78

#: Places of fractional facts and settings.
FACT_DECIMALS = 5


class _Named(dict[str, str]):
    """Values by name; a missing one is a PostError rather than an empty place in the program."""

    def __init__(self, kind: str, where: str, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.kind, self.where = kind, where

    def __missing__(self, name: str) -> NoReturn:
        raise PostError(f"{self.where}: the template needs the {self.kind} {name!r}, which was not given")


def around(file: ToolpathFile, dialect: Dialect, identity: Mapping[str, str]) -> tuple[bytes, bytes]:
    """What comes before and after the body, as ASCII bytes; PostError for a template or facts that do not fit."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    where = f"{file.name} ({dialect.controller})"
    try:
        text = environment.from_string(dialect.template).render(
            body=_BODY,
            facts=_Named("fact", where, _facts(file, where)),
            identity=_Named("identity", where, {k: comment_text(v) for k, v in identity.items()}),
            settings={k: _value_text(v, f"{where}: setting {k!r}") for k, v in dialect.settings.items()},
            thumbnails=[_picture(t) for t in file.thumbnails])
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise PostError(f"{where}: the template cannot be filled in: {error}") from None
    head, *rest = text.split(_BODY)
    if len(rest) != 1:
        raise PostError(f"{where}: the template must place the body once, not {len(rest)} times")
    try:
        return head.encode("ascii"), rest[0].lstrip("\n").encode("ascii")
    except UnicodeEncodeError as error:
        raise PostError(f"{where}: the template has {error.object[error.start]!r}; it must be ASCII") from None


def _facts(file: ToolpathFile, where: str) -> dict[str, str]:
    facts = {k: _value_text(v, f"{where}: fact {k!r}") for k, v in file.facts.items()}
    seconds = file.facts.get("estimated_time_s")
    if seconds is not None:
        facts["estimated_time_text"] = duration_text(float(seconds))
    return facts


def _value_text(value: str | float | int | bool, where: str) -> str:
    """A fact or setting as text; true is `yes`, false is empty (so that `if` works)."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, str):
        return comment_text(value)
    try:
        return number_text(value, FACT_DECIMALS)
    except ValueError as error:
        raise PostError(f"{where}: {error}") from None


def _picture(thumbnail: Thumbnail) -> dict[str, Any]:
    text = base64.b64encode(thumbnail.png).decode("ascii")
    return {"width": str(thumbnail.width), "height": str(thumbnail.height), "length": str(len(text)),
            "lines": [text[k:k + PICTURE_LINE] for k in range(0, len(text), PICTURE_LINE)]}
