from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.enrolment.client import Enrolment, enrolled, plain


@pytest.fixture
def wire() -> Enrolment:
    """A small organization, signed in."""
    return enrolled()


def _synced(wire: Enrolment, cursor: str) -> list[tuple[str, str, str]]:
    """Serial, what happened, and the state of its profile."""
    pages = wire.pages("/devices/sync", cursor=cursor)
    return [(told["serial_number"], told["op_type"], told.get("profile_status", "")) for page in pages for told in page["devices"]]


def test_the_account_grows_with_the_protocol(wire: Enrolment) -> None:
    """From version 3 on, the account names the organization's ids, every address, and what a page may hold."""
    wire.version = None
    first = wire.get("/account").json()
    wire.version = 3
    third = wire.get("/account").json()
    assert first["server_name"] == "Jamf School"
    assert third.keys() - first.keys() == {"org_id", "org_id_hash", "org_type", "org_version", "urls"}
    limits = {address["uri"]: address["limit"] for address in third["urls"] if "limit" in address}
    assert limits == {uri: {"default": 1000, "maximum": 1000} for uri in ("/server/devices", "/devices/sync")}


def test_every_address_of_the_account_is_served(wire: Enrolment) -> None:
    """No address and method that the account lists is unknown to the door."""
    for address in wire.get("/account").json()["urls"]:
        for method in address["http_method"]:
            assert wire.ask(method, address["uri"]).status_code != 405
            assert wire.ask("PATCH", address["uri"]).status_code == 405


@pytest.mark.parametrize(
    ("version", "names"),
    [
        (1, set()),
        (2, {"device_family", "os"}),
        (10, {"is_replacement_device", "released_by_replacement", "wifi_mac_address", "bluetooth_mac_address"}),
    ],
)
def test_a_device_grows_with_the_protocol(wire: Enrolment, version: int, names: set[str]) -> None:
    """A device has the fields that the version of the protocol knows, and no others."""
    wire.version = version
    ipad = next(device for device in wire.fetched()[0] if device["model"].startswith("iPad"))
    assert names <= ipad.keys()
    assert ("device_family" in ipad) == (version >= 2)
    assert ("is_replacement_device" in ipad) == (version >= 10)
    assert ipad["profile_status"] == "empty"


@pytest.mark.parametrize(("version", "system"), [(2, "iOS"), (6, "iOS"), (7, "iPadOS"), (10, "iPadOS"), (99, "iPadOS")])
def test_ipads_have_an_os_of_their_own_since_version_7(wire: Enrolment, version: int, system: str) -> None:
    """An iPad's os is iOS before version 7 and iPadOS from there on."""
    wire.version = version
    assert {device["os"] for device in wire.fetched()[0] if device["device_family"] == "iPad"} == {system}


def test_a_fetch_tells_every_device_of_the_service(wire: Enrolment) -> None:
    """Pages of any size tell each of the service's own devices once, and the end is exhausted."""
    for limit in (1, 7, 1000):
        devices, cursor = wire.fetched(limit=limit)
        assert sorted(device["serial_number"] for device in devices) == sorted(wire.held())
    assert plain(wire.post("/server/devices", {"cursor": cursor})) == (400, "EXHAUSTED_CURSOR")
    assert plain(wire.post("/server/devices", {"cursor": "c1f3"})) == (400, "INVALID_CURSOR")


def test_a_limit_above_the_maximum_is_cut(wire: Enrolment) -> None:
    """The maximum of the account holds, and changes while the organization runs."""
    wire.tenant.switches.set("enrolment_limit_default", 4)
    wire.tenant.switches.set("enrolment_limit_maximum", 6)
    sizes = [len(wire.post("/server/devices", body).json()["devices"]) for body in ({}, {"limit": 5}, {"limit": 5000})]
    assert sizes == [4, 5, 6]


def test_a_sync_tells_who_came_and_who_left(wire: Enrolment) -> None:
    """A sync tells, in order, each device that came or left since the cursor, and nothing the second time."""
    _, cursor = wire.fetched()
    gone, came = wire.held()[:2], wire.held(None)[:1]
    wire.tenant.portal.assign(gone, None)
    wire.tenant.portal.assign(came, wire.service)
    wire.tenant.portal.release_device(wire.held()[0])
    told = _synced(wire, cursor)
    assert [(serial, op) for serial, op, _ in told[:3]] == [(gone[0], "deleted"), (gone[1], "deleted"), (came[0], "added")]
    assert told[3][1:] == ("deleted", "removed")
    newer = wire.pages("/devices/sync", cursor=cursor)[-1]["cursor"]
    assert _synced(wire, newer) == []
    assert len(_synced(wire, cursor)) == 4


