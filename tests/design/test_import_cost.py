"""What `fabwright show` needs stays light: no geometry kernel comes in with the options."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fabwright.design

HEAVY = ("cadquery", "OCP", "scipy", "shapely", "trimesh", "ezdxf", "numba", "manifold3d", "PIL", "jinja2")


def modules_after(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True,
                          text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_package_imports_no_kernel() -> None:
    assert not modules_after("import fabwright.design") & set(HEAVY)


def test_loading_every_built_in_design_imports_no_kernel() -> None:
    code = ("from fabwright.store.releases import read_releases\n"
            "from fabwright.design import describe, json_schema\n"
            "for r in read_releases():\n"
            "    d = r.load(); describe(d.options); json_schema(d.options, str(r), r.title)")
    assert not modules_after(code) & set(HEAVY)


def test_geometry_for_designers_is_named_and_comes_on_first_use() -> None:
    for name in fabwright.design._LAZY:
        assert callable(getattr(fabwright.design, name)) or isinstance(getattr(fabwright.design, name), type)
    with pytest.raises(AttributeError, match=r"module 'fabwright.design' has no attribute 'no_such_name'"):
        _ = fabwright.design.no_such_name
