"""What is live and in no file, as drafts of entries, kind by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.errors import ConfigurationError
from reconciler.kinds import KINDS
from reconciler.kinds.devices import ASSIGNMENT
from reconciler.kinds.fields import NAME
from reconciler.kinds.found import Draft, Omitted, Scene, Survey
from reconciler.kinds.kind import Kind
from reconciler.kinds.naming import joined
from reconciler.licences.people import People
from reconciler.load import Configuration, load
from reconciler.load.sections import Sections
from reconciler.load.tree import Map
from reconciler.observed import Observed
from reconciler.provider import Provider
from reconciler.pseudonyms import Pseudonyms
from reconciler.resource import Address
from reconciler.unread import why_unread
from reconciler.wanted import Wanted, wanted
from state.record import Record


@dataclass(slots=True)
class Gathered:
    """`drafts`: kind → entries to write, each under a name that nothing else has. `omitted`: what is left out, kind by kind, and why.
    `unread`: kinds that no connection reads, and why."""

    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    omitted: list[tuple[Kind, Omitted]] = field(default_factory=list)
    unread: list[tuple[Kind, str]] = field(default_factory=list)

    def leave(self, kind: Kind, count: int, why: str) -> None:
        """Count something that is left out, together with what was left out for the same reason."""
        same = next((at for at, (other, omitted) in enumerate(self.omitted) if (other, omitted.why) == (kind, why)), None)
        if same is not None:
            count += self.omitted.pop(same)[1].count
        if count:
            self.omitted.append((kind, Omitted(count, why)))


@dataclass(frozen=True, slots=True)
class Live:
    """What adopting starts from. `written`: the files as they stand."""

    configuration: Configuration
    written: Sections
    record: Record
    observed: Observed
    provider: Provider
    pseudonyms: Pseudonyms


def gather(live: Live, *, rules: bool) -> Gathered:
    """Everything that is live, in no file and not ours. Raises ConfigurationError if the files dispute among themselves."""
    people = People(live.configuration.roster, live.pseudonyms)
    found = wanted(live.configuration.desired, live.record, live.observed, people)
    errors = [finding for finding in (*live.observed.findings, *found.findings) if finding.severity == "error"]
    if errors:
        raise ConfigurationError(errors)
    return _Gathering(live, found, people, rules=rules).run()


class _Gathering:
    """One pass over all kinds, in their order: later ones refer to the entries of earlier ones."""

    def __init__(self, live: Live, found: Wanted, people: People, *, rules: bool) -> None:
        self._live = live
        self._wanted = found.items
        self._rules = rules
        self._gathered = Gathered()
        self._later = _declared_later(live)
        self._keys = {Address(kind, name): name for kind in KINDS if not KINDS[kind].placed for name in live.configuration.desired.of(kind)}
        self._fresh = {kind: self._unknown(kind) for kind in live.observed.items}
        self._entries: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._scene = self._seen_by_all(people)

    def run(self) -> Gathered:
        """Draft what can be said."""
        for kind in KINDS.values():
            why = why_unread(kind, self._live.observed, self._live.provider)
            if why and not kind.watched:
                self._gathered.unread.append((kind, why))
            elif not why:
                self._count(kind)
                self._gathered.drafts[kind.name] = list(self._drafts(kind, self._survey(kind)))
        return self._gathered

    def _unknown(self, kind: str) -> set[str]:
        """Names that are live, in no file today nor later, and not ours."""
        known = self._wanted.get(kind, {}).keys() | self._live.record.kind(kind).keys() | self._later[kind]
        return {name for name in self._live.observed.items[kind] if name not in known}

    def _seen_by_all(self, people: People) -> Scene:
        configuration, observed = self._live.configuration, self._live.observed
        for name, declared in self._wanted.get(ASSIGNMENT, {}).items():
            self._entries[ASSIGNMENT][declared.origin].add(name)
        places = {*configuration.roster.keys("locations"), *configuration.desired.of("location")}
        places |= {configuration.settings.roster.primary_location} - {""}
        ids = {pseudonym: id_ for id_, pseudonym in people.names.items()}
        return Scene(observed, self._wanted, self._fresh, self._entries, ids, people.without_account, places)

    def _count(self, kind: Kind) -> None:
        """What is left out before anything is drafted."""
        observed = self._live.observed
        seen, ours = observed.items[kind.name].keys(), self._live.record.kind(kind.name).keys()
        declared = self._wanted.get(kind.name, {}).keys()
        self._gathered.leave(kind, len((seen & ours) - declared), "ours, and no longer in the files")
        self._gathered.leave(kind, len((seen & self._later[kind.name]) - declared - ours), "in an entry that begins on a later day")
        idle = observed.present.get(kind.name, {}).keys() - seen - declared
        self._gathered.leave(kind, len(idle), f"{kind.idle}, so there is nothing to write down")
        self._gathered.leave(kind, observed.others.get(kind.name, 0), "made by hand or by others, which uploads do not reach")

    def _survey(self, kind: Kind) -> Survey:
        live, observed = self._live, self._live.observed
        seen = observed.items[kind.name]
        items = {name: seen[name] for name in sorted(self._fresh[kind.name])}
        written = {name: one.value for name, one in live.written.entries[kind.name].items()}
        traits, declared = observed.present.get(kind.name, {}), live.configuration.desired.of(kind.name)
        return Survey(items, seen, traits, declared, written, self._key, self._rules, self._scene)

    def _key(self, kind: str, name: str) -> str | None:
        """The name in the files of a live thing; an entry's own name is that already."""
        found = self._keys.get(Address(kind, name))
        return name if found is None and name in self._scene.entries.get(kind, {}) else found

    def _drafts(self, kind: Kind, survey: Survey) -> Iterator[Draft]:
        """The drafts of a kind, renamed where a name is taken; whoever refers to what they cover finds it under `_keys`."""
        if kind.export is None:
            self._gathered.leave(kind, len(survey.items) if kind.plural else 0, "no entry can be made of them")
            return
        written = self._live.written
        taken = {name.casefold() for name in written.entries[kind.name]}
        for found in self._found(kind, kind.export(survey)):
            grows = _grows(found, kind, written)
            if found.fixed and found.name.casefold() in taken and not grows:
                self._gathered.leave(kind, len(found.covers), f'there is another entry "{found.name}" already')
                continue
            name = found.name if grows else _free(found.name, taken)
            taken.add(name.casefold())
            self._cover(kind, name, found)
            yield Draft(found.file, name, found.values, found.remark, found.covers, found.tables, found.also, personal=found.personal)

    def _cover(self, kind: Kind, name: str, draft: Draft) -> None:
        """What an entry covers is not fresh any more."""
        if not kind.placed:
            self._keys.update((Address(kind.name, one), name) for one in draft.covers)
        self._entries[kind.name][name].update(draft.covers)
        for other, names in draft.also.items():
            self._fresh[other].difference_update(names)

    def _found(self, kind: Kind, drafts: Iterable[Draft | Omitted]) -> Iterator[Draft]:
        """The drafts; what is left out is counted."""
        for one in drafts:
            if isinstance(one, Omitted):
                self._gathered.leave(KINDS[one.kind or kind.name], one.count, one.why)
            else:
                yield one


def _grows(draft: Draft, kind: Kind, written: Sections) -> bool:
    """Whether the files have this very entry, so that only its tables grow."""
    entry = written.entries[kind.name].get(draft.name)
    return bool(draft.tables) and entry is not None and isinstance(entry.value, Map) and entry.value == as_written(draft.values)


def as_written(value: object) -> object:
    """A value as the reader of files gives it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return {key: as_written(one) for key, one in value.items()}
    return [as_written(one) for one in value] if isinstance(value, list) else value


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
