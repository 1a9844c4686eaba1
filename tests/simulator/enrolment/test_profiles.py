from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.enrolment.client import Enrolment, enrolled, plain

PROFILE: dict[str, Any] = {
    "profile_name": "Grade 6 iPads",
    "url": "https://mdm.example.edu/enroll",
    "is_supervised": True,
    "is_mdm_removable": False,
    "await_device_configured": True,
    "department": "IT",
    "language": "en",
    "region": "US",
    "skip_setup_items": ["Siri", "NotInvented"],
    "anchor_certs": ["MIIB"],
}


@pytest.fixture
def wire() -> Enrolment:
    """A small organization, signed in."""
    return enrolled()


def _define(wire: Enrolment, **changes: Any) -> str:
    answer = wire.post("/profile", PROFILE | changes)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["profile_uuid"])


def _assign(wire: Enrolment, serials: list[str], uuid: str = "") -> dict[str, Any]:
    told: dict[str, Any] = wire.post("/profile/devices", {"profile_uuid": uuid or _define(wire), "devices": serials}).json()
    return told


def _state(wire: Enrolment, serial: str) -> tuple[str, str]:
    told = wire.post("/devices", {"devices": [serial]}).json()["devices"][serial]
    return told["profile_status"], told.get("profile_uuid", "")


def test_a_profile_is_read_as_it_was_defined(wire: Enrolment) -> None:
    """A profile comes back with every field and its id, and each definition is a profile of its own."""
    uuid = _define(wire)
    assert len(uuid) == 32
    assert wire.get("/profile", profile_uuid=uuid).json() == {**PROFILE, "profile_uuid": uuid}
    assert _define(wire) != uuid


def test_fields_of_later_versions_are_not_kept(wire: Enrolment) -> None:
    """A field that the version of the protocol does not know, or that nobody knows, is dropped."""
    wire.version = 1
    uuid = _define(wire, is_multi_user=True, support_email_address="it@school.example", color="blue")
    found = wire.get("/profile", profile_uuid=uuid).json()
    assert not {"is_multi_user", "support_email_address", "await_device_configured", "color"} & found.keys()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"profile_name": ""}, "CONFIG_NAME_REQUIRED"),
        ({"profile_name": "x" * 126}, "CONFIG_NAME_INVALID"),
        ({"profile_name": 5}, "CONFIG_NAME_INVALID"),
        ({"url": None}, "CONFIG_URL_REQUIRED"),
        ({"url": "http://mdm.example.edu"}, "CONFIG_URL_INVALID"),
        ({"url": "https://mdm.example.edu/" + "x" * 2000}, "CONFIG_URL_INVALID"),
        ({"configuration_web_url": "mdm"}, "CONFIG_URL_INVALID"),
        ({"department": "x" * 126}, "DEPARTMENT_INVALID"),
        ({"org_magic": "x" * 257}, "MAGIC_INVALID"),
        ({"support_phone_number": "5" * 51}, "SUPPORT_PHONE_INVALID"),
        ({"support_email_address": "nobody"}, "SUPPORT_EMAIL_INVALID"),
        ({"language": "English"}, "LOCALE_INVALID"),
        ({"region": "us"}, "LOCALE_INVALID"),
        ({"is_supervised": False}, "FLAGS_INVALID"),
        ({"is_mandatory": "yes"}, "FLAGS_INVALID"),
        ({"skip_setup_items": "Siri"}, "MALFORMED_REQUEST_BODY"),
        ({"anchor_certs": ["not base64"]}, "MALFORMED_REQUEST_BODY"),
    ],
)
def test_a_profile_is_judged_field_by_field(wire: Enrolment, changes: dict[str, Any], word: str) -> None:
    """Each field that is missing, too long or of the wrong kind has its own word."""
    assert plain(wire.post("/profile", PROFILE | changes)) == (400, word)


def test_lengths_are_counted_in_characters(wire: Enrolment) -> None:
    """A name of 125 characters is good, whatever their bytes."""
    _define(wire, profile_name="ü" * 125, department="é" * 125)


