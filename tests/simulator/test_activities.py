from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.simulator.rehearsal import Rehearsal, codes, ids


def test_an_activity_runs_through_its_states(wire: Rehearsal) -> None:
    """An activity is created as SUBMITTED and goes through its states as the organization's time passes."""
    created = wire.post(wire.held(wire.intune)[:2], wire.jamf)
    assert created.status_code == 201
    assert created.json()["links"]["self"].endswith("/v1/orgDeviceActivities")
    told = [created.json()["data"]["attributes"]["subStatus"]]
    for _ in range(5):
        wire.tenant.clock.sleep(4)
        told.append(wire.get(created.json()["data"]["links"]["self"]).json()["data"]["attributes"]["subStatus"])
    assert told == ["SUBMITTED", "PENDING", "PROCESSING", "PROCESSING", "POST_PROCESSING", "COMPLETED_WITH_SUCCESS"]


def test_reads_trail_behind_the_end_of_an_activity(wire: Rehearsal) -> None:
    """Fifteen seconds pass after the end before linkages, status and counts show what moved."""
    serial = wire.held(wire.intune)[0]
    wire.post([serial], wire.jamf)
    wire.tenant.clock.sleep(21)
    assert wire.tenant.devices()[serial] == wire.jamf
    assert serial not in ids(wire.get(f"mdmServers/{wire.jamf}/relationships/devices"))
    wire.tenant.clock.sleep(14)
    assert serial in ids(wire.get(f"mdmServers/{wire.jamf}/relationships/devices"))
    assert wire.get(f"orgDevices/{serial}/relationships/assignedServer").json()["data"]["id"] == wire.jamf


def test_unassigning_leaves_a_device_without_service(wire: Rehearsal) -> None:
    """UNASSIGN_DEVICES takes devices off the service that it names."""
    serial = wire.held(wire.jamf)[0]
    attributes = wire.finish(wire.post([serial], wire.jamf, "UNASSIGN_DEVICES"))
    assert (attributes["status"], attributes["subStatus"]) == ("COMPLETED", "COMPLETED_WITH_SUCCESS")
    assert wire.get(f"orgDevices/{serial}").json()["data"]["attributes"]["status"] == "UNASSIGNED"


def test_the_log_tells_each_device(wire: Rehearsal) -> None:
    """The log has rows of varying width above its header and one row for each device, with SUCCESS or the reason."""
    moved, same = wire.held(wire.intune)[0], wire.held(wire.jamf)[0]
    attributes = wire.finish(wire.post([moved, same, "NOSUCH1234"], wire.jamf))
    assert attributes["subStatus"] == "COMPLETED_WITH_ERROR"
    log = wire.log(attributes)
    assert "ABM-ActivityLog_" in log.headers["content-disposition"]
    rows = list(csv.reader(log.text.splitlines()))
    start = rows.index(["serial_number", "operation_status", "operation_substatus"])
    assert len({len(row) for row in rows[:start]}) > 1
    assert rows[start + 1 :] == [[moved, "SUCCESS", ""], [same, "ISSUE", "ALREADY_ASSIGNED"], ["NOSUCH1234", "ISSUE", "DEVICE_NOT_FOUND"]]


def test_the_log_wants_no_bearer_and_a_fresh_signature(wire: Rehearsal) -> None:
    """The log's address refuses a bearer, a changed signature, and any use after an hour."""
    attributes = wire.finish(wire.post(wire.held(wire.intune)[:1], wire.jamf))
    assert wire.log(attributes, Authorization=wire.http.headers["Authorization"]).status_code == 400
    assert wire.log({"downloadUrl": attributes["downloadUrl"][:-1]}).status_code == 403
    wire.tenant.clock.sleep(3700)
    assert wire.log(attributes).status_code == 403


def test_a_migration_has_a_deadline_and_an_end(wire: Rehearsal) -> None:
    """A migration is requested with a deadline, may get another, starts and ends in the portal, and can be cancelled only while it runs."""
    serial = next(
        serial
        for serial in wire.held(wire.intune)
        if wire.get(f"orgDevices/{serial}").json()["data"]["attributes"]["isMdmMigrationCapable"]
    )
    kind = "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE"
    assert wire.finish(wire.post([serial], wire.jamf, kind, "2026-09-01T00:00:00Z"))["subStatus"] == "COMPLETED_WITH_SUCCESS"
    assert _migration(wire, serial) == ("REQUESTED", "2026-09-01T00:00:00Z")
    wire.finish(wire.post([serial], None, "UPDATE_MDM_MIGRATION_DEADLINE", "2026-10-01T00:00:00Z"))
    assert _migration(wire, serial) == ("REQUESTED", "2026-10-01T00:00:00Z")
    wire.tenant.portal.start_migration([serial])
    assert _migration(wire, serial)[0] == "STARTED"
    assert wire.finish(wire.post([serial], None, "CANCEL_MDM_MIGRATION"))["subStatus"] == "COMPLETED_WITH_SUCCESS"
    assert _migration(wire, serial)[0] == "FAILED"
    assert wire.finish(wire.post([serial], None, "CANCEL_MDM_MIGRATION"))["subStatus"] == "COMPLETED_WITH_ERROR"
    assert wire.tenant.devices()[serial] == wire.jamf


