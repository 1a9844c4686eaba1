from __future__ import annotations

import json
import re

import httpx
import pytest

from providers.device_enrolment.provider import DeviceEnrolment
from providers.device_enrolment.service import Door, EnrolmentService
from providers.simulator import transport
from providers.simulator.enrolment.app import app
from reconciler.connections import ENROLMENT_URL
from reconciler.errors import Unauthorized
from reconciler.provider import Result
from tests.apple_school.school import Shelf
from tests.device_enrolment.changes import Office, gives, profile
from tests.device_enrolment.sealed import opened


class OnlyPut(httpx.BaseTransport):
    """The pretend Apple as older clients knew it: devices get profiles by PUT alone, and the account says so."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.method == "POST" and request.url.path == "/profile/devices":
            return httpx.Response(405, text="METHOD_NOT_ALLOWED", request=request)
        answer = self._inner.handle_request(request)
        if request.url.path != "/account":
            return answer
        told = json.loads(answer.read())
        for url in told["urls"]:
            url["http_method"] = ["DELETE", "PUT"] if url["uri"] == "/profile/devices" else url["http_method"]
        return httpx.Response(200, json=told, request=request)


def test_profiles_are_given_by_the_method_that_the_account_names() -> None:
    """Where the account names PUT alone, devices get their profile by PUT."""
    office = Office()
    tenant = office.district.tenant
    door = Door("x", "jamf", opened(tenant, "Jamf School"), ENROLMENT_URL, tenant.clock, OnlyPut(transport(tenant, app)))
    office.provider = DeviceEnrolment({"jamf": EnrolmentService(door, Shelf())})
    first, second = office.held()[:2]
    office.apply(gives([first], profile()))
    assert office.apply(gives([second], profile()))[second].result is Result.LANDED
    assert office.district.asked("PUT /profile/devices") == 1


@pytest.mark.parametrize("switches", [{"enrolment_session_rotates": "keeping"}, {"enrolment_session_token": "long"}])
def test_a_run_tells_no_secret(switches: dict[str, str]) -> None:
    """Neither token nor session gets into plan, journal, scratch store, progress or error."""
    office, shelf = Office(switches), Shelf()
    tenant = office.district.tenant
    token = opened(tenant, "Jamf School")
    service = EnrolmentService(Door("x", "jamf", token, ENROLMENT_URL, tenant.clock, transport(tenant, app)), shelf)
    office.provider = DeviceEnrolment({"jamf": service})
    observed = office.observe()
    steps = office.provider.pack(gives(office.held(), profile()), observed)
    outcomes = [office.run(step) for step in steps]
    opened(tenant, "Jamf School")
    with pytest.raises(Unauthorized) as caught:
        office.observe()
    written = (
        f"{observed} {steps} {outcomes} {office.notes} {office.district.waits} {shelf.kept} {caught.value.message} {caught.value.hint}"
    )
    sessions = [row[0] for row in tenant.store.rows("SELECT token FROM enrolment_sessions")]
    assert not re.search("C[KS]_|A[TS]_", written)
    assert sessions
    assert not any(session in written for session in sessions)
