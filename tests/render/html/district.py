"""A plan with something of everything, and one of any size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from reconciler.capability import Verb
from reconciler.kinds.devices import DeviceAssignment
from reconciler.kinds.licences import App
from reconciler.kinds.renewals import State
from reconciler.kinds.roster import Class, Location, Person
from reconciler.licences.balance import Balance
from reconciler.plan import Cause, Change, Expiry, LeftAlone, Plan, Verdict
from reconciler.resource import Address, Source, Spec
from tests.render.plans import AUTOMATIC, BINDING, finding, move, plan_of, refusal, task, waiting

SERVICES = {"jamf": "Jamf School", "meraki": "Meraki Systems Manager", "intune": "Intune for Education"}
CHILD = ("Zelda", "Quixotic-Featherstone", "zelda@example.test", "N-77123")
BOUND = replace(BINDING, time_zone="America/Los_Angeles")


def change(kind: str, name: str, before: Spec | None, after: Spec | None, cause: Cause = Cause.INTENT, noun: str = "") -> Change:
    """Any change of the roster, or of a device."""
    verb = Verb.CREATE if before is None else Verb.DELETE if after is None else Verb.UPDATE
    return Change(name, Verdict(kind, verb, before, after, cause, AUTOMATIC, noun, "", name, Source("north/roster.yaml", 4, 3)))


def person(grade: str) -> Person:
    """A child whose every personal attribute must stay hidden."""
    first, last, email, number = CHILD
    return Person(role="student", first_name=first, last_name=last, locations=("north",), grade=grade, email=email, number=number)


def members(*numbers: int) -> Class:
    """A class of these students."""
    return Class(course="science", location="north", number="7-A", students=tuple(f"s-{number}" for number in numbers))


BALANCES = (Balance("north.1", 20, 12, 15, 3, 2, 10, 0), Balance("north.2", 9, 1, 1, 0, 0, 0, 8), Balance("north.3", -1, 5, 6, 0, 0, 0, 0))
ENDINGS = (
    ("scim", State.REVOKED, 40),
    ("old", State.EXPIRED, -3),
    ("lost", State.UNREADABLE, None),
    ("push", State.DUE, 30),
    ("token", State.DUE, 31),
    ("far", State.FINE, 900),
    ("api", State.UNDATED, None),
)


def expiry(ending: tuple[str, State, int | None]) -> Expiry:
    """Something that ends so many days after the day of the plan."""
    name, state, days = ending
    ends = "" if days is None else (date(2026, 11, 23) + timedelta(days)).isoformat()
    says, owner = f"The {name} token {state}.", "IT desk" if state is State.DUE else ""
    return Expiry(name, "other", f"{name} token", "", state, ends, days, owner, says, f"Renew {name} so.")


def waits(name: str) -> Change:
    """A device that goes to a service which a person must create first."""
    moved = move(name, to="mosyle")
    return replace(moved, verdict=replace(moved.verdict, waits_for=Address("mdm_server", "mosyle")))


def everything(size: int = 40) -> Plan:
    """Devices of two folders, a roster, tasks, refusals, and all that is only said."""
    changes = [
        *(move(f"AAAA{number:06}", "grade-6", file="east/devices.yaml") for number in range(size)),
        *(move(f"BBBB{number:06}", "macs", to="intune", noun="Mac", file="devices.yaml", cause=Cause.DRIFT) for number in range(size // 2)),
        change("device_assignment", "CCCC000001", DeviceAssignment(server="jamf"), None, Cause.UNDECLARED, "Mac"),
        *(change("person", f"p-{number:012x}", person("6"), person("7")) for number in range(3)),
        change("person", "p-00000000ffff", person("6"), None, Cause.UNDECLARED),
        change("location", "north", Location(name="North"), Location(name="North School")),
        change("class", "science-7a", members(1, 2, 3), members(2, 3, 4, 5)),
        change("class", "latin-9", members(8), None, Cause.UNDECLARED),
        change("class", "art-5", None, members(6, 7)),
        change("app", "north.1", None, App(title="Keynote", location="North School", licences=30, buy=10, instead="East has 4 idle.")),
        *(task("mosyle", "Mosyle"), waits("DDDD000001")),
    ]
    plan = plan_of(
        changes,
        titles=SERVICES,
        binding=BOUND,
        refusals=[refusal(1), refusal(2)],
        findings=[finding("The key is old."), finding("The push token due.")],
        awaiting=[waiting("AWAITED0001", "2026-11-20", vanished=True)],
        left_alone=[LeftAlone("device_assignment", 344, "on Jamf School, not ours")],
    )
    titles = {**plan.titles, "location": {"north": "North School", "east": "East School"}, "app": {"north.1": "Keynote at North School"}}
    return replace(plan, titles=titles, balances=BALANCES, renewals=tuple(map(expiry, ENDINGS)))
