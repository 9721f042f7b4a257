"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine: a landing must not hang on a draw. Sweeps by hand may load another profile.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew from what the code gives")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """`golden(name, data)` compares `data` with tests/golden/<name>, or stores it with --update-golden."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(name: str, data: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.is_file(), f"no golden file {name}; run pytest with --update-golden and look at it"
        assert data == path.read_bytes(), f"{name} changed; look at the difference, then run with --update-golden"

    return compare
