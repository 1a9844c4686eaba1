"""A plan with something of everything, and one of any size."""

from __future__ import annotations

from dataclasses import replace

from reconciler.capability import Verb
from reconciler.kinds.devices import DeviceAssignment
from reconciler.kinds.roster import Class, Location, Person
from reconciler.plan import Cause, Change, LeftAlone, Plan, Verdict
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
        *(task("mosyle", "Mosyle"), waits("DDDD000001")),
    ]
    plan = plan_of(
        changes,
        titles=SERVICES,
        binding=BOUND,
        refusals=[refusal(1), refusal(2)],
        findings=[finding("A token ends soon.")],
        awaiting=[waiting("AWAITED0001", "2026-11-20", vanished=True)],
        left_alone=[LeftAlone("device_assignment", 344, "on Jamf School, not ours")],
    )
    return replace(plan, titles={**plan.titles, "location": {"north": "North School"}})
