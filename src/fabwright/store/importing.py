"""Importing a release's modules under a name of their own, from the very bytes that were digested.

Relative imports work, two versions live side by side, and no bytecode cache can stand for an older source.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from fabwright.errors import UsageError

# What a designer's module may raise while it is imported, short of the interpreter's own ends.
_RAISED_BY_MODULES = (ArithmeticError, AttributeError, ImportError, LookupError, NameError, RuntimeError, TypeError,
                      ValueError)


class ReleaseFinder(MetaPathFinder, SourceLoader):  # type: ignore[misc]  # two bases of the standard library disagree
    """Finds and loads the modules of one release from memory; `package` is the name they go under."""

    def __init__(self, package: str, folder: Path, sources: Mapping[str, bytes]) -> None:
        self.package = package
        self._files: dict[str, tuple[str, bool]] = {}
        self._sources: dict[str, bytes] = {}
        for name, source in sorted(sources.items()):
            *parents, last = name.removesuffix(".py").split("/")
            for depth in range(len(parents) + 1):  # folders are packages, with or without an __init__.py
                initial = str(folder.joinpath(*parents[:depth], "__init__.py"))
                self._files[".".join([package, *parents[:depth]])] = (initial, True)
                self._sources.setdefault(initial, b"")
            if last != "__init__":
                self._files[".".join([package, *parents, last])] = (str(folder / name), False)
            self._sources[str(folder / name)] = source

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
                  ) -> ModuleSpec | None:
        """The spec of a module of this release, None for any other."""
        if fullname not in self._files:
            return None
        spec = spec_from_loader(fullname, self, is_package=self.is_package(fullname))
        if spec is not None and spec.submodule_search_locations is not None:
            spec.submodule_search_locations = []  # or the interpreter's own finder would read the disk first
        return spec

    def is_package(self, fullname: str) -> bool:
        """Whether the module is a folder of modules."""
        return self._files[fullname][1]

    def get_filename(self, fullname: str) -> str:
        """Where the module's source lies on disk (for messages)."""
        return self._files[fullname][0]

    def get_data(self, path: str | bytes) -> bytes:
        """The source as digested; OSError for anything else, so that no bytecode cache is read."""
        try:
            return self._sources[str(path)]
        except KeyError:
            raise OSError(f"{path!r} is no module of {self.package}") from None


def import_release(package: str, folder: Path, sources: Mapping[str, bytes], module: str) -> ModuleType:
    """Import one module of a release as `package.module`.

    `sources` maps each module's path inside `folder` (posix) to its bytes. UsageError names the file and line at which
    the import failed.
    """
    if not any(isinstance(f, ReleaseFinder) and f.package == package for f in sys.meta_path):
        sys.meta_path.append(ReleaseFinder(package, folder, sources))
    try:
        return import_module(f"{package}.{module}")
    except _RAISED_BY_MODULES as error:
        frames = [f for f in extract_tb(error.__traceback__) if f.filename.startswith(str(folder))]
        at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(folder)
        raise UsageError(f"{at}: the design cannot be loaded: {type(error).__name__}: {error}") from error
