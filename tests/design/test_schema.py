"""The JSON Schema is valid under both drafts, accepts every variant's options and refuses what configure refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from fabwright.design import (
    Attachment,
    Options,
    angle,
    attachment,
    choice,
    configure,
    count,
    describe,
    flag,
    json_schema,
    length,
    number,
    text,
)
from fabwright.errors import OptionErrors

FORM: dict[str, Any] = {"group": "Shape", "label": "Label", "help": "Help."}
DRAFTS = (Draft7Validator, Draft202012Validator)
OUTSIDE_THE_SHARED_SUBSET = {"$defs", "$ref", "definitions", "prefixItems", "items", "dependencies", "$schema", "if"}


class Thing(Options):
    """Every kind, with and without null, exact and inexact steps."""

    a_mm: float = length(20, 10, 320, step=0.5, **FORM)
    b_mm: float | None = length(None, 10, 320, step=0.1, visible_if={"lid": ("clip", "none")}, **FORM)
    c_mm: float = length(10.25, 10.25, 20.25, step=0.5, **FORM)
    tilt_deg: float = angle(0, -8, 8, **FORM)
    teeth: int = count(20, 8, 120, step=4, **FORM)
    ratio: float = number(0.5, 0.1, 0.9, unit="m/m", **FORM)
    lid: str = choice("clip", {"clip": "Clipped", "none": "No lid"}, **FORM)
    size: int | None = choice(None, {42: "EU 42", 43: "EU 43"}, **FORM)
    vents: bool = flag(False, **FORM)
    label: str = text("", 12, "[a-z]*", **FORM)
    board: Attachment | None = attachment(None, (".brd",), 1000, **FORM)


SCHEMA = json_schema(Thing, "thing@1.0.0", "Thing")


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_schema_is_valid_and_takes_variants(draft: type[Draft7Validator]) -> None:
    draft.check_schema(SCHEMA)
    validator = draft(SCHEMA)
    validator.validate({})
    validator.validate({name: entry["default"] for name, entry in SCHEMA["properties"].items()})
    variant = configure(Thing, {"b_mm": 10.3, "teeth": 24, "size": 43, "label": "abc", "a_mm": 100.5,
                                "board": Attachment("x.brd", b"x")}, "thing", "1.0.0")
    validator.validate(json.loads(json.dumps(dict(variant.options))))


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("raw", [
    {"a_mm": 9}, {"a_mm": 321}, {"a_mm": 20.25}, {"a_mm": "20"}, {"a_mm": None}, {"a_mm": True}, {"b_mm": 9},
    {"tilt_deg": -9}, {"teeth": 22}, {"teeth": 20.5}, {"lid": "screw"}, {"lid": None}, {"size": 44}, {"size": "42"},
    {"vents": 1}, {"label": "ABC"}, {"label": "a" * 13}, {"board": "x.brd"}, {"unknown": 1},
])
def test_schema_and_configure_refuse_alike(draft: type[Draft7Validator], raw: dict[str, object]) -> None:
    assert not draft(SCHEMA).is_valid(raw)
    with pytest.raises(OptionErrors):
        configure(Thing, raw, "thing", "1.0.0")


def test_the_schema_says_what_a_form_needs() -> None:
    properties = SCHEMA["properties"]
    assert SCHEMA["$id"] == "thing@1.0.0"
    assert SCHEMA["additionalProperties"] is False
    assert properties["a_mm"] == {
        "title": "Label", "description": "Help.", "type": "number", "minimum": 10, "maximum": 320, "x-unit": "mm",
        "x-step": 0.5, "multipleOf": 0.5, "default": 20.0, "x-group": "Shape"}
    assert properties["b_mm"]["type"] == ["number", "null"]
    assert properties["b_mm"]["x-visible-if"] == {"lid": ["clip", "none"]}
    assert "multipleOf" not in properties["b_mm"]
    assert "multipleOf" not in properties["c_mm"]
    assert properties["teeth"]["multipleOf"] == 4
    assert properties["size"]["oneOf"] == [{"const": 42, "title": "EU 42"}, {"const": 43, "title": "EU 43"},
                                           {"const": None, "title": "not set"}]
    assert list(properties) == list(Thing.model_fields)


def test_the_schema_stays_in_the_subset_both_drafts_share() -> None:
    def keys(node: object) -> set[str]:
        if isinstance(node, dict):
            return set(node).union(*(keys(v) for v in node.values()))
        return set().union(*(keys(v) for v in node)) if isinstance(node, list) else set()
    assert not keys(SCHEMA) & OUTSIDE_THE_SHARED_SUBSET


def test_describe_gives_rows_in_order() -> None:
    rows = {row.name: row for row in describe(Thing)}
    assert list(rows) == list(Thing.model_fields)
    assert (rows["a_mm"].type, rows["a_mm"].unit, rows["a_mm"].minimum, rows["a_mm"].maximum, rows["a_mm"].step) == (
        "number", "mm", 10, 320, 0.5)
    assert rows["teeth"].type == "whole number"
    assert rows["lid"].choices == (("clip", "Clipped"), ("none", "No lid"))
    assert rows["b_mm"].visible_if == {"lid": ("clip", "none")}
    assert rows["board"].suffixes == (".brd",)
    assert json.loads(json.dumps([row.as_json() for row in rows.values()]))[6]["choices"][1] == {
        "value": "none", "label": "No lid"}
