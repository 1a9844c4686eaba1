"""Desired + recorded + observed → plan. Pure: nothing is read, sent or written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import filterfalse, repeat
from operator import is_not

from reconciler.capability import Verb
from reconciler.desired import Desired, Dormant
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.freeze import frozen
from reconciler.guard import lockout, refusals
from reconciler.kinds import KINDS
from reconciler.kinds.licences import LICENCE, USER
from reconciler.kinds.roles import ROLE
from reconciler.licences.allot import Allotted, allot
from reconciler.licences.people import People
from reconciler.observed import Observed
from reconciler.overallocation import overallocated, titles
from reconciler.passcodes import ignored
from reconciler.plan import NOT_ASKED, Awaiting, Binding, Change, LeftAlone, Plan, Verdict
from reconciler.provider import Provider
from reconciler.pseudonyms import REHEARSED, Pseudonyms
from reconciler.resolve import Resolved, resolve
from reconciler.resource import Address, Seen, Spec
from reconciler.roster.part import Roster
from reconciler.selection import EVERYTHING, Selection, check
from reconciler.settings import Settings
from reconciler.shrink import shrinking
from reconciler.verdict import Judge
from reconciler.waves import allowed, waves
from reconciler.whole import undivided
from state.collector import collector_paused
from state.record import Record


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a plan is made from. `in_flight`: addresses that an earlier write may still change; they are left alone.

    `roster`: everybody, who is planned for under `pseudonyms`.
    """

    desired: Desired
    record: Record
    observed: Observed
    settings: Settings
    today: date
    in_flight: frozenset[Address] = frozenset()
    selection: Selection = EVERYTHING
    roster: Roster = field(default_factory=Roster)
    pseudonyms: Pseudonyms = REHEARSED


def plan(facts: Facts, provider: Provider, binding: Binding, warnings: Sequence[Diagnostic] = ()) -> Plan:
    """The plan that makes the organization equal to the configuration.

    Errors of the live organization and disputes between rules are in `findings`; a plan with error findings has no steps.
    Raises ReconcilerError if the selection names what does not exist.
    """
    with collector_paused():
        return _plan(facts, provider, binding, warnings)


def _plan(facts: Facts, provider: Provider, binding: Binding, warnings: Sequence[Diagnostic]) -> Plan:
    resolved = resolve(facts.desired, facts.observed)
    allotted = _allotted(facts, resolved)
    facts = replace(facts, observed=_with(facts.observed, allotted))
    check(facts.selection, facts.desired, resolved.items, facts.observed, facts.record)
    findings = (*warnings, *facts.observed.findings, *resolved.conflicts, *allotted.findings, *_profiles(facts))
    guards = facts.settings.guards.on(facts.today)
    tables = {kind: _Table(kind, facts, resolved) for kind in KINDS}
    awaiting = _awaiting(facts, tables)
    everything = sorted(_changes(facts, tables, provider), key=_order)
    asked = undivided(everything, facts.selection, facts.in_flight)
    reached = waves(everything, facts.desired.rollouts, resolved.items)
    changes = tuple(allowed(asked, reached))
    broken = any(finding.severity == "error" for finding in findings)
    steps = () if broken else tuple(provider.pack([change for change in changes if change.verdict.sendable], facts.observed))
    return Plan(
        binding=binding,
        changes=() if broken else changes,
        steps=steps,
        prices=provider.price(steps, facts.observed),
        left_alone=(
            *_left_alone(facts, tables),
            *_skipped(everything, asked),
            *(wave.says() for wave in reached if wave.waiting),
            *_unspoken(facts.desired, provider),
            *_dormant(facts.desired.dormant),
            *_licences_left(allotted),
        ),
        awaiting=awaiting,
        findings=(*findings, *ignored(changes)),
        refusals=(
            *refusals(changes, facts.observed, guards, facts.settings.approvals, facts.today),
            *shrinking(changes, facts.record, guards.rosters, facts.settings.approvals, facts.today, facts.observed.titles),
            *frozen(changes, facts.settings, facts.today),
            *lockout(changes, _held(facts.observed, resolved, provider), facts.settings.guards, facts.settings.approvals, facts.today),
            *overallocated(changes, allotted, facts.settings.approvals, facts.today),
        ),
        titles=facts.observed.titles,
        balances=tuple(allotted.balances),
    )


def _held(observed: Observed, resolved: Resolved, provider: Provider) -> dict[str, Spec]:
    """The roles on which a plan may count: those that Apple tells of; where no channel reads them, those that are declared."""
    if provider.capability(ROLE.name, Verb.CREATE).attested:
        return {name: one.spec for name, one in resolved.items.get(ROLE.name, {}).items()}
    return {name: one.spec for name, one in observed.items.get(ROLE.name, {}).items()}


