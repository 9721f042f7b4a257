"""The `[controller]` table of a profile, read with a sentence for every value that will not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fabwright.errors import PostError

Value = str | float | int | bool


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Typed access to the settings of one controller; every method raises PostError naming the key."""

    controller: str
    values: Mapping[str, Value]

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def count(self, key: str, default: int, minimum: int, maximum: int) -> int:
        """A whole number from `minimum` to `maximum`."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self._wrong(key, value, f"a whole number from {minimum} to {maximum}")
        return value

    def positive(self, key: str, default: float | None) -> float | None:
        """A number above zero, or `default` where the key is absent."""
        if key not in self.values:
            return default
        value = self.values[key]
        if isinstance(value, bool | str) or not 0 < value < float("inf"):
            raise self._wrong(key, value, "a number above 0")
        return float(value)

    def required(self, key: str, needed_by: str) -> float:
        """A number above zero that `needed_by` cannot do without."""
        value = self.positive(key, None)
        if value is None:
            raise PostError(f"{self.controller}: {needed_by} needs the setting {key!r}, a number above 0; "
                            f"add it to the [controller] table of the machine profile")
        return value

    def word(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of the words `allowed`, or `default` where the key is absent."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (value != default and value not in allowed):
            raise self._wrong(key, value, "one of " + ", ".join(allowed))
        return value

    def words(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A comma-separated list of words `allowed`; empty where the key is absent."""
        value = self.values.get(key, "")
        listed = tuple(w.strip() for w in value.split(",") if w.strip()) if isinstance(value, str) else (str(value),)
        if any(w not in allowed for w in listed):
            raise self._wrong(key, value, "a comma-separated list of " + ", ".join(allowed))
        return listed

    def _wrong(self, key: str, value: object, wanted: str) -> PostError:
        return PostError(f"{self.controller}: the setting {key!r} is {value!r}; it must be {wanted}")
