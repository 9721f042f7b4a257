"""lib3mf, strict, opens the package that Bambu Lab's printers take; what is inside is what the verdict was about."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

pytestmark = pytest.mark.judge


def test_the_package_is_a_3mf(judges: Any, workshop: Any) -> None:
    made = workshop["enclosure-bambu"]
    for package in made.programs:
        assert package.name.endswith(".gcode.3mf")
        found = judges.ask_client("threemf_strict.py", package)
        assert found["warnings"] == []
        assert found["millimetres"]
        assert found["build_items"] == 0
        with zipfile.ZipFile(package) as archive:
            assert archive.testzip() is None
            text = archive.read("Metadata/plate_1.gcode").decode("ascii")
            assert archive.read("Metadata/plate_1.png").startswith(b"\x89PNG")
        assert text.count(";LAYER_CHANGE") == int(made.job.verdict.figures["layers"])
