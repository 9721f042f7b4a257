"""Options, rules and configure: every bad value is refused with its path, a sentence and the nearest valid value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fabwright.design import (
    Attachment,
    Options,
    Problem,
    angle,
    attachment,
    choice,
    configure,
    count,
    flag,
    length,
    number,
    rule,
    text,
)
from fabwright.errors import InternalError, OptionErrors, UsageError
from fabwright.model import bytes_digest, canonical_json

FORM: dict[str, Any] = {"group": "Shape", "label": "Label", "help": "Help."}


class Box(Options):
    """Every kind of option once."""

    width_mm: float = length(20, 10, 320, step=0.1, **FORM)
    wall_mm: float = length(2, 1.2, 4, **FORM)
    tilt_deg: float = angle(0, -8, 8, step=0.5, **FORM)
    ratio: float | None = number(None, 0.1, 0.9, unit="", **FORM)
    teeth: int = count(20, 8, 120, **FORM)
    pairs: int = count(2, 2, 10, step=2, **FORM)
    lid: str = choice("clip", {"clip": "Clipped", "screw": "Screwed", "none": "No lid"}, **FORM)
    screw_mm: float = choice(3, {2.5: "M2.5", 3: "M3"}, visible_if={"lid": "screw"}, **FORM)
    vents: bool = flag(False, **FORM)
    label: str | None = text(None, 12, r"[A-Za-z0-9 ]*", visible_if={"lid": ("clip", "screw")}, **FORM)
    board: Attachment | None = attachment(None, (".brd", ".kicad_pcb"), 1000, **FORM)

    @rule("wall-fits", "wall_mm", "width_mm")
    def _wall(self) -> Iterator[Problem]:
        if self.wall_mm > self.width_mm / 8:
            yield Problem("wall_mm", f"{self.wall_mm} mm is over an eighth of the width {self.width_mm} mm",
                          nearest=self.width_mm / 8)

    @rule("teeth-fit", "teeth", "width_mm")
    def _teeth(self) -> Iterator[Problem]:
        if self.teeth > 3 * self.width_mm:
            yield Problem("teeth", f"{self.teeth} teeth do not fit into {self.width_mm} mm",
                          nearest=3 * self.width_mm + 0.4)


def problems(raw: dict[str, object]) -> dict[str, tuple[str, object]]:
    with pytest.raises(OptionErrors) as caught:
        configure(Box, raw, "box", "1.0.0")
    assert caught.value.design == "box"
    return {p.path: (p.message, p.nearest) for p in caught.value}


BAD = [
    ("width_mm", 321, "must be 10 to 320 mm, but is 321 mm", 320.0),
    ("width_mm", 9.9, "must be 10 to 320 mm, but is 9.9 mm", 10.0),
    ("width_mm", math.nextafter(320, 400), "must be 10 to 320 mm, but is 320.00000000000006 mm", 320.0),
    ("width_mm", 20.04, "must be a step of 0.1 mm from 10 mm, but is 20.04 mm", 20.0),
    ("width_mm", "42", "needs a number in mm, but is the text '42'", 42.0),
    ("width_mm", "wide", "needs a number in mm, but is the text 'wide'", None),
    ("width_mm", True, "needs a number in mm, but is true", None),
    ("width_mm", None, "needs a number in mm, not null; leave it out for the default", 20.0),
    ("width_mm", [20], "needs a number in mm, but is a list of 1", None),
    ("width_mm", math.nan, "needs a finite number, but is nan", None),
    ("width_mm", math.inf, "needs a finite number, but is inf", 320),
    ("width_mm", -math.inf, "needs a finite number, but is -inf", 10),
    ("width_mm", 10**400, "must be 10 to 320 mm, but is an integer of 1329 bits", 320.0),
    ("ratio", 1, "must be 0.1 to 0.9, but is 1", 0.9),
    ("tilt_deg", -8.5, "must be -8 to 8 deg, but is -8.5 deg", -8.0),
    ("teeth", 7, "must be 8 to 120, but is 7", 8),
    ("teeth", 20.5, "needs a whole number, but is 20.5", 20),
    ("teeth", "20", "needs a whole number, but is the text '20'", 20),
    ("pairs", 5, "must be a step of 2 from 2, but is 5", 6),
    ("lid", "Screw", "must be one of 'clip', 'screw', 'none', but is 'Screw'", "screw"),
    ("lid", "magnet", "must be one of 'clip', 'screw', 'none', but is 'magnet'", None),
    ("lid", 3, "must be one of 'clip', 'screw', 'none', but is 3", None),
    ("screw_mm", 4, "must be one of 2.5, 3, but is 4", 3),
    ("screw_mm", "2.5", "must be one of 2.5, 3, but is '2.5'", 2.5),
    ("vents", 1, "must be true or false, but is 1", None),
    ("vents", "true", "must be true or false, but is 'true'", None),
    ("label", "much too long a label", "must have at most 12 characters, but has 21", None),
    ("label", "a\nb", r"holds the control character '\n' at place 2", None),
    ("label", "a\ud800", r"holds the control character '\ud800' at place 2", None),
    ("label", "né", "must match the pattern [A-Za-z0-9 ]*, but is 'né'", None),
    ("label", 7, "needs a text of at most 12 characters, but is 7", None),
    ("board", "a.brd", "needs a file (.brd, .kicad_pcb) of at most 1000 bytes, but is 'a.brd'", None),
    ("board", Attachment("a.txt", b"x"),
     "needs a file (.brd, .kicad_pcb) of at most 1000 bytes, but the file is named 'a.txt'", None),
    ("board", Attachment("a.brd", b""),
     "needs a file (.brd, .kicad_pcb) of at most 1000 bytes, but 'a.brd' is empty", None),
    ("board", Attachment("a.brd", b"x" * 1001), "takes at most 1000 bytes, but 'a.brd' has 1001", None),
    ("board", Attachment("a.brd", b"x", "00"),
     f"'a.brd' does not match its digest: the bytes give {bytes_digest(b'x')}", None),
]


@pytest.mark.parametrize(("path", "value", "message", "nearest"), BAD)
def test_a_bad_value_is_refused_with_a_sentence(path: str, value: object, message: str, nearest: object) -> None:
    found = problems({path: value})
    assert found == {path: (message, nearest)}


@pytest.mark.parametrize(("path", "value", "message", "nearest"), [b for b in BAD if b[3] is not None])
def test_the_nearest_value_is_valid(path: str, value: object, message: str, nearest: object) -> None:
    needed: dict[str, dict[str, object]] = {"screw_mm": {"lid": "screw"}, "width_mm": {"wall_mm": 1.25}}
    extra = needed.get(path, {})
    assert configure(Box, {path: nearest, **extra}, "box", "1.0.0").options[path] == nearest


def test_every_problem_is_listed_in_field_order_then_unknown_names() -> None:
    found = problems({"colour": "red", "widht_mm": 3, "vents": 0, "teeth": 1, "width_mm": 5})
    assert list(found) == ["width_mm", "teeth", "vents", "colour", "widht_mm"]
    assert found["widht_mm"][0].startswith("no such option; did you mean 'width_mm'? Options: width_mm, wall_mm,")
    assert found["colour"][0].startswith("no such option. Options: width_mm,")


def test_hidden_options_are_refused_unless_they_hold_their_default() -> None:
    assert problems({"screw_mm": 2.5}) == {"screw_mm": (
        "applies only when lid is 'screw', but that is 'clip'; leave screw_mm out or change lid", 3)}
    assert problems({"lid": "none", "label": "x", "teeth": 3}) == {
        "teeth": ("must be 8 to 120, but is 3", 8),
        "label": ("applies only when lid is 'clip' or 'screw', but that is 'none'; leave label out or change lid",
                  None)}
    assert configure(Box, {"screw_mm": 3}, "box", "1.0.0").digest == configure(Box, {}, "box", "1.0.0").digest
    assert configure(Box, {"screw_mm": 2.5, "lid": "screw"}, "box", "1.0.0").options["screw_mm"] == 2.5


def test_a_bad_controlling_option_does_not_also_blame_the_option_it_hides() -> None:
    assert list(problems({"lid": "magnet", "screw_mm": 2.5})) == ["lid"]


def test_rules_run_together_after_the_fields_and_offer_values_that_satisfy_them() -> None:
    assert problems({"width_mm": 12.1, "wall_mm": 3, "teeth": 40}) == {
        "wall_mm": ("3.0 mm is over an eighth of the width 12.1 mm", 1.512),
        "teeth": ("40 teeth do not fit into 12.1 mm", 36)}
    assert list(problems({"width_mm": 12.1, "wall_mm": 3, "teeth": 1})) == ["teeth"]
    with pytest.raises(OptionErrors) as caught:
        configure(Box, {"width_mm": 12.1, "wall_mm": 3}, "box", "1.0.0")
    assert caught.value.problems[0].rule == "wall-fits"
    assert str(caught.value) == "box: wall_mm: 3.0 mm is over an eighth of the width 12.1 mm (nearest valid: 1.512)"


def test_the_variant_is_canonical() -> None:
    board = Attachment("a.brd", b"12")
    raw = {"width_mm": 0.1 + 0.2 + 18, "teeth": 24.0, "board": board, "tilt_deg": -0.0}
    variant = configure(Box, raw, "box", "1.0.0")
    assert list(variant.options) == list(Box.model_fields)
    assert variant.options["width_mm"] == 18.3
    assert isinstance(variant.options["teeth"], int)
    assert math.copysign(1, variant.options["tilt_deg"]) == 1
    assert variant.options["board"] == f"sha256:{bytes_digest(b'12')}"
    assert variant.attachments == (Attachment("a.brd", b"12", bytes_digest(b"12")),)
    assert variant.typed.board is variant.attachments[0]
    assert variant.typed.screw_mm == 3
    again = configure(Box, variant.options, "box", "1.0.0", variant.attachments)
    assert (again.digest, again.options) == (variant.digest, variant.options)
    renamed = configure(Box, dict(variant.options) | {"board": Attachment("b.brd", b"12")}, "box", "1.0.0")
    assert renamed.digest == variant.digest


def test_the_digest_covers_release_and_options() -> None:
    digests = {configure(Box, raw, design, version).digest for raw in ({}, {"teeth": 21})
               for design in ("box", "case") for version in ("1.0.0", "1.0.1")}
    assert len(digests) == 8
    assert configure(Box, {"width_mm": 18}, "box", "1.0.0").digest == configure(
        Box, {"width_mm": 18.0}, "box", "1.0.0").digest


VALID = st.fixed_dictionaries({}, optional={
    "width_mm": st.integers(160, 3200).map(lambda n: n / 10), "teeth": st.integers(8, 45), "vents": st.booleans(),
    "tilt_deg": st.integers(-16, 16).map(lambda n: n / 2), "label": st.none() | st.just("Box 7"),
    "wall_mm": st.floats(1.2, 1.8), "lid": st.sampled_from(["clip", "screw"])})


@settings(max_examples=60, deadline=None)
@given(VALID, st.randoms(use_true_random=False))
def test_key_order_and_number_form_do_not_matter(raw: dict[str, object], random: object) -> None:
    keys = list(raw)
    random.shuffle(keys)  # type: ignore[attr-defined]
    other = {k: int(raw[k]) if isinstance(raw[k], float) and raw[k] == int(raw[k]) else raw[k] for k in keys}  # type: ignore[call-overload]
    first, second = configure(Box, raw, "box", "1.0.0"), configure(Box, other, "box", "1.0.0")
    assert canonical_json(first.options) == canonical_json(second.options)
    assert first.digest == second.digest


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*Box.model_fields, "x"]) | st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3), max_leaves=4), max_size=6))
def test_nothing_but_option_errors_comes_out(raw: dict[str, object]) -> None:
    try:
        variant = configure(Box, raw, "box", "1.0.0")
    except OptionErrors as error:
        refused = [bool(p.path and p.message) for p in error]
    else:
        refused = [True]
        assert configure(Box, variant.options, "box", "1.0.0").digest == variant.digest
    assert refused
    assert all(refused)


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 1e3), st.integers(-10**4, 10**4))
def test_every_point_of_a_grid_is_valid_and_canonical(step: float, low: int) -> None:
    step = float(f"{step:.3g}")

    class Stepped(Options):
        at: float = number(low, low, float(f"{low + 100 * step:.12g}"), step=step, **FORM)

    for n in (0, 1, 7, 50, 99, 100):
        value = min(low + n * step, Stepped.__option_kinds__["at"].maximum)  # type: ignore[attr-defined]
        held = configure(Stepped, {"at": value}, "g", "1.0.0").options["at"]
        assert abs(held - value) <= 1e-9 * max(1, abs(value))
        assert configure(Stepped, {"at": held}, "g", "1.0.0").options["at"] == held
        with pytest.raises(OptionErrors):
            configure(Stepped, {"at": value + step / 3}, "g", "1.0.0")


def test_options_made_directly_are_checked_and_frozen() -> None:
    with pytest.raises(OptionErrors, match="Box: wall_mm"):
        Box(width_mm=12, wall_mm=3)
    with pytest.raises(ValidationError):
        Box(width_mm=5)
    with pytest.raises(ValidationError, match="frozen"):
        Box().width_mm = 30
    with pytest.raises(FrozenInstanceError):
        Problem("a", "b").path = "c"  # type: ignore[misc]


def test_options_that_are_no_table_are_refused() -> None:
    with pytest.raises(UsageError, match="box: options must be a table of names and values, not a list of 0"):
        configure(Box, [], "box", "1.0.0")  # type: ignore[arg-type]
    assert list(problems({5: 1})) == ["5"]  # type: ignore[dict-item]


def test_rules_are_inherited_and_can_be_replaced() -> None:
    class Wide(Box):
        height_mm: float = length(5, 1, 9, **FORM)

        @rule("teeth-fit", "teeth")
        def _teeth(self) -> Iterator[Problem]:
            if self.teeth > 100:
                yield Problem("teeth", "too many", nearest=100)

    assert configure(Wide, {"teeth": 90, "height_mm": 6}, "w", "1.0.0").options["teeth"] == 90
    with pytest.raises(OptionErrors, match=r"teeth: too many .nearest valid: 100"):
        configure(Wide, {"teeth": 101}, "w", "1.0.0")


def test_a_rule_that_fails_is_our_fault_not_the_customers() -> None:
    class Broken(Options):
        a_mm: float = length(1, 0, 2, **FORM)

        @rule("broken", "a_mm")
        def _broken(self) -> Iterator[Problem]:
            yield Problem("b_mm", "no such field")

    with pytest.raises(UsageError, match=r"Broken: rule 'broken' blames 'b_mm', which is no option"):
        configure(Broken, {}, "b", "1.0.0")

    class Raising(Options):
        a_mm: float = length(1, 0, 2, **FORM)

        @rule("raising", "a_mm")
        def _raising(self) -> Iterator[Problem]:
            yield Problem("a_mm", str(int("nonsense")))

    with pytest.raises(InternalError, match=r"Raising: one of its rules failed instead of yielding: .*nonsense"):
        configure(Raising, {}, "b", "1.0.0")


def define(fields: dict[str, tuple[object, object]]) -> None:
    annotations = {name: kind for name, (kind, _) in fields.items()}
    values = {name: value for name, (_, value) in fields.items()}
    type("Bad", (Options,), {"__annotations__": annotations, "__module__": __name__, **values})


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"a": (float, length(5, 10, 20, **FORM))}, "Bad.a: its default must be 10 to 20 mm, but is 5 mm"),
    ({"a": (float, length(10, 20, 10, **FORM))}, "Bad.a: minimum 20 must lie below maximum 10, both finite"),
    ({"a": (float, length(10, 10, 20, step=0, **FORM))}, "Bad.a: step 0 must be above 0"),
    ({"a": (float, length(10, 10, 20, step=0.3, **FORM))}, "Bad.a: maximum 20 is no step of 0.3 from 10"),
    ({"a": (int, length(10, 10, 20, **FORM))}, "Bad.a: must be annotated float"),
    ({"a": (float, length(None, 10, 20, **FORM))}, "Bad.a: must be annotated float | None"),
    ({"a": (float | None, length(10, 10, 20, **FORM))}, "Bad.a: must be annotated float"),
    ({"a": (int, 3)}, "Bad.a: options are made by length(), angle(), number()"),
    ({"a": (str, choice("x", {"x": "X"}, **FORM))}, "Bad.a: needs two or more different choices"),
    ({"a": (str, choice("z", {"x": "X", "y": "Y"}, **FORM))}, "Bad.a: its default must be one of 'x', 'y', but is 'z'"),
    ({"a": (str, text("", 5, "(", **FORM))}, "Bad.a: pattern '(' is no regular expression"),
    ({"a": (str, text("", 0, **FORM))}, "Bad.a: max_length 0 must be at least 1"),
    ({"a": (Attachment | None, attachment(None, ("brd",), 9, **FORM))}, "Bad.a: suffixes must be lower case"),
    ({"a": (Attachment | None, attachment(None, (".brd",), 0, **FORM))}, "Bad.a: max_bytes 0 must be at least 1"),
    ({"a": (bool, flag(False, visible_if={"b": 1}, **FORM))}, "Bad.a: visible_if names 'b', which is no other option"),
    ({"a": (bool, flag(False, visible_if={"b": 1}, **FORM)), "b": (bool, flag(True, **FORM))},
     "Bad.a: visible_if: b must be true or false, but is 1"),
    ({"a": (bool, flag(False, group="", label="x", help="y"))}, "Bad.a: group, label and help must not be empty"),
])
def test_a_wrong_definition_is_refused_when_it_is_made(fields: dict[str, tuple[object, object]],
                                                            sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        define(fields)
    assert sentence in str(caught.value)


def test_a_rule_over_an_unknown_option_is_refused_when_it_is_made() -> None:
    with pytest.raises(UsageError, match=r"Bad.rule 'r' names 'b', which is no option"):
        class Bad(Options):
            a: bool = flag(False, **FORM)

            @rule("r", "b")
            def _r(self) -> Iterator[Problem]:
                yield Problem("a", "x")
