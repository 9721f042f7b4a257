"""How values and names are shown in a sentence: short, exact, and safe for hostile input."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, TypeGuard

SHOWN_CHARACTERS = 60
_WIDEST_INTEGER_BITS = 128


def figure(value: float) -> str:
    """Shortest decimal text that reads back as the same number, without a trailing `.0`."""
    if _is_wide(value):
        return f"an integer of {value.bit_length()} bits"
    text = repr(value).removesuffix(".0")
    return "0" if text == "-0" else text


def with_unit(value: float, unit: str) -> str:
    """A number and its unit, e.g. `150 mm`; the bare number where there is no unit."""
    return f"{figure(value)} {unit}" if unit and not _is_wide(value) else figure(value)


def _is_wide(value: float) -> TypeGuard[int]:
    """Whether an integer has more digits than a sentence should hold (Python itself refuses to print over 4300)."""
    return isinstance(value, int) and value.bit_length() > _WIDEST_INTEGER_BITS


def shown(value: Any) -> str:
    """A value as it stands in a sentence: JSON words for booleans and null, quoted and shortened text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return figure(value)
    if isinstance(value, str):
        short = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "..."
        return f"'{short}'" if short.isprintable() and "'" not in short else ascii(short)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"a table of {len(value)}"
    return f"a value of type {type(value).__name__}"


def as_path(name: str) -> str:
    """A name given by a customer, as the field path of a problem: quoted only where it could not stand bare."""
    return name if 0 < len(name) <= SHOWN_CHARACTERS and name.isprintable() else shown(name)


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a mistyped one, case and hyphens aside; None when none is near."""
    folded = {k.lower().replace("-", "_"): k for k in known}
    near = get_close_matches(name[:SHOWN_CHARACTERS].lower().replace("-", "_"), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def no_such_option(name: str, known: Iterable[str]) -> str:
    """The sentence about an unknown option, with the nearest known one and all there are."""
    names = list(known)
    near = nearest_name(name, names)
    hint = f"; did you mean {near!r}?" if near else "."
    return f"no such option{hint} Options: {', '.join(names)}."
