"""`show-layer`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fabwright.cli.output import print_json, print_line
from fabwright.errors import UsageError

if TYPE_CHECKING:
    from fabwright.api import Catalogue


def show_layer_of(catalogue: Catalogue, path: Path, number: int, machine: str | None, out: Path | None, as_json: bool
                  ) -> None:
    """Write the pictures of one layer and say where they are."""
    from fabwright.api import ARCHIVE_SUFFIX
    from fabwright.store.bundles import save_file

    if not path.exists():
        raise UsageError(f"{path}: no such job or program")
    is_job = path.is_dir() or path.suffix == ARCHIVE_SUFFIX
    if not is_job and machine is None:
        raise UsageError(f"{path} is a program file: say which machine it is for with --machine")
    if is_job and machine is not None:
        raise UsageError("a job names its own machine; leave --machine out")
    pictures = catalogue.layer_pictures(path, number, machine)
    whole = path.resolve()
    first = out or Path(f"{whole.name if path.is_dir() else whole.stem}-layer-{number:04d}.png")
    files = {name: first if name == "layer" else first.with_name(f"{first.stem}-{name}.png") for name in pictures}
    for name, file in files.items():
        save_file(pictures[name], file)
    if as_json:
        print_json({"layer": number, "files": {name: str(file) for name, file in files.items()}})
        return
    for file in files.values():
        print_line(str(file))
