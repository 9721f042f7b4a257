"""Where things lie: inside an installed wheel, or in the checkout beside `src/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from fabwright.errors import StoreError, UsageError

PROGRAM_TEMPLATE = "program.gcode.j2"
_PROFILE_FOLDERS = {"machine": "profiles", "material": "materials"}


def package_root() -> Path:
    """The folder of the installed `fabwright` package; StoreError where it is not a plain folder."""
    root = files("fabwright")
    if not isinstance(root, Path):
        raise StoreError(f"fabwright is installed as {root}; it must be unpacked into a folder")
    return root


def data_root(name: str) -> Path:
    """The folder `name` that travels in the wheel as `_data/<name>`, or the checkout's own; StoreError if neither."""
    package = package_root()
    for root in (package / "_data" / name, package.parent.parent / name):
        if root.is_dir():
            return root
    raise StoreError(f"the folder {name!r} is neither in {package / '_data'} nor beside {package.parent}; install "
                     "fabwright again")


def designs_root() -> Path:
    """The built-in catalogue: one folder per design."""
    return data_root("designs")


def templates_root() -> Path:
    """The jinja2 templates: a folder per controller, and the pages of a job."""
    return data_root("templates")


def read_templates() -> dict[str, str]:
    """The text of each controller's program template, by controller in name order."""
    root = templates_root()
    return {path.parent.name: read_text(path) for path in sorted(root.glob(f"*/{PROGRAM_TEMPLATE}"))}


def read_template(name: str) -> str:
    """The text of one template by its path inside `templates/`; StoreError when it is missing."""
    return read_text(templates_root() / name)


def read_profiles(kind: str, extra: Iterable[Path] = ()) -> list[tuple[str, dict[str, Any]]]:
    """All profiles of a kind ("machine" or "material") as (origin, document) pairs, in the order of their origins.

    Built-in ones come first, then each `*.toml` of the `extra` folders that holds a table of that kind. UsageError
    names the file that is not TOML.
    """
    folder = _PROFILE_FOLDERS[kind]
    found = [(f"{home.name}/{folder}/{item.name}", _parsed(item.read_text(encoding="utf-8"), item.name))
             for home in _in_order(files("fabwright") / "machines") if home.is_dir() and not home.name.startswith("_")
             for item in _in_order(home / folder) if item.name.endswith(".toml")]
    for root in extra:
        if not root.is_dir():
            raise UsageError(f"there is no folder of profiles {root}")
        documents = [(str(path), read_toml(path)) for path in sorted(root.glob("*.toml"))]
        for origin, document in documents:
            if not _PROFILE_FOLDERS.keys() & document.keys():
                raise UsageError(f"{origin}: a profile has a table [machine] or [material]")
        found += [(origin, document) for origin, document in documents if kind in document]
    return found


def read_text(path: Path) -> str:
    """The UTF-8 text of a file with its line ends made LF; StoreError when it cannot be read, UsageError when it is not
    UTF-8."""
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file; UsageError with the file and the place where it is not TOML."""
    return _parsed(read_text(path), str(path))


def _parsed(text: str, origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{origin}: not TOML: {error}") from None


def _in_order(folder: Traversable) -> Iterator[Traversable]:
    """The entries of a folder by name; none where there is no such folder."""
    return iter(sorted(folder.iterdir(), key=lambda item: item.name) if folder.is_dir() else ())
