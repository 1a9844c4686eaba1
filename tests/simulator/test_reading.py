from __future__ import annotations

from typing import Any

import pytest

from providers.simulator import DeviceRow
from tests.simulator.rehearsal import APPLE, Rehearsal, codes, ids


def test_paging_by_cursor_reads_every_device_once(wire: Rehearsal) -> None:
    """Following the cursors gives each device exactly once, in steady order, and the last page names no cursor."""
    pages = wire.pages("orgDevices", limit=25)
    assert [len(ids(page)) for page in pages] == [25, 25, 10]
    assert [serial for page in pages for serial in ids(page)] == list(wire.tenant.devices())
    assert "next" not in pages[-1].json()["links"]


def test_links_next_leads_to_the_same_page_as_the_cursor(wire: Rehearsal) -> None:
    """links.next is absolute, on the same origin, and keeps limit and fields."""
    first = wire.get("orgDevices", **{"limit": 5, "fields[orgDevices]": "color"}).json()
    second = wire.get(first["links"]["next"])
    assert first["links"]["next"].startswith(f"{APPLE}/v1/orgDevices?")
    assert second.json()["meta"]["paging"]["limit"] == 5
    assert ids(second) == list(wire.tenant.devices())[5:10]


def test_a_cursor_is_opaque_and_bound_to_its_listing(wire: Rehearsal) -> None:
    """A cursor is unpadded base64url; one that was altered or belongs to another listing gets 400 PARAMETER_ERROR.INVALID."""
    cursor = wire.get("orgDevices", limit=5).json()["meta"]["paging"]["nextCursor"]
    assert "=" not in cursor
    for path, text in (("orgDevices", "rubbish"), ("orgDevices", f"A{cursor[1:]}"), ("mdmServers", cursor)):
        answer = wire.get(path, cursor=text)
        assert (answer.status_code, codes(answer)) == (400, ["PARAMETER_ERROR.INVALID"])
        assert answer.json()["errors"][0]["source"] == {"parameter": "cursor"}


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", "", "9" * 5000])
def test_a_limit_outside_its_range_is_refused(wire: Rehearsal, limit: str) -> None:
    """limit goes from 1 to 1000; anything else gets 400."""
    assert wire.get("orgDevices", limit=limit).status_code == 400


def test_a_page_holds_a_hundred_unless_told_otherwise() -> None:
    """Without limit a page holds 100; with 1000 it holds 1000."""
    wire = Rehearsal(1100).sign_in()
    assert len(ids(wire.get("orgDevices"))) == 100
    assert len(ids(wire.get("orgDevices", limit=1000))) == 1000


def test_fields_filter_and_are_checked(wire: Rehearsal) -> None:
    """fields[orgDevices] keeps the named attributes and relationships only, and a name that does not exist gets 400."""
    device = wire.get("orgDevices", **{"fields[orgDevices]": "color,assignedServer"}).json()["data"][0]
    assert set(device["attributes"]) == {"color"}
    assert set(device["relationships"]) == {"assignedServer"}
    answer = wire.get("orgDevices", **{"fields[orgDevices]": "colour,smell"})
    assert codes(answer) == ["PARAMETER_ERROR.INVALID"] * 2


def test_unknown_parameters_are_refused(wire: Rehearsal) -> None:
    """There is no filter, sort or include: a parameter that the endpoint does not have gets 400."""
    assert codes(wire.get("orgDevices", **{"filter[serialNumber]": "X", "include": "assignedServer"})) == ["PARAMETER_ERROR.ILLEGAL"] * 2


def test_a_service_tells_everything_when_asked(wire: Rehearsal) -> None:
    """fields[mdmServers] brings the attributes that the default answer leaves out."""
    lean = wire.get(f"mdmServers/{wire.intune}").json()["data"]["attributes"]
    full = wire.get(f"mdmServers/{wire.intune}", **{"fields[mdmServers]": "lastConnectedIp,defaultProductFamilies"}).json()["data"][
        "attributes"
    ]
    assert "lastConnectedIp" not in lean
    assert full == {"lastConnectedIp": "198.51.100.24", "defaultProductFamilies": ["MAC"]}


def test_linkages_name_the_devices_of_a_service(wire: Rehearsal) -> None:
    """relationships/devices pages through the serials that a service holds, and deviceCount agrees."""
    pages = wire.pages(f"mdmServers/{wire.jamf}/relationships/devices", limit=7)
    assert [serial for page in pages for serial in ids(page)] == wire.held(wire.jamf)
    counts = {item["id"]: item["attributes"]["deviceCount"] for item in wire.get("mdmServers").json()["data"]}
    assert counts[wire.jamf] == len(wire.held(wire.jamf))


def test_the_server_of_a_device_is_found_both_ways(wire: Rehearsal) -> None:
    """assignedServer answers as a linkage and as the whole service."""
    serial = wire.held(wire.jamf)[0]
    assert wire.get(f"orgDevices/{serial}/relationships/assignedServer").json()["data"] == {"type": "mdmServers", "id": wire.jamf}
    assert wire.get(f"orgDevices/{serial}/assignedServer").json()["data"]["attributes"]["serverName"] == "Jamf School"


