"""The last look at what the template and the events wrote, before it becomes a file."""

from __future__ import annotations

import re

import numpy as np

from fabwright.errors import PostError
from fabwright.post.controller import Controller
from fabwright.post.decimals import Words

#: Words that touch firmware, EEPROM, files or safety limits, or that move to a place nobody chose; on every controller.
_NEVER = re.compile(r"(?:^|\s)(?:M112|M50[0-4]|M997|M28|M29|M30|M302|M851|G20|G91|G10)(?![0-9])|^\s*\$|^\s*%")

#: What GRBL 1.1 answers with an error, or what a machine without homing must not do.
_NEVER_GRBL = re.compile(r"[%#\[\]{}]|(?:^|\s)(?:M0?6|M98|G28|G30|G41|G42|G43|G64|G8[1-9]|A|E|H|T)(?=[-0-9.\s]|$)")


def check_words(text: str, controller: Controller, name: str) -> None:
    """Refuse forbidden words and overlong lines in `text`; PostError names file, line and word (not comments)."""
    for line in text.splitlines():
        words = line.split(";", 1)[0]
        found = _NEVER.search(words) or (controller.name == "grbl" and _NEVER_GRBL.search(words)) or None
        if found:
            raise PostError(f"{name}: {controller.name} must never be sent {found.group().strip()!r} (in {line!r}); "
                            f"take it out of the template or the settings")
        limit = controller.line_limit
        if limit and len(line) > limit:
            raise PostError(f"{name}: a line of {len(line)} characters, {controller.name} takes {limit}; "
                            f"shorten it in the template: {line[:40]!r}")


def check_rows(rows: Words, controller: Controller, name: str) -> None:
    """Refuse moves whose line is longer than the controller takes."""
    if not controller.line_limit or not len(rows) or rows.shape[1] * 4 <= controller.line_limit:
        return
    length = np.count_nonzero(rows.view(np.uint8), axis=1) - 1
    if length.max() > controller.line_limit:
        raise PostError(f"{name}: move {int(length.argmax())} makes a line of {int(length.max())} characters; "
                        f"{controller.name} takes {controller.line_limit}; lower coord_decimals")