def _migration(wire: Rehearsal, serial: str) -> tuple[str, str | None]:
    attributes = wire.get(f"orgDevices/{serial}").json()["data"]["attributes"]
    return attributes["mdmMigrationStatus"], attributes["mdmMigrationDeadlineDateTime"]


def test_a_past_deadline_is_enforced_at_once(wire: Rehearsal) -> None:
    """Updating a deadline to a moment that has passed starts the migration."""
    serial = next(
        serial
        for serial in wire.held(wire.intune)
        if wire.get(f"orgDevices/{serial}").json()["data"]["attributes"]["isMdmMigrationCapable"]
    )
    wire.finish(wire.post([serial], wire.jamf, "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE", "2026-09-01T00:00:00Z"))
    wire.finish(wire.post([serial], None, "UPDATE_MDM_MIGRATION_DEADLINE", "2026-08-01T00:00:00Z"))
    assert _migration(wire, serial)[0] == "STARTED"


def test_the_later_of_two_activities_wins(wire: Rehearsal) -> None:
    """Two activities in flight for one device end in the order in which they are due."""
    serial = wire.held(None)[0]
    wire.post([serial], wire.jamf)
    wire.tenant.clock.sleep(1)
    wire.post([serial], wire.intune)
    wire.tenant.clock.sleep(60)
    assert wire.tenant.devices()[serial] == wire.intune


def test_a_hand_in_the_portal_outranks_what_was_due_before(wire: Rehearsal) -> None:
    """An assignment by hand stays, although an activity that was due earlier had not been looked at yet."""
    serial = wire.held(None)[0]
    wire.post([serial], wire.jamf)
    wire.tenant.clock.sleep(60)
    wire.tenant.portal.assign([serial], wire.intune)
    assert wire.tenant.devices()[serial] == wire.intune


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "type of another resource": ({"type": "orgDevices"}, "ENTITY_ERROR.TYPE.INVALID"),
    "activity of businesses alone": ({"attributes": {"activityType": "RELEASE_DEVICES"}}, "ENTITY_ERROR.ATTRIBUTE.INVALID"),
    "no activity type": ({"attributes": {}}, "ENTITY_ERROR.ATTRIBUTE.REQUIRED"),
    "unknown attribute": ({"attributes": {"activityType": "ASSIGN_DEVICES", "note": "x"}}, "ENTITY_ERROR.ATTRIBUTE.UNKNOWN"),
    "an id of one's own": ({"id": "7"}, "ENTITY_ERROR.ATTRIBUTE.UNKNOWN"),
    "metadata on a plain assignment": (
        {"attributes": {"activityType": "ASSIGN_DEVICES", "activityTypeMetadata": {}}},
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
    ),
    "no service": ({"relationships": {"devices": {"data": [{"type": "orgDevices", "id": "A1"}]}}}, "ENTITY_ERROR.RELATIONSHIP.REQUIRED"),
    "no attributes": ({"attributes": None}, "ENTITY_ERROR.REQUIRED"),
}


@pytest.mark.parametrize("change", BAD)
def test_a_bad_activity_is_refused(wire: Rehearsal, change: str) -> None:
    """An activity with a wrong or missing member gets 409 with Apple's code and a pointer, and creates nothing."""
    members, code = BAD[change]
    body = wire.body(wire.held(None)[:1], wire.jamf)
    answer = wire.http.post("/v1/orgDeviceActivities", json={"data": body["data"] | members})
    assert answer.status_code == 409
    assert code in codes(answer)
    assert answer.json()["errors"][0]["source"]["pointer"].startswith("/data")
    assert wire.tenant.counters()["activities"] == {}


@pytest.mark.parametrize(
    ("serials", "service"), [([], ""), (["A B"], ""), ([""], ""), (["A1", "A1"], ""), (["A1"], "00000000000000000000000000000000")]
)
def test_bad_identifiers_are_refused(wire: Rehearsal, serials: list[str], service: str) -> None:
    """No devices, a malformed or repeated serial, or an unknown service gets 409."""
    assert wire.post(serials, service or wire.jamf).status_code == 409


@pytest.mark.parametrize("deadline", ["2026-08-17T07:00:00Z", "2026-11-20T00:00:00Z", "2026-09-01T00:00:00", "soon"])
def test_a_deadline_lies_within_ninety_days(wire: Rehearsal, deadline: str) -> None:
    """A first migration deadline that has passed, lies beyond 90 days or names no moment gets 409."""
    assert wire.post(wire.held(None)[:1], wire.jamf, "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE", deadline).status_code == 409


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [("{", "application/json", 422), ("[]", "application/json", 422), ("{}", "application/json", 422), ("{}", "text/plain", 415)],
)
def test_a_body_is_a_json_document(wire: Rehearsal, content: str, media_type: str, status: int) -> None:
    """A body that is no JSON:API document gets 422, one of another media type 415."""
    assert wire.http.post("/v1/orgDeviceActivities", content=content, headers={"Content-Type": media_type}).status_code == status


def test_everything_wrong_is_told_at_once(wire: Rehearsal) -> None:
    """A refusal lists every finding, not the first."""
    answer = wire.http.post("/v1/orgDeviceActivities", json={"data": {"type": "x", "attributes": {}, "relationships": {}}})
    assert len(codes(answer)) == 3
