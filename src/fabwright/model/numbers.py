"""The one place where a number becomes text, and where JSON becomes canonical."""

from __future__ import annotations

from typing import Any

import numpy as np
import rfc8785


def number_text(value: float, decimals: int) -> str:
    """Fixed-point text with at most `decimals` places: no exponent, no `-0`, no trailing zeros.

    Raises ValueError for a value that is not finite.
    """
    if not np.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain(value: Any) -> Any:
    """The JSON-able form of numpy scalars, arrays, tuples and mappings (keys become text)."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    return value


def canonical_json(value: Any) -> bytes:
    """RFC 8785 (JSON Canonicalization Scheme) bytes of a JSON-able value."""
    return bytes(rfc8785.dumps(plain(value)))
