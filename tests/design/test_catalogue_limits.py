"""Every built-in design: each option just beyond each end is refused by its path, and each named case configures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from fabwright.design import Attachment, Options, configure, json_schema
from fabwright.design.kinds import AttachmentOption, ChoiceOption, NumberOption, OptionKind, TextOption
from fabwright.design.options import option_kinds
from fabwright.errors import OptionErrors
from fabwright.store.releases import Release, read_releases

RELEASES = read_releases()
BUILT_IN_CLASSES = {"fdm", "laser", "mill"}
LARGEST_ATTACHMENT_TRIED = 64 * 2**20


def beyond(kind: OptionKind) -> Iterator[Any]:
    """Values just outside what an option takes."""
    if kind.default is not None:
        yield None
    yield {"a": "table"}
    if isinstance(kind, NumberOption):
        yield from (math.nextafter(kind.minimum, -math.inf), math.nextafter(kind.maximum, math.inf))
        yield from (kind.minimum - (kind.step or 1), kind.maximum + (kind.step or 1))
        yield from (math.nan, math.inf, -math.inf, str(kind.minimum), True)
        if kind.step or kind.whole:
            yield kind.minimum + (kind.step or 1) / 2
    elif isinstance(kind, ChoiceOption):
        yield from ("no such choice", -1, 1e9)
    elif isinstance(kind, TextOption):
        yield from ("x" * (kind.max_length + 1), "\0")
    elif isinstance(kind, AttachmentOption):
        yield from (f"file{kind.suffixes[0]}", Attachment("file.no-such-suffix", b"x"),
                    Attachment(f"file{kind.suffixes[0]}", b""))
        if kind.max_bytes < LARGEST_ATTACHMENT_TRIED:
            yield Attachment(f"file{kind.suffixes[0]}", bytes(kind.max_bytes + 1))
    else:
        yield from ("true", 1)


def test_the_catalogue_holds_the_two_designs() -> None:
    assert {"insole", "enclosure"} <= {release.id for release in RELEASES}


OPTIONS = [pytest.param(release, name, id=f"{release}-{name}")
           for release in RELEASES for name in option_kinds(release.load().options)]


@pytest.mark.parametrize(("release", "name"), OPTIONS)
def test_an_option_beyond_each_end_is_refused_by_its_path(release: Release, name: str) -> None:
    model: type[Options] = release.load().options
    kind = option_kinds(model)[name]
    for value in beyond(kind):
        with pytest.raises(OptionErrors) as caught:
            configure(model, {name: value}, release.id, str(release.version))
        blamed = {p.path: p for p in caught.value}
        assert name in blamed, f"{value!r} was not refused"
        assert blamed[name].message
        assert blamed[name].nearest is None or kind.check(blamed[name].nearest) == blamed[name].nearest


CASES = [pytest.param(release, case.name, id=f"{release}-{case.name}")
         for release in RELEASES for case in release.cases()]


def order_of(release: Release, options: dict[str, Any]) -> dict[str, Any]:
    """A case's options with its attachments read from the release's folder."""
    kinds = option_kinds(release.load().options)
    return {name: Attachment(Path(value).name, (release.folder / value).read_bytes())
            if isinstance(kinds.get(name), AttachmentOption) and isinstance(value, str) else value
            for name, value in options.items()}


@pytest.mark.parametrize(("release", "case_name"), CASES)
def test_a_case_configures_and_its_options_come_back_the_same(release: Release, case_name: str) -> None:
    case = next(c for c in release.cases() if c.name == case_name)
    model = release.load().options
    variant = configure(model, order_of(release, dict(case.options)), release.id, str(release.version))
    again = configure(model, variant.options, release.id, str(release.version), variant.attachments)
    assert again.digest == variant.digest
    schema = json_schema(model, str(release), release.title)
    for draft in (Draft7Validator, Draft202012Validator):
        draft.check_schema(schema)
        draft(schema).validate(dict(variant.options))


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_a_design_answers_for_every_class_and_has_ten_cases(release: Release) -> None:
    assert len(release.cases()) >= 10
    assert set(release.classes) | set(release.refused) == BUILT_IN_CLASSES
    assert (release.folder / "CHANGELOG.md").read_text(encoding="utf-8").count(str(release.version)) >= 1
