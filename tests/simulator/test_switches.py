from __future__ import annotations

import pytest

from providers.simulator import SCHOOL_SWITCHES
from tests.simulator.probes import NUMBERS, PROBES
from tests.simulator.rehearsal import Rehearsal, ids


def _tried(name: str, value: str) -> str:
    return NUMBERS.get(name, "5") if value == "<number>" else value


def _seen(name: str, value: str) -> object:
    wire = Rehearsal(200).sign_in()
    wire.tenant.switches.set(name, value)
    seen = PROBES[name](wire)
    wire.tenant.close()
    return seen


@pytest.mark.parametrize("name", SCHOOL_SWITCHES)
def test_every_value_of_a_switch_shows_on_the_wire(name: str) -> None:
    """Each value of each switch gives a client something else to see, and the same again in a like organization."""
    switch = SCHOOL_SWITCHES[name]
    values = dict.fromkeys([switch.default, *(_tried(name, value) for value in switch.values)])
    seen = [_seen(name, value) for value in values]
    for n, value in enumerate(values):
        assert [other for other in seen if other == seen[n]] == [seen[n]], f"{name}={value} looks like another value"
    assert _seen(name, switch.default) == seen[0]


def test_a_strike_hits_the_request_that_it_names() -> None:
    """A fault with a strike hits the k-th request of its sort, counted from when the switch was set, and no other."""
    wire = Rehearsal().sign_in()
    wire.get("mdmServers")
    wire.tenant.switches.set("html_error_page", "503@services:2-3")
    answers = [wire.get(path).status_code for path in ("mdmServers", "orgDevices", "mdmServers", "mdmServers", "mdmServers")]
    assert answers == [200, 200, 503, 503, 200]


def test_setting_the_same_value_does_not_strike_again() -> None:
    """A switch that is set to the same value on every run strikes once, until it is reset."""
    wire = Rehearsal().sign_in()
    told = []
    for _ in range(2):
        wire.tenant.switches.set("html_error_page", "503@get:1")
        told.append(wire.get("mdmServers").status_code)
    wire.tenant.switches.reset("html_error_page")
    wire.tenant.switches.set("html_error_page", "503@get:1")
    assert [*told, wire.get("mdmServers").status_code] == [503, 200, 503]


def test_a_strike_on_a_post_leaves_the_token_alone() -> None:
    """post:1 is the first write to the API, not the request for a token."""
    wire = Rehearsal()
    wire.tenant.switches.set("server_error", "after@post:1")
    wire.sign_in()
    assert wire.post(wire.held(None)[:1], wire.jamf).status_code == 500
    assert wire.tenant.counters()["activities"] == {"ASSIGN_DEVICES": 1}
    assert wire.post(wire.held(None)[:1], wire.jamf).status_code == 201


def test_a_revoked_token_is_refused_until_the_next_sign_in() -> None:
    """A token that is revoked in the middle of a run gets 401 from then on, and a new one works."""
    wire = Rehearsal().sign_in()
    wire.tenant.switches.set("token_revoked", "always@2")
    assert [wire.get("mdmServers").status_code for _ in range(3)] == [200, 401, 401]
    assert wire.sign_in().get("mdmServers").status_code == 200


def test_pages_that_go_wrong_still_end_and_miss_nothing() -> None:
    """Repeated, overlapping, short and empty pages give every device at least once and come to an end."""
    for manner in ("repeat", "overlap", "short", "empty"):
        wire = Rehearsal().sign_in()
        wire.tenant.switches.set("pages", manner)
        wire.tenant.switches.set("rate_limit_get", 0)
        pages = wire.pages("orgDevices", limit=20)
        assert len(pages) < 50
        assert {serial for page in pages for serial in ids(page)} == set(wire.tenant.devices())
