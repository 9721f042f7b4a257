"""Strict JSON and command-line assignments: garbage gives a sentence, never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.design import (
    Attachment,
    Options,
    attachment,
    choice,
    configure,
    count,
    flag,
    length,
    parse_assignments,
    parse_options_json,
    text,
)
from fabwright.errors import OptionErrors, UsageError
from fabwright.model import canonical_json

FORM: dict[str, Any] = {"group": "Shape", "label": "Label", "help": "Help."}


class Foot(Options):
    """A few options of each kind that text can hold."""

    side: str = choice("pair", {"left": "Left", "right": "Right", "pair": "Pair"}, **FORM)
    size: float = choice(42, {41.5: "41 1/2", 42: "42"}, **FORM)
    long_mm: float | None = length(None, 150, 320, step=0.5, **FORM)
    count: int = count(1, 1, 9, **FORM)
    cover: bool = flag(True, **FORM)
    name: str = text("", 20, **FORM)
    scan: Attachment | None = attachment(None, (".stl",), 100, **FORM)


@pytest.mark.parametrize(("data", "sentence"), [
    (b"", "foot: the options are not JSON: line 1 column 1: Expecting value"),
    (b'{"a": 1,}', "foot: the options are not JSON: line 1 column 9"),
    (b"[1]", "foot: the options must be a JSON object such as {\"name\": 1}, not a list of 1"),
    (b"null", "foot: the options must be a JSON object such as {\"name\": 1}, not null"),
    (b'{"a": NaN}', "foot: the options are not JSON: NaN is no number"),
    (b'{"a": -Infinity}', "foot: the options are not JSON: -Infinity is no number"),
    (b'{"a": ' + b"9" * 5000 + b"}", "foot: the options are not JSON: an integer of 5000 digits, the limit is 30"),
    (b'{"a": "\xff"}', "foot: the options are not UTF-8 text (byte 7); save the file as UTF-8"),
    (b" " * 65537, "foot: the options are 65537 bytes, the limit is 65536"),
    (b"[" * 60000, "foot: the options are nested more than 8 deep"),
    (b'{"a":' * 9 + b"1" + b"}" * 9, "foot: the options are nested more than 8 deep"),
])
def test_what_is_no_options_document_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options_json(data, "foot")
    assert not isinstance(caught.value, OptionErrors)
    assert str(caught.value).startswith(sentence)


def test_keys_that_come_twice_are_named() -> None:
    with pytest.raises(OptionErrors) as caught:
        parse_options_json(b'{"side": "left", "size": 42, "side": "left", "x": {"y": 1, "y": 2}}', "foot")
    assert [(p.path, p.message) for p in caught.value] == [
        ("y", "is given twice; keep one of them"), ("side", "is given twice; keep one of them")]


def test_brackets_in_texts_and_a_byte_order_mark_do_no_harm() -> None:
    assert parse_options_json(b'\xef\xbb\xbf{"name": "[[[[[[[[[[{\\"{{"}') == {"name": '[[[[[[[[[[{"{{'}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40) | st.text('{}[]",:\\ eE+-.0123456789naull', max_size=30).map(str.encode))
def test_garbage_gives_a_usage_error_or_a_table(data: bytes) -> None:
    try:
        outcome: object = parse_options_json(data)
    except UsageError as error:
        outcome = str(error)
    assert isinstance(outcome, dict) or str(outcome).startswith("options: ")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                    max_leaves=6)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(list(Foot.model_fields)) | st.text(max_size=4), JSON, max_size=5))
def test_any_json_is_configured_or_refused_in_words(raw: dict[str, object]) -> None:
    try:
        variant = configure(Foot, parse_options_json(json.dumps(raw).encode()), "foot", "1.0.0")
    except UsageError as error:
        outcome = str(error).encode("utf-8")
    else:
        outcome = canonical_json(variant.options)
    assert outcome


def test_assignments_are_read_by_the_options_type() -> None:
    read = parse_assignments(Foot, ["side=left", "size=42.0", "long_mm=260", "count=2", "cover=no", "name=a = b",
                                    "scan=some dir/foot.stl"])
    assert read == {"side": "left", "size": 42, "long_mm": 260.0, "count": 2, "cover": False, "name": "a = b",
                    "scan": "some dir/foot.stl"}
    assert isinstance(read["count"], int)
    assert parse_assignments(Foot, ["long_mm=", "name=", "count=1e1"]) == {"long_mm": None, "name": "", "count": 10}


@pytest.mark.parametrize(("assignment", "path", "message"), [
    ("side", "side", "write an option as name=value"),
    ("=left", "=left", "write an option as name=value"),
    ("sid=left", "sid", "no such option; did you mean 'side'? Options: side, size, long_mm, count, cover, name, scan."),
    ("side=links", "side", "must be one of 'left', 'right', 'pair', but is 'links'"),
    ("size=43", "size", "must be one of 41.5, 42, but is '43'"),
    ("long_mm=260,5", "long_mm", "needs a number in mm, but is '260,5'; write 260.5"),
    ("long_mm=260mm", "long_mm", "needs a number in mm, but is '260mm'; write 260, the unit is mm"),
    ("long_mm=nan", "long_mm", "needs a number in mm, but is 'nan'"),
    ("long_mm=0x10", "long_mm", "needs a number in mm, but is '0x10'"),
    ("count=", "count", "needs a whole number, but is ''"),
    ("cover=maybe", "cover", "must be true or false (yes, no, on and off do as well), but is 'maybe'"),
])
def test_an_assignment_that_cannot_be_read_is_refused(assignment: str, path: str, message: str) -> None:
    with pytest.raises(OptionErrors) as caught:
        parse_assignments(Foot, [assignment], "foot")
    found = caught.value.problems[0]
    assert (found.path, found.message.replace("; write 0, the unit is mm", "")) == (path, message)


def test_every_bad_assignment_is_listed_once() -> None:
    with pytest.raises(OptionErrors) as caught:
        parse_assignments(Foot, ["side=left", "side=right", "count=x", "what=1"], "foot")
    assert [p.path for p in caught.value] == ["side", "count", "what"]
    assert caught.value.problems[0].message == "is given twice; keep one of them"


def test_ranges_are_left_to_configure() -> None:
    with pytest.raises(OptionErrors, match="long_mm: must be 150 to 320 mm, but is 1000 mm"):
        configure(Foot, parse_assignments(Foot, ["long_mm=1000"]), "foot", "1.0.0")
