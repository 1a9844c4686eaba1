"""Changes as the plan's document holds them: what many share is said once, and what differs stands in columns.

In a large district's first upload 150,000 verdicts differ in nothing but the person. As 150,000 objects they were 200 MB of which nine
tenths said the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from reconciler.capability import Capability, Verb
from reconciler.kinds import KINDS
from reconciler.plan import Cause, Change, Verdict
from reconciler.resource import Address, Source, Spec, lean

Columns = dict[str, Annotated[list[Any], Field(min_length=1)]]
"""Attribute → one value for all names of a group where they share it, else one for each, in their order."""

_EACH = "Each attribute has one value for all names, or one for each."


class SourceColumns(BaseModel):
    """Places in files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Annotated[list[str], Field(min_length=1)]
    line: Annotated[list[int], Field(min_length=1)]
    column: Annotated[list[int], Field(min_length=1)]


class ChangeGroup(BaseModel):
    """Changes that differ only in the name, or also in what stands in columns: one value for all names, or one for each in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[str, Field(description="What sort of thing changes.", examples=["device_assignment"])]
    verb: Annotated[Verb, Field(description="What happens to each name. adopt and forget touch only our record.")]
    cause: Annotated[Cause, Field(description="Why live and declared differ: intent (we changed), drift (they changed), …")]
    before: Annotated[Columns | None, Field(description=f"The live state; apply refuses if it has moved. {_EACH}")]
    after: Annotated[Columns | None, Field(description=f"The state that apply brings about; null for a delete. {_EACH}")]
    capability: Annotated[int, Field(ge=0, description="How it lands: a place in the list of capabilities, counted from 0.")]
    noun: Annotated[str, Field(description="What people call one of these.", examples=["iPad"])]
    scope: Annotated[str, Field(description="Where guards count it.")]
    origin: Annotated[str, Field(description="The entry of the configuration that asks for it; empty if none does any more.")]
    source: Annotated[SourceColumns | None, Field(description=f"The place of that entry. {_EACH}")]
    fingerprint: Annotated[
        list[str], Field(min_length=1, description="What the record will hold once it has landed: one for all names, or one for each.")
    ]
    takes_over: Annotated[bool, Field(description="Whether somebody else put it there; needs leave.")]
    waits_for: Annotated[str | None, Field(description="The address of a task that must be done first.")]
    names: Annotated[list[str], Field(min_length=1, description="The names, sorted. Address = kind/name.")]
    remote_ids: Annotated[dict[str, str], Field(description="The channel's own ids, for names that differ from them.")]


def grouped(changes: Sequence[Change], capabilities: dict[Capability, int]) -> list[dict[str, Any]]:
    """The groups as JSON values. `capabilities` gets those that it lacks, each with its place."""
    groups: dict[object, list[Change]] = defaultdict(list)
    shared = Counter(id(change.verdict) for change in changes)
    for change in changes:
        verdict = change.verdict
        groups[id(verdict) if shared[id(verdict)] > 1 else _head(verdict)].append(change)
    return [_group(group, capabilities) for group in groups.values()]


def ungrouped(group: ChangeGroup, capabilities: Sequence[Capability]) -> list[Change]:
    """The changes of a group. ValueError, KeyError or IndexError if it holds what no group does."""
    source = (group.source.file, group.source.line, group.source.column) if group.source else ()
    columns = (*(group.before or {}).values(), *(group.after or {}).values(), *source, group.fingerprint)
    count = len(group.names) if any(len(column) > 1 for column in columns) else 1
    verdicts = _spread(_verdicts(group, capabilities[group.capability], count), len(group.names))
    return [Change(name, verdict, group.remote_ids.get(name, "")) for name, verdict in zip(group.names, verdicts, strict=True)]


def _head(verdict: Verdict) -> tuple[object, ...]:
    """What changes must share in order to differ in columns only."""
    return (
        *(verdict.kind, verdict.verb, verdict.cause, verdict.capability, verdict.noun, verdict.scope, verdict.origin),
        *(verdict.takes_over, verdict.waits_for, verdict.source and verdict.source.file),
        *(verdict.before is None, verdict.after is None),
    )


def _group(changes: Sequence[Change], capabilities: dict[Capability, int]) -> dict[str, Any]:
    verdict = changes[0].verdict
    verdicts = [verdict] if changes[-1].verdict is verdict else [change.verdict for change in changes]
    return {
        "kind": verdict.kind,
        "verb": verdict.verb.value,
        "cause": verdict.cause.value,
        "before": _specs([each.before for each in verdicts]),
        "after": _specs([each.after for each in verdicts]),
        "capability": capabilities.setdefault(verdict.capability, len(capabilities)),
        "noun": verdict.noun,
        "scope": verdict.scope,
        "origin": verdict.origin,
        "source": _sources([each.source for each in verdicts]),
        "fingerprint": _column([each.fingerprint for each in verdicts]),
        "takes_over": verdict.takes_over,
        "waits_for": str(verdict.waits_for) if verdict.waits_for else None,
        "names": [change.name for change in changes],
        "remote_ids": {change.name: change.remote_id for change in changes if change.remote_id},
    }


def _column(values: list[Any]) -> list[Any]:
    return values[:1] if values.count(values[0]) == len(values) else values


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            columns[name].append(value)
    return {name: _column(values) for name, values in columns.items()}


def _specs(specs: Sequence[Spec | None]) -> dict[str, list[Any]] | None:
    """Columns of specs, of which either all or none are None."""
    return None if specs[0] is None else _columns(spec.model_dump(mode="json") for spec in specs if spec is not None)


def _sources(sources: Sequence[Source | None]) -> dict[str, list[Any]] | None:
    return (
        None
        if sources[0] is None
        else _columns({"file": source.file, "line": source.line, "column": source.column} for source in sources if source is not None)
    )


def _spread(column: list[Any], count: int) -> list[Any]:
    """A value for each. ValueError if there are neither one nor so many."""
    if len(column) not in (1, count):
        raise ValueError(f"{len(column)} values for {count} names")
    return column if len(column) == count else column * count


def _to_specs(kind: str, columns: Columns | None, count: int) -> list[Spec] | list[None]:
    model = KINDS[kind].spec
    if columns is None:
        return [None] * count
    spread = {name: _spread(column, count) for name, column in columns.items()}
    rows = ({name: values[at] for name, values in spread.items()} for at in range(count))
    return [lean(model.model_validate_json(orjson.dumps(row))) for row in rows]


def _to_sources(columns: SourceColumns | None, count: int) -> list[Source] | list[None]:
    if columns is None:
        return [None] * count
    return list(map(Source, *(_spread(column, count) for column in (columns.file, columns.line, columns.column))))


def _verdicts(group: ChangeGroup, capability: Capability, count: int) -> list[Verdict]:
    waits_for = Address.parse(group.waits_for) if group.waits_for else None
    columns = zip(
        _to_specs(group.kind, group.before, count),
        _to_specs(group.kind, group.after, count),
        _to_sources(group.source, count),
        _spread(group.fingerprint, count),
        strict=True,
    )
    return [
        Verdict(
            kind=group.kind,
            verb=group.verb,
            before=before,
            after=after,
            cause=group.cause,
            capability=capability,
            noun=group.noun,
            scope=group.scope,
            origin=group.origin,
            source=source,
            fingerprint=fingerprint,
            takes_over=group.takes_over,
            waits_for=waits_for,
        )
        for before, after, source, fingerprint in columns
    ]
