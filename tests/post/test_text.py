"""People's words inside a program do nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.post.text import COMMENT_LENGTH, comment_text, duration_text, object_labels


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_a_comment_stays_one_harmless_line(text: str) -> None:
    safe = comment_text(text)
    assert safe.isascii()
    assert len(safe) <= COMMENT_LENGTH
    assert not set(safe) & set("\r\n\0();%*\"[]{}<>|\\&$!~?^`\t")


def test_a_comment_keeps_what_can_be_kept() -> None:
    assert comment_text("Fußbett  für Zoë\n(M112); 50%") == "Fu_bett fur Zoe _M112__ 50_"


def test_labels_are_words_and_never_coincide() -> None:
    labels = object_labels(["left sole", "left-sole", "LEFT_SOLE", "left sole", "(;)", "ü"])
    assert list(labels) == ["left sole", "left-sole", "LEFT_SOLE", "(;)", "ü"]
    assert [n for n, _ in labels.values()] == [0, 1, 2, 3, 4]
    names = [label for _, label in labels.values()]
    assert names == ["left_sole", "left_sole_2", "LEFT_SOLE_3", "object", "u"]
    assert len({n.upper() for n in names}) == 5


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0s"), (59.6, "1m 0s"), (61, "1m 1s"), (3600, "1h 0m 0s"), (93784, "1d 2h 3m 4s")])
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
