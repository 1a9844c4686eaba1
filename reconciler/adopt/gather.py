"""What is live and in no file, as drafts of entries, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.errors import ConfigurationError
from reconciler.kinds import KINDS
from reconciler.kinds.fields import NAME
from reconciler.kinds.found import Draft, Omitted, Survey
from reconciler.kinds.kind import Kind
from reconciler.kinds.naming import joined
from reconciler.load import Configuration, load
from reconciler.load.sections import Sections
from reconciler.load.tree import Map
from reconciler.observed import Observed
from reconciler.resolve import resolve
from reconciler.resource import Address
from state.record import Record


@dataclass(slots=True)
class Gathered:
    """`drafts`: kind → entries to write, each under a name that nothing else has. `omitted`: what is left out, kind by kind, and why.
    `unread`: kinds that no connection reads."""

    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    omitted: list[tuple[Kind, Omitted]] = field(default_factory=list)
    unread: list[Kind] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Live:
    """What adopting starts from. `written`: the files as they stand."""

    configuration: Configuration
    written: Sections
    record: Record
    observed: Observed


def gather(live: Live, *, rules: bool) -> Gathered:
    """Everything that is live, in no file and not ours. Raises ConfigurationError if the files dispute among themselves."""
    resolved = resolve(live.configuration.desired, live.observed)
    errors = [finding for finding in (*live.observed.findings, *resolved.conflicts) if finding.severity == "error"]
    if errors:
        raise ConfigurationError(errors)
    gathered, keys = Gathered(), _keys(live.configuration)
    later = _declared_later(live)
    for kind in KINDS.values():
        if kind.name not in live.observed.items:
            gathered.unread += [] if kind.watched else [kind]
            continue
        wanted = resolved.items.get(kind.name, {})
        seen = live.observed.items[kind.name]
        fresh = seen.keys() - wanted.keys() - live.record.kind(kind.name).keys()
        _count(gathered, kind, len(seen.keys() & live.record.kind(kind.name).keys() - wanted.keys()), "ours, and no longer in the files")
        _count(gathered, kind, len(fresh & later[kind.name]), "in an entry that begins on a later day")
        idle = live.observed.present.get(kind.name, {}).keys() - seen.keys() - wanted.keys()
        _count(gathered, kind, len(idle), "on no service, so there is nothing to write down")
        names = sorted(fresh - later[kind.name])
        items = {name: seen[name] for name in names}
        traits = live.observed.present.get(kind.name, {})
        declared = live.configuration.desired.of(kind.name)
        survey = Survey(items, seen, traits, declared, lambda other, name: keys.get(Address(other, name)), rules)
        gathered.drafts[kind.name] = list(_drafts(kind, survey, gathered, live.written, keys))
    return gathered


def _keys(configuration: Configuration) -> dict[Address, str]:
    """The names in the files of what the files have: a channel sees it under the same."""
    return {Address(kind, name): name for kind in KINDS if not KINDS[kind].placed for name in configuration.desired.of(kind)}


def _count(gathered: Gathered, kind: Kind, count: int, why: str) -> None:
    if count:
        gathered.omitted.append((kind, Omitted(count, why)))


def _drafts(kind: Kind, survey: Survey, gathered: Gathered, written: Sections, keys: dict[Address, str]) -> Iterator[Draft]:
    """The drafts of a kind, renamed where a name is taken; whoever refers to what they cover finds it in `keys`."""
    if kind.export is None:
        _count(gathered, kind, len(survey.items), "no entry can be made of them")
        return
    taken = {name.casefold() for name in written.entries[kind.name]}
    for found in _found(kind.export(survey)):
        if isinstance(found, Omitted):
            _count(gathered, kind, found.count, found.why)
            continue
        name = found.name if _is_it(found, kind, written) else _free(found.name, taken)
        taken.add(name.casefold())
        keys.update((Address(kind.name, one), name) for one in (found.covers if not kind.placed else ()))
        yield Draft(found.file, name, found.values, found.remark, found.covers, found.table, found.at_table)


def _found(drafts: Iterable[Draft | Omitted]) -> Iterator[Draft | Omitted]:
    """Reasons that are the same are counted together, behind the drafts."""
    omitted: dict[str, int] = {}
    for one in drafts:
        if isinstance(one, Omitted):
            omitted[one.why] = omitted.get(one.why, 0) + one.count
        else:
            yield one
    yield from (Omitted(count, why) for why, count in omitted.items())


def _is_it(draft: Draft, kind: Kind, written: Sections) -> bool:
    """Whether the files have this very entry, so that only its table grows."""
    entry = written.entries[kind.name].get(draft.name)
    return draft.table is not None and entry is not None and isinstance(entry.value, Map) and entry.value == draft.values


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, or the first of name-2, name-3, … that nothing has. Upper and lower case are the same: names become file names."""
    names, number, free = frozenset(taken), 1, name
    while free.casefold() in names:
        number += 1
        free = joined(name, str(number))
    assert NAME.fullmatch(free), free
    return free


def _declared_later(live: Live) -> Mapping[str, set[str]]:
    """Kind → what entries name outright that are not in effect today and will be."""
    later: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for day in sorted(_days_ahead(live)):
        desired = load(live.configuration.folder, day, live.configuration.opener.around).desired
        for kind, names in later.items():
            names.update(desired.of(kind).keys() - live.configuration.desired.of(kind).keys())
    return later


def _days_ahead(live: Live) -> Iterator[date]:
    """The days on which dormant entries begin."""
    for dormant in live.configuration.desired.dormant:
        entry = live.written.entries[dormant.kind][dormant.name].value
        begins = entry.get("from") if isinstance(entry, Map) else None
        if isinstance(begins, str) and (day := date.fromisoformat(begins)) > live.configuration.today:
            yield day
