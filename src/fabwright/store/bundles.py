"""Jobs on disk: written whole or not at all, read without trusting what is there."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fabwright.errors import InputFileError, StoreError, UsageError

LARGEST_FILE_BYTES = 1 << 30
_MOST_FILES = 10_000


@contextmanager
def disk_failures(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals into StoreError sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(f"{path}: the disk is full; nothing was kept. Free some space and try again.") from None
        raise StoreError(f"{path}: {error.strerror or error}") from None


def save_folder(files: Mapping[str, bytes], parent: Path, name: str) -> Path:
    """Write a job's files as `parent/name`, complete or not at all, and read every file back.

    An older folder of the same name is replaced only once the new one is whole. Raises StoreError, UsageError when
    something that is not a job folder stands in the way.
    """
    target = parent / name
    if target.exists() and not (target / "manifest.json").is_file():
        raise UsageError(f"{target} exists and is not a job folder; choose another --out")
    with disk_failures(target):
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=parent))
        try:
            staging.chmod(0o755)
            for relative in sorted(files):
                _write(staging / relative, files[relative])
            _replace_folder(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return target


def save_file(data: bytes, path: Path) -> Path:
    """Write one file, complete or not at all, and read it back; StoreError says what the disk refused."""
    with disk_failures(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        try:
            _write(Path(temporary), data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    return path


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    if path.read_bytes() != data:
        raise StoreError(f"{path}: the disk gave back other bytes than were written")


def _replace_folder(staging: Path, target: Path) -> None:
    if not target.exists():
        os.replace(staging, target)
        return
    retired = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    try:
        os.replace(target, retired / "job")
        try:
            os.replace(staging, target)
        except OSError:
            os.replace(retired / "job", target)
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file of a job folder by relative name; UsageError when it is no folder, StoreError when unreadable."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such job folder")
    with disk_failures(folder):
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        if len(paths) > _MOST_FILES:
            raise UsageError(f"{folder}: {len(paths)} files are too many for a job bundle (limit {_MOST_FILES})")
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def read_input(path: Path, largest_bytes: int = LARGEST_FILE_BYTES) -> bytes:
    """Bytes of a file the user names; InputFileError when it is missing, a folder or larger than allowed."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputFileError(f"{path} is a folder, a file is needed")
        if size > largest_bytes:
            raise InputFileError(f"{path} has {size} bytes; at most {largest_bytes} are read")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputFileError(f"{path}: no such file") from None
    except OSError as error:
        raise InputFileError(f"{path}: {error.strerror or error}") from None
