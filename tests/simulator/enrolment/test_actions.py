from __future__ import annotations

import pytest

from providers.simulator import DeviceRow
from tests.simulator.enrolment.client import Enrolment, enrolled, plain

DISCOVERY = "/account-driven-enrollment/profile"


@pytest.fixture
def wire() -> Enrolment:
    """A small organization, signed in."""
    return enrolled()


def test_devices_are_released_for_ever(wire: Enrolment) -> None:
    """A service that may release devices releases its own and no others, and one that may not is told so by serial."""
    mine, other = wire.held()[0], wire.held(None)[0]
    assert wire.post("/devices/disown", {"devices": [mine]}).json() == {"devices": {mine: "FAILED"}}
    wire.tenant.portal.set_release_flag(wire.service, True)
    told = wire.post("/devices/disown", {"devices": [mine, other]}).json()
    assert told == {"devices": {mine: "SUCCESS", other: "NOT_ACCESSIBLE"}}
    assert mine not in wire.tenant.devices()
    assert other in wire.tenant.devices()


def test_locking_tells_why_not(wire: Enrolment) -> None:
    """A lock succeeds once; all but a broken body is refused with status 200 and a word."""
    families = {device["serial_number"]: device["device_family"] for device in wire.fetched()[0]}
    ipad = next(serial for serial, family in families.items() if family == "iPad")
    wire.tenant.portal.add_devices([DeviceRow("TELEVISION", {"productFamily": "AppleTV"}, service=wire.service)])
    answers = [wire.post("/device/activationlock", {"device": serial}).json() for serial in (ipad, ipad, "TELEVISION", "NOWHERE")]
    assert [told["response_status"] for told in answers] == ["SUCCESS", "DEVICE_ALREADY_LOCKED", "DEVICE_NOT_SUPPORTED", "NOT_ACCESSIBLE"]
    assert [told["serial_number"] for told in answers] == [ipad, ipad, "TELEVISION", "NOWHERE"]
    for body in ({}, {"device": 5}, {"device": ipad, "escrow_key": "dGVzdA=="}):
        assert plain(wire.post("/device/activationlock", body)) == (400, "MALFORMED_REQUEST_BODY")


def test_service_discovery_is_set_read_and_dropped(wire: Enrolment) -> None:
    """The address is kept for each service, is read with its moment, and goes away."""
    assert plain(wire.get(DISCOVERY)) == (404, "NOT_FOUND")
    set_ = wire.post(DISCOVERY, {"mdm_service_discovery_url": "https://mdm.example.edu/.well-known/com.apple.remotemanagement"})
    assert (set_.status_code, set_.content) == (200, b"")
    assert wire.get(DISCOVERY).json() == {
        "mdm_service_discovery_url": "https://mdm.example.edu/.well-known/com.apple.remotemanagement",
        "last_updated_timestamp": "2026-08-17T07:30:00Z",
    }
    assert wire.ask("DELETE", DISCOVERY).status_code == 200
    assert plain(wire.get(DISCOVERY)) == (404, "NOT_FOUND")
    assert wire.ask("DELETE", DISCOVERY).status_code == 200


@pytest.mark.parametrize(("url", "word"), [("", "REQUIRED"), ("http://mdm.example.edu", "NOT_VALID"), ("https://", "NOT_VALID")])
def test_a_service_discovery_address_is_https(wire: Enrolment, url: str, word: str) -> None:
    """An address that is missing or not reached by TLS is refused."""
    assert plain(wire.post(DISCOVERY, {"mdm_service_discovery_url": url})) == (400, f"MDM_SERVICE_DISCOVERY_URL_{word}")


def test_a_replacement_names_the_original(wire: Enrolment) -> None:
    """Version 10 tells which device was exchanged for one, and that the original left by that."""
    original, successor = wire.held()[:2]
    wire.tenant.portal.replace_device(original, successor)
    told = wire.get("/device/replacementDetails", device=successor).json()
    assert told == {
        "serial_number": successor,
        "original_device_serial_number": original,
        "replacement_date": "2026-08-17T07:30:00Z",
    }
    assert wire.post("/devices", {"devices": [successor]}).json()["devices"][successor]["is_replacement_device"] is True
    assert original not in wire.held()
    assert plain(wire.get("/device/replacementDetails", device=wire.held()[-1])) == (400, "DEVICE_NOT_FOUND")
    assert plain(wire.get("/device/replacementDetails")) == (400, "DEVICE_ID_REQUIRED")
    wire.version = 9
    assert plain(wire.get("/device/replacementDetails", device=successor)) == (404, "NOT_FOUND")


def test_beta_tokens_need_appleseed(wire: Enrolment) -> None:
    """Each beta has a token, unless AppleSeed for IT is off."""
    tokens = wire.get("/os-beta-enrollment/tokens").json()["betaEnrollmentTokens"]
    assert all(token.keys() == {"title", "os", "token"} for token in tokens)
    wire.tenant.switches.set("enrolment_beta", "off")
    assert plain(wire.get("/os-beta-enrollment/tokens")) == (403, "APPLE_SEED_FOR_IT_TURNED_OFF")