def _allotted(facts: Facts, resolved: Resolved) -> Allotted:
    """Who is to have which licences; added to what is wanted. Where no channel reads libraries, nothing is."""
    if not facts.observed.libraries:
        return Allotted()
    devices, ours = resolved.items.get("device_assignment", {}), facts.record.entries
    allotted = allot(facts.desired, devices, facts.observed, ours, People(facts.roster, facts.pseudonyms))
    for kind, names in allotted.items.items():
        resolved.items[kind] = {**resolved.items.get(kind, {}), **names} if resolved.items.get(kind) else names
    return allotted


def _with(observed: Observed, allotted: Allotted) -> Observed:
    """What was read, with what stays although nothing asks for it, and what people call apps at their locations."""
    kept = {kind: names for kind, names in ((LICENCE, allotted.kept), (USER, allotted.users_kept)) if names}
    return replace(observed, settled=observed.settled | kept, titles=titles(observed.titles, allotted))


def _licences_left(allotted: Allotted) -> Iterator[LeftAlone]:
    for app, count in sorted(allotted.waiting.items()):
        yield LeftAlone(LICENCE, count, f"of {allotted.titles[app]}, which wait until their people are at Apple")
    if allotted.kept:
        yield LeftAlone(LICENCE, len(allotted.kept), "stay with who left or cannot be taken back")


def _profiles(facts: Facts) -> Iterator[Diagnostic]:
    for profile in facts.settings.guards.profiles:
        if profile.covers(facts.today):
            until = profile.until.isoformat()
            yield Diagnostic(None, f'The guards have the limits of the profile "{profile.name}" until {until}.', "", Severity.NOTE)


class _Table:
    """What is wanted of one kind, beside what is recorded and seen of each name (None: nothing).

    Each name is looked up once: where there are a million, finding one in a table costs more than judging it.
    """

    def __init__(self, kind: str, facts: Facts, resolved: Resolved) -> None:
        wanted, self.settled = resolved.items.get(kind, {}), facts.observed.settled.get(kind, ())
        self.wanted = {name: wanted[name] for name in wanted if name not in self.settled} if self.settled else wanted
        self.entries, self.seen = facts.record.kind(kind), facts.observed.items.get(kind, {})
        self.recorded = list(map(self.entries.get, self.wanted))
        self.here = list(map(self.seen.get, self.wanted))

    def absent(self) -> list[str]:
        """What is wanted and not seen."""
        return [name for name, here in zip(self.wanted, self.here, strict=True) if here is None]

    def unwanted(self) -> Collection[str]:
        """What is recorded and not wanted."""
        if len(self.entries) == _count(self.recorded) + len(self.settled):
            return ()
        return (self.entries.keys() - self.wanted.keys()).difference(self.settled)

    def strangers(self) -> Collection[str]:
        """What is seen and neither wanted nor recorded."""
        if len(self.seen) == _count(self.here) + len(self.settled):
            return ()
        return (self.seen.keys() - self.wanted.keys() - self.entries.keys()).difference(self.settled)


def _count(found: Sequence[object | None]) -> int:
    """How many are not None."""
    return sum(map(is_not, found, repeat(None)))


_VERB_ORDER = {verb: position for position, verb in enumerate((Verb.FORGET, Verb.ADOPT, Verb.CREATE, Verb.UPDATE, Verb.DELETE))}
_KIND_ORDER = {name: position for position, name in enumerate(KINDS)}


def _order(change: Change) -> tuple[int, int, str]:
    """What others need comes first; then by verb and name, so that the order of files never shows."""
    return _KIND_ORDER[change.verdict.kind], _VERB_ORDER[change.verdict.verb], change.name


def _changes(facts: Facts, tables: Mapping[str, _Table], provider: Provider) -> Iterator[Change]:
    for kind, table in ((kind, table) for kind, table in tables.items() if kind in provider.kinds):
        judge = Judge(KINDS[kind], provider.capability, partial(_exists, facts.observed))
        swept = facts.observed.swept.get(kind, ())
        yield from _changes_of(kind, judge, table, facts.observed.present.get(kind), swept)


def _exists(observed: Observed, need: Address) -> bool:
    """Whether something needed is there; of what hangs on a thing, the thing is enough."""
    return observed.seen(need.kind, need.name) is not None or need.name in observed.present.get(need.kind, ())


