"""Versions and version ranges by Semantic Versioning 2.0.0 (semver.org)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import total_ordering

_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_NUMBER = r"(0|[1-9]\d{0,8})"
_PRERELEASE = rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}{_PRERELEASE}(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_RANGE = re.compile(rf"([~^]?){_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}{_PRERELEASE})?)?")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version, ordered by precedence (clause 11); build metadata is dropped, as it carries none."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()

    def __str__(self) -> str:
        tail = f"-{'.'.join(self.prerelease)}" if self.prerelease else ""
        return f"{self.major}.{self.minor}.{self.patch}{tail}"

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
        # A version without prerelease comes after those with one; numeric identifiers come before words.
        words = tuple((not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in self.prerelease)
        return self.major, self.minor, self.patch, not self.prerelease, words


def parse_version(text: str) -> Version:
    """Read `1.2.3`, `1.2.3-rc.1` or `1.2.3+build`; ValueError otherwise."""
    found = _VERSION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no semantic version such as 1.2.3")
    major, minor, patch, prerelease = found.groups()
    return Version(int(major), int(minor), int(patch), tuple(prerelease.split(".")) if prerelease else ())


def parse_range(text: str) -> Callable[[Version], bool]:
    """Read a version range and give its test: `1.2.3` that one, `1` or `1.2` any that starts so, `^1.2` from 1.2.0 to
    below the next change of the leftmost number that is not 0, `~1.2` from 1.2.0 to below 1.3.0; ValueError otherwise.

    A prerelease is in a range only when the range names a prerelease of the same major.minor.patch.
    """
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no version range such as 1.2.3, 1, ^1.2 or ~1.2")
    mark, *given, prerelease = found.groups()
    numbers = [int(n) for n in given if n is not None]
    major, minor, patch = [*numbers, 0, 0][:3]
    low = Version(major, minor, patch, tuple(prerelease.split(".")) if prerelease else ())
    if not mark and len(numbers) == 3:
        return lambda version: version == low
    high = _above(mark, numbers)

    def within(version: Version) -> bool:
        if version.prerelease:
            same = (version.major, version.minor, version.patch) == (low.major, low.minor, low.patch)
            return same and bool(low.prerelease) and version >= low
        return low <= version < high
    return within


def _above(mark: str, numbers: list[int]) -> Version:
    """The first version past a range: the last fixed number goes up by one."""
    if mark == "^":
        fixed = next((i for i, n in enumerate(numbers) if n > 0), len(numbers) - 1)
    elif mark == "~":
        fixed = min(1, len(numbers) - 1)
    else:
        fixed = len(numbers) - 1
    top = [*numbers[:fixed], numbers[fixed] + 1, 0, 0][:3]
    return Version(top[0], top[1], top[2])