def test_a_profile_that_is_not_there(wire: Enrolment) -> None:
    """Reading and assigning need the id of one of the service's own profiles."""
    assert plain(wire.get("/profile")) == (400, "PROFILE_UUID_REQUIRED")
    assert plain(wire.get("/profile", profile_uuid="0" * 32)) == (400, "NOT_FOUND")
    serial = wire.held()[0]
    assert plain(wire.post("/profile/devices", {"devices": [serial]})) == (400, "PROFILE_UUID_REQUIRED")
    assert plain(wire.post("/profile/devices", {"devices": [], "profile_uuid": "x"})) == (400, "DEVICE_ID_REQUIRED")
    assert plain(wire.post("/profile/devices", {"devices": [serial], "profile_uuid": "0" * 32})) == (404, "NOT_FOUND")
    other = Enrolment(wire.tenant, next(id_ for id_ in wire.tenant.services() if id_ != wire.service)).sign_in()
    assert plain(other.get("/profile", profile_uuid=_define(wire))) == (400, "NOT_FOUND")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_assignment_is_told_by_serial(wire: Enrolment, method: str) -> None:
    """POST and PUT assign alike; each serial has its status, and only the service's own get the profile."""
    uuid, mine, other = _define(wire), wire.held()[0], wire.held(None)[0]
    told = wire.ask(method, "/profile/devices", {"profile_uuid": uuid, "devices": [mine, other]}).json()
    assert told == {"profile_uuid": uuid, "devices": {mine: "SUCCESS", other: "NOT_ACCESSIBLE"}}
    assert _state(wire, mine) == ("assigned", uuid)


def test_a_definition_can_name_devices(wire: Enrolment) -> None:
    """Devices that a definition names get the profile at once."""
    serial = wire.held()[0]
    told = wire.post("/profile", PROFILE | {"devices": [serial]}).json()
    assert told["devices"] == {serial: "SUCCESS"}
    assert _state(wire, serial) == ("assigned", told["profile_uuid"])


def test_an_assignment_is_cleared_by_a_delete_with_a_body(wire: Enrolment) -> None:
    """DELETE takes the profile off the named devices, and only that profile if one is named."""
    serial, other = wire.held()[0], wire.held(None)[0]
    uuid = _define(wire)
    _assign(wire, [serial], uuid)
    wrong = wire.ask("DELETE", "/profile/devices", {"devices": [serial], "profile_uuid": "0" * 32}).json()
    assert wrong == {"devices": {serial: "FAILED"}}
    told = wire.ask("DELETE", "/profile/devices", {"devices": [serial, other]}).json()
    assert told == {"devices": {serial: "SUCCESS", other: "NOT_ACCESSIBLE"}}
    assert _state(wire, serial) == ("removed", "")
    assert plain(wire.ask("DELETE", "/profile/devices", {})) == (400, "DEVICE_ID_REQUIRED")


def test_a_device_fetches_its_profile(wire: Enrolment) -> None:
    """A device that is switched on has its profile pushed; one that moves to another service loses it."""
    serial = wire.held()[0]
    uuid = _assign(wire, [serial])["profile_uuid"]
    _, cursor = wire.fetched()
    wire.tenant.portal.switch_on([serial])
    assert _state(wire, serial) == ("pushed", uuid)
    assert [told["op_type"] for told in wire.post("/devices/sync", {"cursor": cursor}).json()["devices"]] == ["modified"]
    other = next(id_ for id_ in wire.tenant.services() if id_ != wire.service)
    wire.tenant.portal.assign([serial], other)
    assert _state(Enrolment(wire.tenant, other).sign_in(), serial) == ("empty", "")


@pytest.mark.parametrize(("version", "status", "waits"), [(8, "FAILED", False), (9, "THROTTLED", False), (10, "THROTTLED", True)])
def test_throttled_devices_cool_down(wire: Enrolment, version: int, status: str, waits: bool) -> None:
    """A throttled device says so since version 9 and for how long since 10, goes on so until it has cooled down, and then is assigned."""
    wire.version, uuid, serials = version, _define(wire), wire.held()[:2]
    wire.tenant.switches.set("enrolment_throttled", 2)
    for hours in (0, 23):
        wire.tenant.clock.sleep(hours * 3600)
        told = _assign(wire.sign_in(), serials, uuid)
        assert told["devices"] == {serials[0]: "SUCCESS", serials[1]: status}
        assert told.get("retry_after_seconds") == ((24 - hours) * 3600 if waits else None)
    wire.tenant.clock.sleep(3600)
    assert _assign(wire.sign_in(), serials, uuid)["devices"] == dict.fromkeys(serials, "SUCCESS")


def test_too_many_devices_at_once_all_cool_down(wire: Enrolment) -> None:
    """An assignment of more devices than the service bears fails for all of them, and smaller ones do not help until they cooled down."""
    uuid, serials = _define(wire), wire.held()[:4]
    wire.tenant.switches.set("enrolment_most_devices", 3)
    assert set(_assign(wire, serials, uuid)["devices"].values()) == {"THROTTLED"}
    assert _assign(wire, serials[:1], uuid)["devices"] == {serials[0]: "THROTTLED"}
    wire.tenant.clock.sleep(86400)
    assert _assign(wire.sign_in(), serials[:3], uuid)["devices"] == dict.fromkeys(serials[:3], "SUCCESS")
