"""Versions by semver.org: precedence as in its clause 11, ranges as documented."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.store.semver import Version, parse_range, parse_version

# The chain that clause 11 of Semantic Versioning 2.0.0 gives as its example, with releases around it.
ASCENDING = ["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
             "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]


def test_precedence_follows_the_standard() -> None:
    versions = [parse_version(v) for v in ASCENDING]
    mixed = versions[:]
    random.Random(1).shuffle(mixed)
    assert sorted(mixed) == versions
    assert [str(v) for v in versions] == ASCENDING
    assert parse_version("1.0.0+build.5") == parse_version("1.0.0")


@pytest.mark.parametrize("text", ["", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.-3",
                                  "1.2.3 ", "1.2.3\n", "9999999999.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no semantic version"):
        parse_version(text)


@pytest.mark.parametrize(("spec", "inside", "outside"), [
    ("1.2.3", ["1.2.3"], ["1.2.4", "1.2.3-rc.1"]),
    ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "2.0.0-rc.1", "1.0.0-rc.1"]),
    ("1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.1.9"]),
    ("^1", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.0"]),
    ("^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
    ("^1.2.3", ["1.2.3", "1.3.0"], ["1.2.2", "2.0.0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
    ("^0.0.3", ["0.0.3"], ["0.0.4"]),
    ("^0.0", ["0.0.9"], ["0.1.0"]),
    ("^0", ["0.9.9"], ["1.0.0"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
    ("~1.2", ["1.2.0"], ["1.3.0"]),
    ("~1", ["1.9.0"], ["2.0.0"]),
    ("^1.2.3-rc.1", ["1.2.3-rc.1", "1.2.3-rc.2", "1.2.3", "1.4.0"], ["1.2.3-beta", "1.4.0-rc.1", "2.0.0"]),
    ("1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3", "1.2.3-rc.2"]),
])
def test_ranges_hold_what_they_say(spec: str, inside: list[str], outside: list[str]) -> None:
    within = parse_range(spec)
    assert [v for v in inside + outside if within(parse_version(v))] == inside


@pytest.mark.parametrize("text", ["", "*", "latest", ">=1", "^", "1.x", "~1.2.3.4", "1-rc.1", "^^1"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no version range"):
        parse_range(text)


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(0, 3)] * 3), st.tuples(*[st.integers(0, 3)] * 3))
def test_a_tilde_range_is_inside_a_caret_range_from_one_on(low: tuple[int, int, int], at: tuple[int, int, int]) -> None:
    spec = ".".join(map(str, low))
    version = Version(*at)
    if low[0] >= 1 and parse_range(f"~{spec}")(version):
        assert parse_range(f"^{spec}")(version)
    if parse_range(spec)(version):
        assert parse_range(f"^{spec}")(version)
        assert parse_range(f"~{spec}")(version)
