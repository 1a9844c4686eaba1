"""The one suite that every provider passes, present and to come."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import product

from reconciler.capability import Route, Verb
from reconciler.connections import AppleSchoolConnection, Connections, SimulatorOptions
from reconciler.desired import Desired
from reconciler.kinds import KINDS
from reconciler.landing import intents, land
from reconciler.observed import Observed
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Outcome, Result
from reconciler.resource import Declared, Source, fingerprint
from reconciler.settings import Guards, Organization, Settings
from state.record import Entry, Record
from tests.providers.conftest import Door


def test_observing_is_repeatable(door: Door) -> None:
    """Two readings in a row are equal, and change nothing."""
    first, second = (door.provider.observe(door.look, door.report) for _ in range(2))
    assert first.items == second.items
    assert first.present == second.present
    assert door.writes() == 0


def test_every_kind_is_observed(door: Door) -> None:
    """An observation speaks of every kind of the provider, and of none besides; it costs requests where anything can be read."""
    observed = door.provider.observe(door.look, door.report)
    assert sorted(observed.items) == sorted(door.provider.kinds)
    assert (observed.reads.get(door.provider.name, 0) > 0) == door.reads


def test_every_verb_has_an_answer(door: Door) -> None:
    """Every verb on every kind has a route; all but the automatic ones have a reason and a link, and tasks have steps."""
    for kind, verb in product(door.provider.kinds, Verb):
        how = door.provider.capability(kind, verb)
        assert how.route is not Route.UNSUPPORTED
        if how.route is not Route.AUTOMATIC:
            assert how.reason.endswith(".")
            assert how.link.startswith("https://")
        assert bool(how.instructions) == (how.route is Route.TASK)
        assert verb.record_only == (how.route is Route.RECORD)


def test_a_foreign_kind_is_unsupported(door: Door) -> None:
    """A kind of another channel is unsupported, with a reason and a link."""
    how = door.provider.capability("unheard_of", Verb.CREATE)
    assert (how.route, bool(how.reason), bool(how.link)) == (Route.UNSUPPORTED, True, True)


def test_the_door_tries_every_automatic_verb(door: Door) -> None:
    """The suite has a change for each verb that is automatic."""
    automatic = {(kind, verb) for kind, verb in product(door.provider.kinds, Verb) if _automatic(door, kind, verb)}
    assert {(change.verdict.kind, change.verdict.verb) for change in door.automatic} == automatic


def _automatic(door: Door, kind: str, verb: Verb) -> bool:
    return door.provider.capability(kind, verb).route is Route.AUTOMATIC


def test_each_automatic_verb_works(door: Door) -> None:
    """Every automatic change lands, or is taken where nothing reads back, and is seen by the next observation exactly as it was wanted."""
    steps, record = door.provider.pack(door.automatic, door.provider.observe(door.look, door.report)), _ours(door)
    for step in steps:
        receipt = door.provider.send(step, door.note, door.report)
        outcomes = door.provider.settle(step, receipt, door.report)
        result = Result.LANDED if door.reads else Result.TAKEN
        assert {address: outcome.result for address, outcome in outcomes.items()} == dict.fromkeys(step.covers, result)
        land(record, intents(door.automatic), outcomes)
    observed = door.provider.observe(replace(door.look, recorded=record.entries), door.report)
    for change in door.automatic:
        seen = observed.seen(change.verdict.kind, change.name)
        assert (seen.spec if seen else None) == change.verdict.after
    assert door.writes() == sum(step.writes for step in steps)


def test_packing_covers_everything_once(door: Door) -> None:
    """Each change is in exactly one step, and the order of the changes does not matter."""
    observed = door.provider.observe(door.look, door.report)
    steps = door.provider.pack(door.automatic, observed)
    assert steps == door.provider.pack(door.automatic[::-1], observed)
    assert sorted(address for step in steps for address in step.covers) == sorted(change.address for change in door.automatic)
    assert len({step.id for step in steps}) == len(steps)


def test_the_price_is_pure(door: Door) -> None:
    """Pricing sends nothing, counts every step, and names the budget."""
    observed = door.provider.observe(door.look, door.report)
    steps = door.provider.pack(door.automatic, observed)
    prices = door.provider.price(steps, observed)
    assert len(prices) == bool(steps or observed.reads.get(door.provider.name))
    for price in prices:
        assert (price.channel, price.writes) == (door.provider.name, sum(step.writes for step in steps))
        assert price.observe_reads == observed.reads[door.provider.name]
        assert price.budget
        assert bool(price.seconds) == bool(steps)
    assert door.writes() == 0


def test_settling_sends_no_write(door: Door) -> None:
    """Looking for a write whose answer was lost sends no write."""
    first = door.provider.pack(door.automatic, door.provider.observe(door.look, door.report))[:1]
    for step in first:
        receipt = door.provider.send(step, door.note, door.report)
        for _ in range(2):
            door.provider.settle(step, type(receipt)("", receipt.sent), door.report)
    assert door.writes() == len(first)


def test_the_identity_is_stable(door: Door) -> None:
    """The identity stays the same and needs no request; the provider's kinds are known to the product."""
    assert door.provider.identity() == door.provider.identity() != ""
    assert set(door.provider.kinds) <= set(KINDS)


