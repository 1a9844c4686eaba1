from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.errors import ProviderError, Unclear
from reconciler.provider import Outcome, Receipt, Result
from tests.apple_school.school import START, School, assignment, change, moves, want

LANDED = Outcome(Result.LANDED)
UNTIL = START + timedelta(days=20)


def test_an_assignment_lands() -> None:
    """Devices that were assigned and read back on their service have landed, and Apple's id of the activity is journaled."""
    school = School()
    serials = school.held("Meraki")[:3] + school.held(None)[:2]
    outcomes = school.apply(school.step(*moves(serials[:3], "meraki", "jamf"), *moves(serials[3:], None, "jamf")))
    assert outcomes == dict.fromkeys(serials, LANDED)
    assert set(serials) <= set(school.held("Jamf School"))
    assert [event for event, _ in school.notes] == ["sending", "received"]
    assert school.notes[1][1]["reference"]


def test_an_unassignment_lands() -> None:
    """Devices that were unassigned and are no longer on their service have landed."""
    school = School()
    serials = school.held("Meraki")[:3]
    assert school.apply(school.step(*moves(serials, "meraki", None))) == dict.fromkeys(serials, LANDED)
    assert set(serials) <= set(school.held(None))


def _capable(school: School, title: str) -> str:
    told = school.tenant.store.rows("SELECT serial, traits FROM devices")
    able = {serial for serial, traits in told if '"isMdmMigrationCapable":true' in traits}
    return next(serial for serial in school.held(title) if serial in able)


def test_deadlines_are_set_moved_and_taken_back() -> None:
    """A move with a deadline, a later deadline and a cancellation each land, and are read back from the device."""
    school = School()
    serial = _capable(school, "Meraki")
    later = UNTIL + timedelta(days=7)
    course = [
        change(serial, assignment("meraki"), assignment("jamf", UNTIL)),
        change(serial, assignment("jamf", UNTIL), assignment("jamf", later)),
        change(serial, assignment("jamf", later), assignment("jamf")),
    ]
    for step in course:
        assert school.apply(school.step(step)) == {serial: LANDED}
        seen = school.observe(want({serial: assignment("jamf", UNTIL)})).items["device_assignment"][serial]
        assert seen.spec == step.verdict.after


def test_a_deadline_for_a_device_that_is_not_moving_fails() -> None:
    """A new deadline for a device without a running migration fails in Apple's own word."""
    school = School()
    serial = school.held("Jamf School")[0]
    outcomes = school.apply(school.step(change(serial, assignment("jamf", UNTIL), assignment("jamf", UNTIL + timedelta(days=1)))))
    assert outcomes == {serial: Outcome(Result.FAILED, "Apple: NO_MIGRATION_IN_PROGRESS")}


def test_each_device_has_its_own_word() -> None:
    """One activity may end differently for each device: landed, not in the organization, failed in Apple's word."""
    school = School()
    there, *_ = school.held("Meraki")
    released = school.held("Meraki")[1]
    step = school.step(*moves([there, released, "NOSUCHSERIAL"], "meraki", "jamf"))
    school.tenant.portal.release_device(released)
    absent = Outcome(Result.ABSENT)
    assert school.apply(step) == {there: LANDED, released: absent, "NOSUCHSERIAL": absent}


def test_moved_by_somebody_else() -> None:
    """A device that a colleague moved elsewhere meanwhile is said to be there, by the service's display name."""
    school = School()
    serial = school.held("Meraki")[0]
    step = school.step(*moves([serial], "meraki", "jamf"))
    receipt = school.provider.send(step, school.note, school.report)
    school.tenant.clock.sleep(30)
    school.tenant.portal.assign([serial], school.service("Intune"))
    outcomes = school.provider.settle(step, receipt, school.report)
    assert list(outcomes.values()) == [Outcome(Result.ELSEWHERE, "Intune")]


def test_unassigned_from_another_service() -> None:
    """A device that had left for another service before it was unassigned is said to be there."""
    school = School()
    serial = school.held("Meraki")[0]
    step = school.step(*moves([serial], "meraki", None))
    school.tenant.portal.assign([serial], school.service("Intune"))
    assert school.apply(step) == {serial: Outcome(Result.ELSEWHERE, "Intune")}


@pytest.mark.parametrize("manner", ["empty_id", "404", "null"])
def test_unassigned_devices_are_recognised(manner: str) -> None:
    """A device that stayed unassigned is told apart from one that is not there, in all three shapes of Apple's answer."""
    school = School()
    serial = school.held(None)[0]
    school.tenant.switches.set("unassigned_server", manner)
    step = school.step(*moves([serial, "NOSUCHSERIAL"], None, "jamf"))
    school.tenant.switches.set("lying", "nothing")
    outcomes = school.apply(step)
    assert outcomes[serial] == Outcome(Result.FAILED, "Apple reported success, and the device is on no service")
    assert outcomes["NOSUCHSERIAL"].result is Result.ABSENT


def test_slow_lists_are_waited_for() -> None:
    """Where Apple's lists trail behind by a minute, the devices are still found."""
    school = School()
    school.tenant.switches.set("linkage_lag", "55")
    serials = school.held("Meraki")[:2]
    assert school.apply(school.step(*moves(serials, "meraki", "jamf"))) == dict.fromkeys(serials, LANDED)