def test_a_released_device_is_told_only_by_its_serial(wire: Rehearsal) -> None:
    """A released device is missing from every list, and answers with its date of release when asked for by serial."""
    serial = wire.held(wire.jamf)[0]
    wire.tenant.portal.release_device(serial)
    assert serial not in ids(wire.get("orgDevices"))
    assert serial not in ids(wire.get(f"mdmServers/{wire.jamf}/relationships/devices"))
    assert wire.get(f"orgDevices/{serial}").json()["data"]["attributes"]["releasedFromOrgDateTime"] == "2026-08-17T07:30:00Z"


def test_care_and_lock_answer_per_device(wire: Rehearsal) -> None:
    """AppleCare is a list that may be empty, the activation lock one document; both filter by fields."""
    found = [
        wire.get(f"orgDevices/{serial}/appleCareCoverage", **{"fields[appleCareCoverage]": "status"})
        for serial in list(wire.tenant.devices())[:15]
    ]
    assert {len(answer.json()["data"]) for answer in found} >= {0, 1}
    assert all(set(item["attributes"]) == {"status"} for answer in found for item in answer.json()["data"])
    serial = wire.held(wire.jamf)[0]
    assert wire.get(f"orgDevices/{serial}/activationLockStatus").json()["data"]["attributes"] == {"isLocked": False, "lockType": None}


@pytest.mark.parametrize(
    ("method", "path", "operation", "allowed"),
    [
        ("POST", "mdmServers", "CREATE", "GET_COLLECTION"),
        ("PATCH", "mdmServers/X", "UPDATE", "GET_INSTANCE"),
        ("GET", "mdmServers/X/devices", "GET_RELATED", "none"),
        ("DELETE", "mdmServers/X/relationships/devices", "DELETE", "GET_RELATIONSHIP"),
        ("GET", "orgDeviceActivities", "GET_COLLECTION", "CREATE"),
        ("GET", "users", "GET_COLLECTION", "none"),
        ("GET", "blueprints/7", "GET_INSTANCE", "none"),
        ("DELETE", "orgDevices/X", "DELETE", "GET_INSTANCE"),
    ],
)
def test_what_schools_lack_is_forbidden(wire: Rehearsal, method: str, path: str, operation: str, allowed: str) -> None:
    """What Apple offers to businesses alone, or to nobody, gets 403 FORBIDDEN_ERROR that names the allowed operations."""
    answer = wire.http.request(method, f"/v1/{path}")
    assert (answer.status_code, codes(answer)) == (403, ["FORBIDDEN_ERROR"])
    detail = answer.json()["errors"][0]["detail"]
    assert f"'{operation}'" in detail
    assert detail.endswith(f"Allowed operations are: {allowed}")


@pytest.mark.parametrize(
    "path", ["orgDevices/NOSUCH", "mdmServers/NOSUCH", "orgDeviceActivities/nosuch", "fishes", "mdmServers/X/relationships/fishes"]
)
def test_what_is_not_there_is_not_found(wire: Rehearsal, path: str) -> None:
    """An id or an address that does not exist gets 404 NOT_FOUND."""
    answer = wire.get(path)
    assert (answer.status_code, codes(answer)) == (404, ["NOT_FOUND"])


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 200), ("*/*", 200), ("text/html", 406), ("application/vnd.api+json", 406)]
)
def test_only_json_is_served(wire: Rehearsal, accept: str, status: int) -> None:
    """An Accept header other than application/json or */* gets 406."""
    assert wire.http.get("/v1/mdmServers", headers={"Accept": accept}).status_code == status


def test_answers_look_like_apples(wire: Rehearsal) -> None:
    """An answer is plain application/json with the headers that Apple's servers send, and none that tells of the rate limit."""
    headers = wire.get("mdmServers").headers
    assert headers["content-type"] == "application/json"
    assert headers["server"] == "Apple"
    assert {"x-apple-request-uuid", "b3", "strict-transport-security"} <= set(headers)
    assert not [name for name in headers if "rate" in name]


def test_reads_are_limited_by_the_minute() -> None:
    """The twenty-first read within a minute of simulated time gets 429 with the seconds to wait, after which reading goes on."""
    wire = Rehearsal().sign_in()
    assert [wire.get("mdmServers").status_code for _ in range(21)] == [200] * 20 + [429]
    refused = wire.get("mdmServers")
    assert codes(refused) == ["RATE_LIMIT_EXCEEDED"]
    wire.tenant.clock.sleep(int(refused.headers["Retry-After"]))
    assert wire.get("mdmServers").status_code == 200


def test_writes_are_limited_by_the_hour(wire: Rehearsal) -> None:
    """The eleventh write within an hour gets 429 and creates nothing."""
    serials: list[str] = wire.held(None)[:1] or wire.held(wire.jamf)[:1]
    answers: list[Any] = [wire.post(serials, wire.intune) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert wire.tenant.counters()["activities"] == {"ASSIGN_DEVICES": 10}


def test_a_device_that_arrives_goes_to_the_default_service(wire: Rehearsal) -> None:
    """A new device lands on the default service of its family, and on none if its family has no default."""
    wire.tenant.portal.add_devices([DeviceRow("NEWMAC0001", {"productFamily": "Mac"}), DeviceRow("NEWPAD0001", {"productFamily": "iPad"})])
    assert wire.tenant.devices()["NEWMAC0001"] == wire.intune
    assert wire.get("orgDevices/NEWPAD0001").json()["data"]["attributes"]["status"] == "UNASSIGNED"
