"""The last look at what the template and the events wrote, before it becomes a file."""

from __future__ import annotations

import re

import numpy as np

from fabwright.errors import PostError
from fabwright.post.controller import Controller
from fabwright.post.decimals import Words

#: Words that touch firmware, EEPROM, files or safety limits, or that change units and distance mode; nobody gets them.
_EVERYWHERE = (r"(?<![A-Z_=])(?:M0*(?:28|29|30|112|302|50[0-4]|851|997)|G0*(?:10|20|91))(?![0-9.])"
               r"|^\s*[$%]")

#: Words that move a cutter to a place nobody chose, or shift the work zero under it.
_CUTTING = r"(?<![A-Z_=])G0*(?:28|30|92)(?![0-9])"

#: What GRBL 1.1 answers with an error.
_GRBL = r"[%#\[\]{}]|(?<![A-Z_=])(?:M0*(?:6|98)|G0*(?:41|42|43|64|8[1-9]))(?![0-9.])|(?<![A-Z_=])[AEHT][-+.0-9]"

#: What runs or changes files, or the machine's own configuration, in RepRapFirmware.
_REPRAP = r"(?<![A-Z_=])M0*(?:98|20[68]|30[17]|4[67][01]|505|5[456][0-9]|58[0-9]|66[5-9]|9[15]0|98[1-9]|999)(?![0-9.])"

_NEVER = {"bambu": re.compile(_EVERYWHERE, re.I), "reprap": re.compile(f"{_EVERYWHERE}|{_REPRAP}", re.I),
          "marlin": re.compile(_EVERYWHERE, re.I), "klipper": re.compile(_EVERYWHERE, re.I),
          "linuxcnc": re.compile(f"{_EVERYWHERE}|{_CUTTING}", re.I),
          "grbl": re.compile(f"{_EVERYWHERE}|{_CUTTING}|{_GRBL}", re.I)}

#: Names given to objects are no words.
_NAMES = re.compile(r'NAME=\S+|(?<=M486 )A\S+|"[^"]*"')


def check_words(text: str, controller: Controller, name: str) -> None:
    """Refuse forbidden words and overlong lines in `text`; PostError names file, line and word (not comments)."""
    never, limit = _NEVER[controller.name], controller.line_limit
    for line in text.splitlines():
        found = never.search(_NAMES.sub("", line.split(";", 1)[0]))
        if found:
            raise PostError(f"{name}: {controller.name} must never be sent {found.group().strip()!r} (in {line!r}); "
                            f"take it out of the template or the settings")
        if limit and len(line) > limit:
            raise PostError(f"{name}: a line of {len(line)} characters, {controller.name} takes {limit}; "
                            f"shorten it in the template: {line[:40]!r}")


def check_rows(rows: Words, controller: Controller, name: str) -> None:
    """Refuse moves whose line is longer than the controller takes."""
    limit = controller.line_limit
    if not limit or not len(rows) or rows.shape[1] * 4 <= limit:
        return
    length = np.count_nonzero(rows.view(np.uint8), axis=1) - 1
    if length.max() > limit:
        raise PostError(f"{name}: move {int(length.argmax())} makes a line of {int(length.max())} characters, "
                        f"{controller.name} takes {limit}; lower coord_decimals")
