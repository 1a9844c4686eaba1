"""The section `policies:` of reconciler.yaml: rules of one's own, their tests, and what is silenced until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import FALSE, TEXT, TRUE, WHOLE, Choice, Day, Name, OneOrMany, Quoted, Reader, Text, empty, what, wrong
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.policies.document import CHANGE, PLAN

RuleSeverity = Literal["error", "warning", "note"]
Expected = Literal["fires", "silent"]


class Silence(Entry):
    """Leave to go against a policy: until a day, for a reason. After that day it counts no more, and plans say so."""

    id: Text = Field(description="Which policy; `reconciler policy list` tells them all.", examples=["DEV-003"])
    where: Text = Field(default="*", description='The name in brackets behind the id of the finding; "*" for all.', examples=["lab", "*"])
    until: Day = Field(description="The last day on which it counts.")
    reason: Text = Field(description="Why, for reviewers and auditors.", examples=["The old tablets leave in June 2027"])


def _scalar(value: object) -> object:
    """What a word means in a rule's test: flags and whole numbers are such unless they stand in quotes."""
    if isinstance(value, Quoted) or not isinstance(value, str):
        return str(value) if isinstance(value, str) else value
    if value in (*TRUE, *FALSE):
        return value in TRUE
    return int(value) if WHOLE.fullmatch(value) else value


def _plain(value: object) -> object:
    """A tree of text as the values that a rule sees."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else _scalar(value)


def _read(value: object, known: Mapping[str, tuple[object, str]]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise wrong(f"must be a group of values, not {what(value)}.", f"It may have {', '.join(known)}.") if value is not None else empty()
    for key in value:
        if key not in known:
            raise wrong(f"has {short(key)}, which no rule sees.", did_you_mean(str(key), known) or f"It may have {', '.join(known)}.")
    found = {str(key): _plain(inner) for key, inner in value.items()}
    for key, inner in found.items():
        if type(inner) is not type(known[key][0]):
            raise wrong(f"has {key}: {short(inner)}, which is of another sort than plans have there.", f"It is {known[key][1]}")
    return found


def _schema(known: Mapping[str, tuple[object, str]]) -> dict[str, Any]:
    sorts = {str: ["string", "number"], int: "integer", bool: "boolean", list: "array", dict: "object"}
    properties = {key: {"type": sorts[type(default)], "description": says} for key, (default, says) in known.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _changes(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise wrong(f"must be a list of groups of changes, not {what(value)}.", "Write [] if nothing changes.")
    return [_read(one, CHANGE) for one in value]


PLAN_VALUES = Reader(lambda value: _read(value, PLAN), _schema(PLAN))
CHANGE_GROUPS = Reader(_changes, {"type": "array", "items": _schema(CHANGE)})


class RuleTest(Entry):
    """A small plan, and whether the rule fires on it. What is left out has the value that it mostly has."""

    name: Text = Field(description="What it shows.", examples=["thirty devices leave at once"])
    plan: Annotated[dict[str, Any], PLAN_VALUES] = Field(default_factory=dict, description="The variable `plan`.")
    changes: Annotated[list[dict[str, Any]], CHANGE_GROUPS] = Field(default_factory=list, description="The variable `changes`.")
    expect: Annotated[Expected, Choice()] = Field(description="Whether the rule should fire.")


class Rule(Entry):
    """A rule of the organization's own over every plan: it fires where `when` is true."""

    id: Name = Field(description="Its name, for findings and silences.", examples=["RIV-001"])
    when: Text = Field(
        description="An expression in CEL over the variables `plan` and `changes`; true: the rule fires.",
        examples=['changes.exists(c, c.kind == "device_assignment" && c.verb == "delete" && c.count > 10)'],
    )
    message: Text = Field(description="What is wrong then, in a sentence.")
    hint: Annotated[str, TEXT] = Field(default="", description="What to do about it.")
    severity: Annotated[RuleSeverity, Choice()] = Field(default="warning", description="An error stops the plan.")
    tests: Annotated[tuple[RuleTest, ...], OneOrMany(empty=True)] = Field(default=(), description="Run by `reconciler policy test`.")


class Policies(Entry):
    """Rules over configuration and plan, beside those that come with reconciler."""

    rules: Annotated[tuple[Rule, ...], OneOrMany(empty=True)] = Field(default=(), description="The organization's own.")
    silence: Annotated[tuple[Silence, ...], OneOrMany(empty=True)] = Field(default=(), description="Findings that are known and accepted.")
