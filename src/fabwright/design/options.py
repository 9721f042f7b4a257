"""The base class of a design's options, and its named cross-field rules."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from fabwright.design.constructors import KIND_KEY
from fabwright.design.kinds import InvalidValueError, OptionKind
from fabwright.design.wording import shown
from fabwright.errors import OptionErrors, OptionProblem, UsageError


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule has against one option: a sentence with the measured value and the limit, and the nearest value.

    `nearest` may be raw: it is moved to the option's step and kept only if the rule then holds.
    """

    path: str
    message: str
    nearest: Any = None


RuleT = TypeVar("RuleT", bound=Callable[[Any], Iterable[Problem]])


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule over several options; `run` yields its problems with a checked options object."""

    name: str
    paths: tuple[str, ...]
    run: Callable[[Any], Iterable[Problem]]


def rule(name: str, *paths: str) -> Callable[[RuleT], RuleT]:
    """Make a method of an Options class a rule over the options `paths`; it yields a `Problem` for each offence.

    Rules run once every option by itself is valid, all of them, in the order in which they are written.
    """
    def mark(method: RuleT) -> RuleT:
        method.__fabwright_rule__ = (name, paths)  # type: ignore[attr-defined]
        return method
    return mark


class Options(BaseModel):
    """Options of a design: each field is made by `length`, `angle`, `number`, `count`, `choice`, `flag`, `text` or
    `attachment`. Objects are frozen and always valid: making one raises OptionErrors or pydantic's ValidationError.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)

    __option_kinds__: ClassVar[Mapping[str, OptionKind]] = {}
    __option_rules__: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Check the definition itself; UsageError names the class, the option and what is wrong."""
        if not cls.__pydantic_complete__:
            raise UsageError(f"{cls.__name__}: the annotations name types that are not imported where it is defined")
        cls.__option_kinds__ = _collect_kinds(cls)
        cls.__option_rules__ = _collect_rules(cls)
        problems = [f"{cls.__name__}.{line}" for line in _definition_problems(cls)]
        if problems:
            raise UsageError("\n".join(problems))

    @field_validator("*", mode="before")
    @classmethod
    def _check_value(cls, value: Any, info: ValidationInfo) -> Any:
        return cls.__option_kinds__[str(info.field_name)].check(value)

    @model_validator(mode="after")
    def _check_together(self) -> Options:
        values = {name: getattr(self, name) for name in type(self).__option_kinds__}
        problems = list(visibility_problems(type(self), values, self.model_fields_set))
        problems = problems or list(_rule_problems(self))
        if problems:
            raise OptionErrors(type(self).__name__, problems)
        return self


def option_kinds(model: type[Options]) -> Mapping[str, OptionKind]:
    """The options of a model by name, in the order in which they are written."""
    return model.__option_kinds__


def option_rules(model: type[Options]) -> tuple[Rule, ...]:
    """The rules of a model, in the order in which they are written."""
    return model.__option_rules__


def visibility_problems(model: type[Options], values: Mapping[str, Any], given: Iterable[str]
                        ) -> Iterator[OptionProblem]:
    """Options given a value other than their default although the others' values hide them.

    `values` holds the checked values; an option whose condition names one that is not there is passed over.
    """
    given = set(given)
    for name, kind in option_kinds(model).items():
        if name not in given or name not in values or _same(values[name], kind.default):
            continue
        for other, allowed in kind.visible_if.items():
            if other in values and not any(_same(values[other], a) for a in allowed):
                wanted = " or ".join(shown(a) for a in allowed)
                yield OptionProblem(name, f"applies only when {other} is {wanted}, but that is "
                                    f"{shown(values[other])}; leave {name} out or change {other}", "visible-if",
                                    kind.default)
                break


def _rule_problems(options: Options) -> Iterator[OptionProblem]:
    kinds = option_kinds(type(options))
    for each in option_rules(type(options)):
        for problem in each.run(options):
            if problem.path not in kinds:
                raise UsageError(f"{type(options).__name__}: rule {each.name!r} blames {problem.path!r}, which is no "
                                 "option")
            yield OptionProblem(problem.path, problem.message, each.name, _settled(options, each, problem))


def _settled(options: Options, each: Rule, problem: Problem) -> Any:
    """The valid value next to the one a rule proposes with which that rule is content, or None."""
    if problem.nearest is None:
        return None
    for candidate in option_kinds(type(options))[problem.path].near(problem.nearest):
        trial = options.model_copy(update={problem.path: candidate})
        if next(iter(each.run(trial)), None) is None:
            return candidate
    return None


def _same(a: Any, b: Any) -> bool:
    """Equality that does not take true for 1."""
    return bool(isinstance(a, bool) == isinstance(b, bool) and a == b)


def _collect_kinds(cls: type[Options]) -> dict[str, OptionKind]:
    kinds: dict[str, OptionKind] = {}
    for name, info in cls.model_fields.items():
        extra = info.json_schema_extra
        kind: object = extra.get(KIND_KEY) if isinstance(extra, dict) else None
        if not isinstance(kind, OptionKind):
            raise UsageError(f"{cls.__name__}.{name}: options are made by length(), angle(), number(), count(), "
                             "choice(), flag(), text() or attachment()")
        kinds[name] = kind
    return kinds


def _collect_rules(cls: type[Options]) -> tuple[Rule, ...]:
    methods: dict[str, Rule] = {}
    for owner in reversed(cls.__mro__):
        for key, method in vars(owner).items():
            mark = getattr(method, "__fabwright_rule__", None)
            if mark is not None:
                methods[key] = Rule(mark[0], mark[1], method)
    return tuple(methods.values())


def _definition_problems(cls: type[Options]) -> Iterator[str]:
    kinds = option_kinds(cls)
    for name, kind in kinds.items():
        yield from (f"{name}: {line}" for line in kind.definition_problems())
        yield from (f"{name}: {line}" for line in _annotation_problems(cls.model_fields[name].annotation, kind))
        for other, allowed in kind.visible_if.items():
            if other == name or other not in kinds:
                yield f"{name}: visible_if names {other!r}, which is no other option"
                continue
            for value in allowed:
                try:
                    kinds[other].check(value)
                except InvalidValueError as refusal:
                    yield f"{name}: visible_if: {other} {refusal.message}"
    names = [each.name for each in option_rules(cls)]
    for each in option_rules(cls):
        if names.count(each.name) > 1:
            yield f"rule {each.name!r} is defined twice"
        yield from (f"rule {each.name!r} names {p!r}, which is no option" for p in each.paths if p not in kinds)


def _annotation_problems(annotation: Any, kind: OptionKind) -> Iterator[str]:
    parts = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    named: set[Any] = set()
    for part in parts:
        named |= {type(v) for v in get_args(part)} if get_origin(part) is Literal else {part}
    wanted = set(kind.python_types) | ({type(None)} if kind.default is None else set())
    if named != wanted:
        words = " | ".join([t.__name__ for t in kind.python_types] + (["None"] if kind.default is None else []))
        yield f"must be annotated {words}"
