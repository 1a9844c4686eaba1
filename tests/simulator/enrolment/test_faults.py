from __future__ import annotations

import httpx
import pytest

from providers.simulator import serve
from tests.simulator.enrolment.client import Enrolment, enrolled, plain


@pytest.fixture
def wire() -> Enrolment:
    """A small organization, signed in."""
    return enrolled()


def test_a_fault_strikes_the_request_that_it_names(wire: Enrolment) -> None:
    """A fault strikes the k-th request of this door, or of one of its addresses, and leaves the other doors alone."""
    wire.tenant.switches.set("server_error", "before@fetch:2")
    told = [wire.get("/account").status_code, *(wire.post("/server/devices", {"limit": 5}).status_code for _ in range(3))]
    assert told == [200, 200, 500, 200]
    wire.tenant.switches.set("server_error", "before@get:1")
    assert wire.get("/account").status_code == 200


def test_a_busy_service_says_when_to_come_back(wire: Enrolment) -> None:
    """429 and 503 are plain words with a Retry-After in seconds, as a date, or without one."""
    wire.tenant.switches.set("rate_limited", "always@enrolment:1")
    answer = wire.get("/account")
    assert (*plain(answer), answer.headers["Retry-After"]) == (429, "TOO_MANY_REQUESTS", "60")
    wire.tenant.switches.set("server_error_status", "503")
    for manner, header in (("seconds", "120"), ("http_date", "Mon, 17 Aug 2026 07:32:00 GMT"), ("missing", None)):
        wire.tenant.switches.set("retry_after", manner)
        wire.tenant.switches.reset("server_error")
        wire.tenant.switches.set("server_error", "before@enrolment:1")
        answer = wire.get("/account")
        assert (*plain(answer), answer.headers.get("Retry-After")) == (503, "SERVICE_UNAVAILABLE", header)


@pytest.mark.parametrize(("fault", "taken"), [("before", False), ("after", True)])
def test_a_failed_write_was_taken_or_not(wire: Enrolment, fault: str, taken: bool) -> None:
    """A 5xx before the request leaves everything as it was, and one after it does not."""
    wire.tenant.switches.set("server_error", f"{fault}@discovery:1")
    url = {"mdm_service_discovery_url": "https://mdm.example.edu"}
    assert plain(wire.post("/account-driven-enrollment/profile", url)) == (500, "INTERNAL_SERVER_ERROR")
    assert (wire.get("/account-driven-enrollment/profile").status_code == 200) == taken


@pytest.mark.parametrize("manner", ["before", "after", "midway"])
def test_a_connection_is_cut(wire: Enrolment, manner: str) -> None:
    """A cut connection is an error of the transport, and the next request is served."""
    wire.tenant.switches.set("cut_connection", f"{manner}@fetch:1")
    with pytest.raises(httpx.TransportError):
        wire.post("/server/devices")
    assert wire.post("/server/devices").status_code == 200


def test_the_port_is_the_same_door() -> None:
    """On a port the door is below /enrolment: signatures hold there, and connections are cut for real."""
    tenant = enrolled().tenant
    with serve(tenant) as server:
        wire = Enrolment(tenant, next(iter(tenant.services())), base_url=f"{server.base_url}/enrolment").sign_in()
        assert sorted(device["serial_number"] for device in wire.fetched(limit=9)[0]) == sorted(wire.held())
        tenant.switches.set("cut_connection", "midway@fetch:1")
        with pytest.raises(httpx.TransportError):
            wire.post("/server/devices")
        wire.http.close()