def test_a_sync_goes_on_page_by_page(wire: Enrolment) -> None:
    """A sync of several pages tells each change once."""
    _, cursor = wire.fetched()
    gone = wire.held()[:5]
    wire.tenant.portal.assign(gone, None)
    pages = wire.pages("/devices/sync", cursor=cursor, limit=2)
    assert [len(page["devices"]) for page in pages] == [2, 2, 1]
    assert [device["serial_number"] for page in pages for device in page["devices"]] == gone


def test_a_sync_needs_a_good_cursor(wire: Enrolment) -> None:
    """No cursor, a foreign one, another service's, and one of more than seven days are refused, each with its word."""
    _, cursor = wire.fetched()
    assert plain(wire.post("/devices/sync", {})) == (400, "CURSOR_REQUIRED")
    assert plain(wire.post("/devices/sync", {"cursor": cursor[:-4]})) == (400, "INVALID_CURSOR")
    other = Enrolment(wire.tenant, next(id_ for id_ in wire.tenant.services() if id_ != wire.service)).sign_in()
    assert plain(other.post("/devices/sync", {"cursor": cursor})) == (400, "INVALID_CURSOR")
    wire.tenant.clock.sleep(7 * 86400)
    assert plain(wire.sign_in().post("/devices/sync", {"cursor": cursor})) == (400, "EXPIRED_CURSOR")
    assert plain(wire.post("/server/devices", {"cursor": cursor})) == (400, "INVALID_CURSOR")


def test_what_an_activity_moves_is_told(wire: Enrolment) -> None:
    """A device that the School Manager API moves comes and leaves here, too, when its activity ends."""
    _, cursor = wire.fetched()
    serial = wire.held()[0]
    wire.tenant.store.rows(
        "INSERT INTO activities (id, type, service, serials, created_at, ends_at, ending) VALUES ('a', 'UNASSIGN_DEVICES', ?, ?, ?, ?, ?)",
        wire.service,
        f'["{serial}"]',
        wire.tenant.clock.stamp(),
        wire.tenant.clock.stamp() + 20,
        '{"end":"completed","lying":"no","every":0}',
    )
    assert _synced(wire, cursor) == []
    wire.tenant.clock.sleep(20)
    assert _synced(wire, cursor) == [(serial, "deleted", "removed")]


@given(
    st.lists(st.tuples(st.sampled_from(["mine", "other", "none", "release", "wait", "sync"]), st.integers(0, 9)), max_size=25),
    st.integers(0, 90),
)
@settings(max_examples=40, deadline=None)
def test_a_fetch_and_its_syncs_are_the_truth(moves: list[tuple[str, int]], lag: int) -> None:
    """Whatever moves in whatever order, and however late it is told: what was fetched and then synced is what the service holds."""
    wire = enrolled(10)
    wire.tenant.switches.set("enrolment_lag", lag)
    serials, aims = list(wire.tenant.devices()), {"mine": wire.service, "other": _other(wire), "none": None}
    devices, cursor = wire.fetched(limit=3)
    known = {device["serial_number"] for device in devices}
    for move, n in [*moves, ("sync", 0), ("wait", 9), ("sync", 0)]:
        if move == "sync":
            cursor = _follow(wire, cursor, known)
        elif move == "wait":
            wire.tenant.clock.sleep(n * 10)
            wire.sign_in()
        elif serials[n] in wire.tenant.devices():
            wire.tenant.portal.release_device(serials[n]) if move == "release" else wire.tenant.portal.assign([serials[n]], aims[move])
    assert known == set(wire.held())
    wire.tenant.close()


def _other(wire: Enrolment) -> str:
    return next(id_ for id_ in wire.tenant.services() if id_ != wire.service)


def _follow(wire: Enrolment, cursor: str, known: set[str]) -> str:
    """Do to `known` what a sync tells."""
    pages = wire.pages("/devices/sync", cursor=cursor, limit=2)
    for told in (device for page in pages for device in page["devices"]):
        (known.discard if told["op_type"] == "deleted" else known.add)(told["serial_number"])
    return str(pages[-1]["cursor"])


def test_single_devices_are_told_by_serial(wire: Enrolment) -> None:
    """Named devices come with a status; one that is not the service's own has nothing else."""
    mine, other = wire.held()[0], wire.held(None)[0]
    told = wire.post("/devices", {"devices": [mine, other, "NOWHERE"]}).json()["devices"]
    assert told[mine]["response_status"] == "SUCCESS"
    assert told[mine]["serial_number"] == mine
    assert told[other] == told["NOWHERE"] == {"response_status": "NOT_ACCESSIBLE"}
    none: tuple[dict[str, object], ...] = ({}, {"devices": []}, {"devices": [""]}, {"devices": [5]})
    for body in none:
        assert plain(wire.post("/devices", body)) == (400, "DEVICE_ID_REQUIRED")
    assert plain(wire.post("/devices", {"devices": mine})) == (400, "MALFORMED_REQUEST_BODY")