def test_a_stuck_activity_is_unknown() -> None:
    """An activity that does not end within our patience leaves its devices unknown, with its id, and nothing is sent again."""
    school = School(patience=300)
    school.tenant.switches.set("activity_end", "stuck")
    serials = school.held("Meraki")[:2]
    step = school.step(*moves(serials, "meraki", "jamf"))
    began = school.tenant.clock.now()
    outcomes = school.apply(step)
    assert {outcome.result for outcome in outcomes.values()} == {Result.UNKNOWN}
    assert all("still running at Apple (activity " in outcome.word for outcome in outcomes.values())
    assert school.tenant.clock.now() - began < timedelta(seconds=400)
    assert school.activities() == 1


def test_stuck_after_moving_has_landed() -> None:
    """What is read back has landed, whatever the activity says of itself."""
    school = School(patience=300)
    school.tenant.switches.set("activity_end", "stuck_after_moving")
    serials = school.held("Meraki")[:2]
    assert school.apply(school.step(*moves(serials, "meraki", "jamf"))) == dict.fromkeys(serials, LANDED)


@pytest.mark.parametrize(("fault", "result"), [("after@post:1", Result.LANDED), ("before@post:1", Result.ELSEWHERE)])
def test_a_lost_answer_is_looked_for(fault: str, result: Result) -> None:
    """When the answer to a write is lost, looking tells whether it was taken; it is never sent again."""
    school = School()
    serial = school.held("Meraki")[0]
    step = school.step(*moves([serial], "meraki", "jamf"))
    school.tenant.switches.set("cut_connection", fault)
    sent = school.tenant.clock.now()
    with pytest.raises(Unclear):
        school.provider.send(step, school.note, school.report)
    outcomes = school.provider.settle(step, Receipt("", sent), school.report)
    assert [outcome.result for outcome in outcomes.values()] == [result]
    assert school.requests()["POST /v1/orgDeviceActivities"] == 1


def test_another_process_settles() -> None:
    """After a kill another process that has observed nothing settles the same step."""
    school = School()
    serials = school.held("Meraki")[:2]
    step = school.step(*moves(serials, "meraki", "jamf"), *moves(["NOSUCHSERIAL"], None, "jamf"))
    receipt = school.provider.send(step, school.note, school.report)
    other = School(tenant=school.tenant)
    other.tenant.clock.sleep(3 * 3600)
    outcomes = {address.name: outcome for address, outcome in other.provider.settle(step, receipt, other.report).items()}
    assert outcomes == {**dict.fromkeys(serials, LANDED), "NOSUCHSERIAL": Outcome(Result.ABSENT)}


def test_a_long_lost_answer_is_settled_at_once() -> None:
    """A write whose answer was lost longer ago than any activity takes is judged without waiting."""
    school = School()
    step = school.step(*moves(school.held("Meraki")[:1], "meraki", "jamf"))
    outcomes = school.provider.settle(step, Receipt("", START - timedelta(hours=2)), school.report)
    assert [outcome.result for outcome in outcomes.values()] == [Result.ELSEWHERE]
    assert not school.waits


@pytest.mark.parametrize("status", ["409", "422"])
def test_refused_serials_are_named(status: str) -> None:
    """Where Apple refuses an activity because of single devices, the error names them and says that nothing was changed."""
    school = School()
    step = school.step(*moves([*school.held("Meraki")[:2], "NOSUCHSERIAL"], "meraki", "jamf"))
    school.tenant.switches.set("unknown_serial", status)
    with pytest.raises(ProviderError, match="because of NOSUCHSERIAL") as caught:
        school.provider.send(step, school.note, school.report)
    assert not isinstance(caught.value, Unclear)
    assert "None of its devices was changed" in caught.value.hint
    assert [event for event, _ in school.notes] == ["sending", "refused"]


def test_too_many_devices_for_one_activity() -> None:
    """Where Apple refuses the number of devices, the hint names the setting that makes it smaller."""
    school = School()
    step = school.step(*moves(school.held("Meraki")[:3], "meraki", "jamf"))
    school.tenant.switches.set("max_devices", "2")
    with pytest.raises(ProviderError, match="at most 2 devices") as caught:
        school.provider.send(step, school.note, school.report)
    assert "batch" in caught.value.hint


def test_few_devices_of_a_large_service_are_read_one_by_one() -> None:
    """Reading back takes the cheaper way: single devices where they are fewer than the pages of their service."""
    school = School(4500, ["Jamf School", "Meraki"])
    step = school.step(*moves(school.held("Meraki")[:1], "meraki", "jamf"))
    before = sum(school.requests().values())
    assert set(school.apply(step).values()) == {LANDED}
    assert sum(school.requests().values()) - before == 1 + step.reads == 5


def test_many_missing_devices_are_looked_for_in_lists() -> None:
    """Where many devices did not land, the lists of all services are read instead of every device."""
    school = School()
    serials = school.held("Meraki")
    step = school.step(*moves(serials, "meraki", "jamf"))
    school.tenant.switches.set("lying", "nothing")
    before = sum(school.requests().values())
    assert school.apply(step) == dict.fromkeys(serials, Outcome(Result.ELSEWHERE, "Meraki"))
    assert sum(school.requests().values()) - before < len(serials)
