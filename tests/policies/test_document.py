from __future__ import annotations

from datetime import date

from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.devices import DeviceAssignment
from reconciler.kinds.roster import Person
from reconciler.plan import Binding, Cause, Change, Plan, Verdict
from reconciler.policies.document import CHANGE, PLAN, example, variables

BINDING = Binding("Test", "id", "lineage", 1, "", "2026-11-23T08:00:00+00:00")
AUTOMATIC = Capability(Route.AUTOMATIC)


def _plan(*changes: Change) -> Plan:
    return Plan(BINDING, changes, (), ())


def _person(number: int) -> Change:
    spec = Person(role="student", first_name=f"#{number}", last_name=f"#{number}", locations=("north",))
    verdict = Verdict("person", Verb.CREATE, None, spec, Cause.NEW, AUTOMATIC, "person", "", "roster")
    return Change(f"p-{number}", verdict)


def test_people_are_few_groups() -> None:
    """A hundred thousand people who do the same are one group for a rule, and nothing of any of them is in it but the pseudonym."""
    seen = variables(_plan(*map(_person, range(100_000))), date(2026, 11, 23))
    (group,) = seen["changes"]
    assert (group["count"], len(group["names"]), group["before"], group["after"]) == (100_000, 100_000, {}, {})


def test_devices_are_a_group_for_what_they_do() -> None:
    """Devices that share a verdict are one group with its attributes; another verdict is another group."""
    verdicts = [
        Verdict("device_assignment", Verb.CREATE, None, DeviceAssignment(server=server), Cause.NEW, AUTOMATIC, "iPad", server)
        for server in ("jamf", "intune")
    ]
    seen = variables(_plan(*(Change(f"S{n}", verdicts[n % 2]) for n in range(10))), date(2026, 11, 23))
    assert [(group["count"], group["after"]) for group in seen["changes"]] == [(5, {"server": "jamf"}), (5, {"server": "intune"})]


def test_tests_and_plans_have_the_same_keys() -> None:
    """What a rule sees in its tests and in a plan has the same keys, all of them documented."""
    real, tried = variables(_plan(_person(1)), date(2026, 11, 23)), example({}, [{}])
    assert real["plan"].keys() == tried["plan"].keys() == PLAN.keys()
    assert real["changes"][0].keys() == tried["changes"][0].keys() == CHANGE.keys()
