"""Content identity: every stage's result is keyed by the digest of what went in."""

from __future__ import annotations

import hashlib
from typing import Any

from fabwright.model.numbers import canonical_json


def bytes_digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def value_digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, as 64 hex digits."""
    return bytes_digest(canonical_json(value))
