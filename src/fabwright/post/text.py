"""Words that people wrote, made harmless inside a program."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_UNSAFE = re.compile(r"[^A-Za-z0-9 .,:_+@/=#'-]")
_NOT_NAME = re.compile(r"[^A-Za-z0-9_]+")

#: Longest text put into one comment, so that a line stays below the 80 characters of GRBL.
COMMENT_LENGTH = 64


def comment_text(text: str) -> str:
    """ASCII on one line, at most `COMMENT_LENGTH` long, without characters a controller could act upon.

    Only letters, digits, blanks and `.,:_+@/=#'-` stay: no line ends, brackets or `;`, no `*` (a checksum), and none of
    `!` `~` `?`, which GRBL obeys even inside a comment. Accents are dropped, what remains becomes `_`.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _UNSAFE.sub("_", " ".join(plain.split()))[:COMMENT_LENGTH].strip()


def object_labels(names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Number and one-word label for each distinct name, in order of appearance; labels never coincide."""
    labels: dict[str, tuple[int, str]] = {}
    taken: set[str] = set()
    for name in names:
        if name in labels:
            continue
        stem = _NOT_NAME.sub("_", comment_text(name)).strip("_") or "object"
        label, again = stem, 2
        while label.upper() in taken:  # Klipper folds names to upper case
            label, again = f"{stem}_{again}", again + 1
        taken.add(label.upper())
        labels[name] = (len(labels), label)
    return labels


def duration_text(seconds: float) -> str:
    """`1d 2h 3m 4s`, leading units that are zero left out, seconds rounded."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    d, h = divmod(hours, 24)
    parts = [(d, "d"), (h, "h"), (m, "m")]
    while parts and parts[0][0] == 0:
        parts.pop(0)
    return " ".join(f"{value}{unit}" for value, unit in [*parts, (s, "s")])
