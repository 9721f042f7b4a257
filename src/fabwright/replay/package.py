"""Programs inside a 3MF package: taken out, and checked against the digest that the printer checks."""

from __future__ import annotations

import hashlib
import io
import zipfile

from fabwright.errors import ReplayError
from fabwright.replay.limits import PROGRAM_MAX_BYTES
from fabwright.replay.reports import Reports

PROGRAM = "Metadata/plate_1.gcode"


def unpacked(data: bytes, file: str, reports: Reports) -> bytes:
    """The program of a package. Raises ReplayError where there is none to read; a digest that is missing or does not
    fit is an error of the file, since the printer refuses it."""
    if not data.startswith(b"PK"):
        raise ReplayError(f"{file}: this machine takes programs in a 3MF package (.gcode.3mf), and this is none.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if names.count(PROGRAM) != 1:
                raise ReplayError(f"{file}: the package holds {names.count(PROGRAM)} times {PROGRAM}; it must hold it "
                                  "once.")
            others = sorted(n for n in names if n.endswith(".gcode") and n != PROGRAM)
            if others:
                raise ReplayError(f"{file}: the package holds more than one program ({', '.join(others[:3])}).")
            if archive.getinfo(PROGRAM).file_size > PROGRAM_MAX_BYTES:
                raise ReplayError(f"{file}: the program is larger than the {PROGRAM_MAX_BYTES} bytes it may have.")
            program = archive.read(PROGRAM)
            stated = archive.read(f"{PROGRAM}.md5") if f"{PROGRAM}.md5" in names else b""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ReplayError(f"{file}: the package cannot be opened: {error}") from None
    digest = hashlib.md5(program, usedforsecurity=False).hexdigest()
    if stated.strip().lower() != digest.encode():
        said = stated.strip().decode("ascii", "replace")[:40] or "missing"
        reports.error(1, "package-digest", f"the MD5 of the program is {said} in the package, but the program has "
                      f"{digest.upper()}; the printer refuses it.")
    return program
