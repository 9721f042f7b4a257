"""A zip archive whose bytes depend on its contents alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_PINNED_TIME = (1980, 1, 1, 0, 0, 0)


def write_archive(files: Mapping[str, bytes], first: str = "") -> bytes:
    """Stored (uncompressed) zip of named files in name order, `first` ahead of the others; dates pinned.

    Stored, because compressors differ between builds of the same library.
    """
    names = sorted(files, key=lambda n: (n != first, n))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _PINNED_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