def _changes_of(kind: str, judge: Judge, table: _Table, present: Mapping[str, object] | None, swept: Collection[str]) -> Iterator[Change]:
    """The changes of one kind. The first loop runs once per device of a ministry, so it only skips what was judged to be in order."""
    in_order: set[tuple[int, int, int]] = set()
    was: tuple[object, object, object] = (None, None, None)
    for name, declared, entry, here in zip(table.wanted, table.wanted.values(), table.recorded, table.here, strict=True):
        if declared is was[0] and entry is was[1] and here is was[2]:
            continue  # neighbours are mostly alike, and to see that is faster than to look them up
        combination = id(declared), id(entry), id(here)
        if combination not in in_order:
            if here is None and present is not None and name not in present:
                continue  # awaiting: neither error nor change
            verdict = judge.judge(declared, entry, here)
            if verdict is not None:
                yield _change(name, kind, judge, verdict, here, present)
                continue
            in_order.add(combination)
        was = declared, entry, here
    for name in (*table.unwanted(), *swept):
        here = table.seen.get(name)
        verdict = judge.judge(None, table.entries.get(name), here)
        if verdict is not None:
            yield _change(name, kind, judge, verdict, here, present)


def _change(name: str, kind: str, judge: Judge, verdict: Verdict, here: Seen | None, present: Mapping[str, object] | None) -> Change:
    traits = present.get(name) if present else None
    noun = KINDS[kind].describe(traits) if traits is not None else ""
    return Change(name, judge.named(verdict, noun or KINDS[kind].noun[0]), here.remote_id if here else "")


def _awaiting(facts: Facts, tables: Mapping[str, _Table]) -> tuple[Awaiting, ...]:
    """What is declared by name and not in the organization, oldest first."""
    found = []
    for kind, present in facts.observed.present.items():
        table, known = tables[kind], facts.record.awaiting.get(kind, {})
        for name in table.absent():
            if name not in present:
                since = known[name].since if name in known else facts.today.isoformat()
                found.append(Awaiting(Address(kind, name), table.wanted[name].origin, since, vanished=name in table.entries))
    return tuple(sorted(found, key=lambda item: (item.since, item.address)))


def _left_alone(facts: Facts, tables: Mapping[str, _Table]) -> Iterator[LeftAlone]:
    """What exists, is neither declared nor ours, and stays as it is; counted by place."""
    for kind, items in facts.observed.items.items():
        strangers = set(tables[kind].strangers()).difference(facts.observed.swept.get(kind, ()))
        places = Counter(KINDS[kind].place(items[name].spec) for name in strangers)
        for place, count in sorted(places.items()):
            where = f"on {_title(facts.observed, place)}, " if place else ""
            yield LeftAlone(kind, count, f"{where}not in the configuration and not ours")
        # Filtered, and not subtracted as sets: of a million devices that would make a set first, to throw nearly all of it away.
        unclaimed = filterfalse(tables[kind].wanted.__contains__, facts.observed.present.get(kind, ()))
        idle = sum(1 for _ in filterfalse(items.__contains__, unclaimed))
        if idle:
            yield LeftAlone(kind, idle, f"{KINDS[kind].idle}, and no entry claims them")
    for kind, count in facts.observed.others.items():
        yield LeftAlone(kind, count, "made by hand or by others, not in the configuration and not ours")
    if facts.in_flight:
        yield from _in_flight(facts.in_flight)


def _title(observed: Observed, place: str) -> str:
    return next((titles[place] for titles in observed.titles.values() if place in titles), place)


def _in_flight(addresses: frozenset[Address]) -> Iterator[LeftAlone]:
    for kind, count in sorted(Counter(address.kind for address in addresses).items()):
        yield LeftAlone(kind, count, "an earlier write may still change them; the next run looks again")


def _skipped(everything: Sequence[Change], changes: Sequence[Change]) -> Iterator[LeftAlone]:
    kept = Counter(change.verdict.kind for change in changes)
    for kind, count in sorted(Counter(change.verdict.kind for change in everything).items()):
        if count > kept[kind]:
            yield LeftAlone(kind, count - kept[kind], NOT_ASKED)


def _unspoken(desired: Desired, provider: Provider) -> Iterator[LeftAlone]:
    """What is declared and no connection can carry: the files were checked, and that is all."""
    for kind in KINDS:
        if kind not in provider.kinds and not KINDS[kind].watched and (count := desired.count(kind)):
            what = "roster connection" if KINDS[kind].whole else "connection for them"
            yield LeftAlone(kind, count, f"checked, not planned: no {what}")


def _dormant(dormant: Sequence[Dormant]) -> Iterator[LeftAlone]:
    for entry in sorted(dormant, key=lambda entry: (entry.kind, entry.name)):
        yield LeftAlone(entry.kind, 0, f"{entry.name}: not in effect today ({entry.why})")
