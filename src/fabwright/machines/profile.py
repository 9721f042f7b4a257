"""The part of a machine or material profile that every class shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fabwright.errors import UsageError
from fabwright.model import Machine, Material, value_digest


class Table(BaseModel):
    """A profile table: unknown keys, NaN and infinities are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Sourced(Table):
    """A table of figures: `source` says where they come from (datasheet, firmware configuration, measurement)."""

    source: str


class MachineHead(Table):
    """`[machine]`: who it is. `class` is the folder name of its machine class, `controller` its dialect."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str
    title: str
    class_: str = Field(alias="class")
    controller: str


class MaterialHead(Table):
    """`[material]`: who it is."""

    id: str
    title: str
    class_: str = Field(alias="class")


ProfileT = TypeVar("ProfileT", bound=BaseModel)


def parse_profile(schema: type[ProfileT], kind: str, document: Mapping[str, Any]) -> ProfileT:
    """Check a profile document against its schema.

    `kind` is "machine" or "material". Raises UsageError naming the profile and each field that is wrong.
    """
    name = str(document.get(kind, {}).get("id", "?")) if isinstance(document.get(kind), Mapping) else "?"
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        lines = [f"{kind} profile {name!r}: {'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise UsageError("\n".join(lines)) from None


def parse_machine_profile(schema: type[BaseModel], document: Mapping[str, Any]) -> Machine:
    """The machine of a document whose `schema` has `[machine]` as its `machine`; UsageError as for `parse_profile`."""
    profile: Any = parse_profile(schema, "machine", document)
    head: MachineHead = profile.machine
    return Machine(head.id, head.title, head.class_, head.controller, profile, dict(document), value_digest(document))


def parse_material_profile(schema: type[BaseModel], document: Mapping[str, Any]) -> Material:
    """The material of a document whose `schema` has `[material]` as its `material`; errors as for `parse_profile`."""
    profile: Any = parse_profile(schema, "material", document)
    head: MaterialHead = profile.material
    return Material(head.id, head.title, head.class_, profile, dict(document), value_digest(document))
