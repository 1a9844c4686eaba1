from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.apple_school.order import Order
from reconciler.observed import Observed
from reconciler.plan import Change
from reconciler.resource import Seen
from tests.apple_school.school import START, School, assignment, change, moves, servers

UNTIL = START + timedelta(days=20)


def _observed() -> Observed:
    titles = {name: declared.spec.name for name, declared in servers().items()}  # type: ignore[attr-defined] # an MdmServer
    items = {name: Seen(declared.spec, f"ID-{name}") for name, declared in servers().items()}
    return Observed(items={"mdm_server": items, "device_assignment": {}}, titles={"mdm_server": titles})


SEVERAL = [
    *moves(["A1", "A2"], None, "jamf"),
    *moves(["B1"], "meraki", "jamf"),
    *moves(["C1"], "meraki", "intune"),
    *moves(["D1", "D2"], "meraki", "jamf", UNTIL),
    *moves(["E1"], "meraki", "jamf", UNTIL + timedelta(days=1)),
    change("F1", assignment("jamf", UNTIL), assignment("jamf", UNTIL + timedelta(days=1))),
    change("G1", assignment("jamf", UNTIL), assignment("jamf")),
    change("H1", assignment("intune", UNTIL), assignment("intune")),
    *moves(["I1"], "meraki", None),
    *moves(["J1"], "jamf", None),
]
SCHOOL = School(0)


def test_one_activity_for_each_target() -> None:
    """Changes are packed into one activity per target, deadline and source, in a fixed order, with ids and titles for people."""
    steps = SCHOOL.provider.pack(SEVERAL, _observed())
    assert [(step.id, step.title, [address.name for address in step.covers]) for step in steps] == [
        ("assign-intune-1", "Assign 1 device to Intune", ["C1"]),
        ("assign-jamf-1", "Assign 3 devices to Jamf School", ["A1", "A2", "B1"]),
        ("migrate-jamf-1", "Move 2 devices to Jamf School, to be put off until 2026-12-13 08:00 UTC at the latest", ["D1", "D2"]),
        ("migrate-jamf-2", "Move 1 device to Jamf School, to be put off until 2026-12-14 08:00 UTC at the latest", ["E1"]),
        ("postpone-1", "Set the migration deadline of 1 device to 2026-12-14 08:00 UTC", ["F1"]),
        ("cancel-1", "Cancel the migration of 2 devices", ["G1", "H1"]),
        ("unassign-jamf-1", "Unassign 1 device from Jamf School", ["J1"]),
        ("unassign-meraki-1", "Unassign 1 device from Meraki", ["I1"]),
    ]
    assert steps[2].body == {
        "activity": "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE",
        "server": "ID-jamf",
        "title": "Jamf School",
        "deadline": "2026-12-13T08:00:00Z",
    }


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_packing_does_not_depend_on_order(seed: int, batch: int) -> None:
    """The same changes in any order give the same steps, each change in exactly one, none with more than a batch."""
    provider = School(0, tenant=SCHOOL.tenant, batch=batch).provider
    shuffled = random.Random(seed).sample(SEVERAL, len(SEVERAL))  # noqa: S311 - a shuffle, no secret
    steps = provider.pack(shuffled, _observed())
    assert steps == provider.pack(SEVERAL, _observed())
    covered = [address.name for step in steps for address in step.covers]
    assert sorted(covered) == sorted(change.name for change in SEVERAL)
    assert max(len(step.covers) for step in steps) <= batch


def test_a_step_reads_back_what_it_was_made_of() -> None:
    """A step's body tells the whole activity, so that another process can settle it."""
    for step in SCHOOL.provider.pack(SEVERAL, _observed()):
        assert Order.of(step).body() == step.body


def _many(count: int) -> list[Change]:
    return moves([f"S{n:05}" for n in range(count)], None, "jamf")


def test_batches_are_numbered() -> None:
    """More devices than a batch holds make several activities, and their titles say which of how many."""
    steps = SCHOOL.provider.pack(_many(2500), _observed())
    assert [step.title for step in steps] == [
        "Assign 1,000 devices to Jamf School (1 of 3)",
        "Assign 1,000 devices to Jamf School (2 of 3)",
        "Assign 500 devices to Jamf School (3 of 3)",
    ]
    assert [step.id for step in steps] == ["assign-jamf-1", "assign-jamf-2", "assign-jamf-3"]


def test_a_plan_of_nothing_is_free() -> None:
    """No steps cost no requests and no time."""
    (price,) = SCHOOL.provider.price((), _observed())
    assert (price.reads, price.writes, price.seconds) == (0, 0, 0)
    assert price.budget == "20 reads a minute, 10 writes an hour"


def test_the_eleventh_write_waits_for_the_next_hour() -> None:
    """The price of eleven activities counts eleven writes and more than an hour, for Apple allows ten."""
    steps = SCHOOL.provider.pack(_many(11_000), _observed())
    (price,) = SCHOOL.provider.price(steps, _observed())
    assert price.writes == 11
    assert 3600 < price.seconds < 2 * 3600


def test_the_price_is_what_it_costs() -> None:
    """For an activity of the usual half minute, requests and seconds come out as priced."""
    school = School()
    serials = school.held("Meraki")
    step = school.step(*moves(serials, "meraki", "jamf"))
    before, began = dict(school.provider._driver.spent), school.tenant.clock.now()
    (price,) = school.provider.price([step], Observed())
    school.apply(step)
    spent = {sort: count - before[sort] for sort, count in school.provider._driver.spent.items()}
    assert spent == {"reads": price.reads, "writes": price.writes}
    assert abs((school.tenant.clock.now() - began).total_seconds() - price.seconds) <= price.reads + price.writes
