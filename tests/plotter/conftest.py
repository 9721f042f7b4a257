"""A catalogue that knows the plotter, for the tests in this folder alone."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fabwright as fw
from fabwright.machines import registry

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def catalogue() -> Iterator[fw.Catalogue]:
    """The built-in catalogue with one more class, design, machine and material."""
    spec = importlib.util.spec_from_file_location("plotter_under_test", HERE / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    registry.add_machine_class(module.MACHINE_CLASS)
    yield fw.open_catalogue(designs=[HERE / "designs"], profiles=[HERE / "profiles"])
    registry._added.pop("plotter")
