"""Releases on disk: finding them in catalogue folders, reading what they say of themselves, loading their code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fabwright.errors import StoreError, UnknownNameError, UsageError
from fabwright.model import bytes_digest, value_digest
from fabwright.store.importing import import_release
from fabwright.store.imports import check_imports
from fabwright.store.locations import designs_root, read_toml
from fabwright.store.semver import Version, parse_range, parse_version

_ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_CACHES = ("__pycache__",)
_SchemaT = TypeVar("_SchemaT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedDesign:
    """A release's code: its `options` model (a subclass of `fabwright.design.Options`) and its
    `build(options, making) -> Part`."""

    options: type[Any]
    build: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A named order from `cases.toml`: raw `options` (an attachment's value is a path inside the release's folder),
    the `classes` of machine it is built for, and figures to `expect`."""

    name: str
    options: Mapping[str, Any]
    classes: tuple[str, ...]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a design. `classes` maps each class of machine it serves to how, `refused` each other to why not.

    `digest` is the SHA-256 over the names and bytes of all files in `folder`, caches and hidden files excluded.
    """

    id: str
    version: Version
    licence: str
    title: str
    summary: str
    classes: Mapping[str, str] = field(hash=False)
    refused: Mapping[str, str] = field(hash=False)
    folder: Path
    digest: str
    _files: Mapping[str, bytes] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"

    def load(self) -> LoadedDesign:
        """Import the design's code as it was when the release was read; repeated calls give the same objects.

        UsageError when a module imports what a design may not, cannot be loaded, or defines no OPTIONS and build.
        """
        sources = {name: data for name, data in self._files.items() if name.endswith(".py")}
        if "design.py" not in sources:
            raise UsageError(f"{self.folder}: a design has a design.py")
        package = f"fabwright_release_{self.id.replace('-', '_')}_{self.digest[:16]}"
        if f"{package}.design" not in sys.modules:
            check_imports(self.folder, sources)
        module = import_release(package, self.folder, sources, "design")
        options, build = getattr(module, "OPTIONS", None), getattr(module, "build", None)
        if not (isinstance(options, type) and hasattr(options, "__option_kinds__")):
            raise UsageError(f"{self.folder / 'design.py'}: OPTIONS must name a subclass of fabwright.design.Options")
        if not callable(build):
            raise UsageError(f"{self.folder / 'design.py'}: build(options, making) is missing")
        return LoadedDesign(options, build)

    def cases(self) -> tuple[Case, ...]:
        """The named orders of `cases.toml`, in file order; UsageError for what does not fit."""
        path = self.folder / "cases.toml"
        listed = _checked(_CasesFile, read_toml(path), path).case
        for case in listed:
            if [c.name for c in listed].count(case.name) > 1:
                raise UsageError(f"{path}: two cases are named {case.name!r}")
            for name in case.classes:
                if name not in self.classes:
                    raise UsageError(f"{path}: case {case.name!r}: {self.id} does not serve the class {name!r}")
        return tuple(Case(c.name, c.options, tuple(c.classes), c.expect) for c in listed)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Served(_Table):
    summary: str = Field(min_length=1)


class _Refused(_Table):
    reason: str = Field(min_length=1)


class _DesignFile(_Table):
    id: str = Field(pattern=f"^{_ID}$")
    version: str
    licence: str = Field(min_length=1)
    title: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    classes: dict[str, _Served] = Field(min_length=1)
    refused: dict[str, _Refused] = {}


class _CaseTable(_Table):
    name: str = Field(min_length=1)
    options: dict[str, Any] = {}
    classes: list[str] = Field(min_length=1)
    expect: dict[str, Any] = {}


class _CasesFile(_Table):
    case: list[_CaseTable] = Field(min_length=1)


def read_releases(extra_roots: Iterable[Path] = (), built_in: bool = True) -> tuple[Release, ...]:
    """Every release in the built-in catalogue and in `extra_roots`, by id, then version.

    A root holds folders named `<id>` or `<id>@<version>`. UsageError when a root is missing, a `design.toml` is wrong,
    or two folders hold different content as the same version.
    """
    roots = ([designs_root()] if built_in else []) + [Path(r) for r in extra_roots]
    found: dict[tuple[str, Version], Release] = {}
    for folder in (f for root in roots for f in _design_folders(root)):
        release = read_release(folder)
        twin = found.setdefault((release.id, release.version), release)
        if twin.digest != release.digest:
            raise UsageError(f"{twin.folder} and {folder} hold different files as {release}; raise the version of one")
    return tuple(found[key] for key in sorted(found))


def read_release(folder: Path) -> Release:
    """The release in one folder; UsageError naming the file and field that is wrong."""
    path = folder / "design.toml"
    if not path.is_file():
        raise UsageError(f"{folder}: a design has a design.toml")
    head = _checked(_DesignFile, read_toml(path), path)
    try:
        version = parse_version(head.version)
    except ValueError as error:
        raise UsageError(f"{path}: version: {error}") from None
    if folder.name not in (head.id, f"{head.id}@{version}"):
        raise UsageError(f"{path}: id and version say {head.id}@{version}, but the folder is named {folder.name!r}")
    for name in head.classes:
        if name in head.refused:
            raise UsageError(f"{path}: the class {name!r} is both served and refused")
    held = _read_files(folder)
    return Release(head.id, version, head.licence, head.title, head.summary,
                   {name: c.summary for name, c in head.classes.items()},
                   {name: r.reason for name, r in head.refused.items()},
                   folder, value_digest({name: bytes_digest(data) for name, data in held.items()}), held)


def find_release(releases: Sequence[Release], spec: str) -> Release:
    """The newest release that a spec asks for: `insole`, `insole@1.0.0`, `insole@1`, `insole@^1` or `insole@~1.2`.

    Without a version the newest that is no prerelease, or the newest at all where there are only prereleases.
    UnknownNameError when there is none, UsageError when the spec cannot be read.
    """
    wanted, at, text = spec.partition("@")
    versions = [r for r in releases if r.id == wanted]
    if not versions:
        raise UnknownNameError("design", wanted, list(dict.fromkeys(r.id for r in releases)))
    if not at:
        fit = [r for r in versions if not r.version.prerelease] or versions
    else:
        try:
            within = parse_range(text)
        except ValueError as error:
            raise UsageError(f"design {spec!r}: {error}") from None
        fit = [r for r in versions if within(r.version)]
    if not fit:
        raise UnknownNameError("version of a design", spec, [str(r) for r in versions])
    return max(fit, key=lambda r: r.version)


def _design_folders(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        raise UsageError(f"there is no folder of designs {root}")
    if (root / "design.toml").exists():
        raise UsageError(f"{root} is a design itself; give the folder that holds it")
    for folder in sorted(root.iterdir()):
        if (folder / "design.toml").exists() or (folder / "design.py").exists():
            yield folder


def _read_files(folder: Path) -> dict[str, bytes]:
    """Every file of a release by its posix path inside the folder, in order of path."""
    inside = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    kept = sorted(p.as_posix() for p in inside
                  if not any(part.startswith(".") or part in _CACHES for part in p.parts) and p.suffix != ".pyc")
    try:
        return {name: (folder / name).read_bytes() for name in kept}
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be read: {error.strerror}") from None


def _checked(schema: type[_SchemaT], document: Mapping[str, Any], path: Path) -> _SchemaT:
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise UsageError("\n".join(lines)) from None