def test_closing_twice_is_harmless(door: Door) -> None:
    """A provider may be closed more than once."""
    door.provider.close()


SETTINGS = Settings(
    organization=Organization(name="Suite", time_zone="UTC"),
    connections=Connections(apple_school=AppleSchoolConnection(simulator=SimulatorOptions())),
    guards=Guards(empties=True),
)


def _wanted(door: Door) -> Desired:
    """What the suite's automatic changes bring about, as declarations, beside the other kinds that the door declares.

    Of what is taken only as a whole, the door declares all of it.
    """
    changed = {change.verdict.kind for change in door.automatic if not KINDS[change.verdict.kind].whole}
    wanted: dict[str, dict[str, Declared]] = defaultdict(dict)
    for change in door.automatic:
        if change.verdict.after and change.verdict.kind in changed:
            wanted[change.verdict.kind][change.name] = Declared(change.verdict.after, Source("suite.yaml"), "suite")
    return Desired({**{kind: names for kind, names in door.look.desired.items.items() if kind not in changed}, **wanted})


def _ours(door: Door) -> Record:
    """A record that owns what the suite changes or deletes."""
    record = Record("Suite", "lineage", 1)
    for change in door.automatic:
        if change.verdict.before:
            record.put(change.verdict.kind, change.name, Entry(fingerprint(change.verdict.before), change.remote_id))
    return record


def _planned(door: Door, record: Record) -> tuple[Plan, Observed]:
    desired = _wanted(door)
    observed = door.provider.observe(replace(door.look, desired=desired, recorded=record.entries), door.report)
    facts = Facts(desired, record, observed, SETTINGS, date(2026, 11, 23))
    return plan(facts, door.provider, Binding("Suite", "suite", "lineage", 1, "", "")), observed


def _applied(door: Door, record: Record) -> None:
    made, _ = _planned(door, record)
    recorded = [change for change in made.changes if change.verdict.verb.record_only]
    land(record, intents(recorded), dict.fromkeys((change.address for change in recorded), Outcome(Result.LANDED)))
    changes = {change.address: change for change in made.changes}
    for step in made.steps:
        outcomes = door.provider.settle(step, door.provider.send(step, door.note, door.report), door.report)
        land(record, intents([changes[address] for address in step.covers]), outcomes)


def test_after_apply_the_declared_is_observed(door: Door) -> None:
    """What was planned by the real planner and applied is observed exactly as it was declared, and what left the files is gone."""
    record = _ours(door)
    _applied(door, record)
    _, observed = _planned(door, record)
    for kind in door.provider.kinds:
        for name, declared in _wanted(door).of(kind).items():
            seen = observed.items[kind][name].spec
            assert declared.spec.given(seen, ours=True) == seen
    gone = [change for change in door.automatic if change.verdict.verb is Verb.DELETE]
    assert all(observed.seen(change.verdict.kind, change.name) is None for change in gone)


def test_the_second_plan_is_empty(door: Door) -> None:
    """Right after apply, the same declarations plan nothing."""
    record = _ours(door)
    _applied(door, record)
    again, _ = _planned(door, record)
    assert (again.steps, again.changes) == ((), ())
