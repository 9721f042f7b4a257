"""Number columns say what plain formatting says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.model import number_text
from fabwright.post.decimals import WHOLE_LIMIT, scaled, word_columns


def words(letter: str, values: list[int], decimals: int) -> list[str]:
    columns = np.column_stack(word_columns(letter, np.array(values, dtype=np.int64), decimals))
    return [row.tobytes().translate(None, b"\0").decode("ascii") for row in columns]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), st.lists(st.integers(-999_999, 999_999), min_size=1, max_size=40), st.data())
def test_columns_equal_the_scalar_text(decimals: int, small: list[int], data: st.DataObject) -> None:
    limit = WHOLE_LIMIT * 10**decimals - 1
    large = data.draw(st.lists(st.integers(-limit, limit), max_size=10))
    values = [*small, *large, 0, limit, -limit]
    assert words("X", values, decimals) == [f" X{number_text(v / 10**decimals, decimals)}" for v in values]


def test_texts_have_no_exponent_sign_of_zero_or_bare_point() -> None:
    assert words("E", [0, -1, 1, 100_000, -250_000, 123_456_789], 5) == [
        " E0", " E-0.00001", " E0.00001", " E1", " E-2.5", " E1234.56789"]


@pytest.mark.parametrize(("value", "steps"), [(0.0005, 0), (0.0015, 2), (-0.0004, 0), (-0.0006, -1), (1e-12, 0)])
def test_rounding_is_to_nearest_with_ties_to_even(value: float, steps: int) -> None:
    assert scaled(np.array([value]), 3).tolist() == [steps]
