"""What to look at, from outside, to see each switch. A probe tells nothing that differs between like organizations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from providers.simulator import PortalError
from tests.simulator.rehearsal import Rehearsal, codes, ids

Probe = Callable[[Rehearsal], object]
NUMBERS = {"token_life": "60", "retry_after": "600", "slow_answer": "9", "rate_limit_get": "3", "rate_limit_post": "2", "max_devices": "1"}
"""The number to try where `<number>` is a value; 5 where none is listed."""


def _status(answer: httpx.Response) -> object:
    kind = answer.headers["content-type"].partition(";")[0]
    return answer.status_code, kind, len(answer.content) < 40


def _attempt(ask: Callable[[], httpx.Response]) -> object:
    try:
        return _status(ask())
    except httpx.TransportError as problem:
        return type(problem).__name__


def _token(wire: Rehearsal) -> object:
    return _status(wire.token()), wire.token().json().get("error") if wire.token().headers["content-type"] == "application/json" else ""


def _assertions(wire: Rehearsal, *changes: dict[str, Any]) -> list[int]:
    return [wire.token(client_assertion=wire.assertion(**change)).status_code for change in changes]


def _kid(wire: Rehearsal) -> object:
    return _assertions(wire, {}, {"header": {"kid": None}})


def _half_year(wire: Rehearsal) -> object:
    now = int(wire.tenant.clock.stamp())
    return _assertions(wire, {"iat": now, "exp": now + 180 * 86400})


def _later(wire: Rehearsal) -> object:
    wire.tenant.clock.sleep(120)
    return wire.get("mdmServers").status_code


def _writes(wire: Rehearsal) -> object:
    return [wire.post(wire.held(None)[:1], wire.jamf).status_code for _ in range(11)]


def _reads(wire: Rehearsal) -> object:
    return [wire.get("mdmServers").status_code for _ in range(21)]


def _retry_after(wire: Rehearsal) -> object:
    wire.tenant.switches.set("rate_limited", "always")
    return wire.get("mdmServers").headers.get("Retry-After")


def _write(wire: Rehearsal) -> object:
    """A write, whether it was taken, and a read after it."""
    outcome = _attempt(lambda: wire.post(wire.held(None)[:1], wire.jamf))
    return outcome, wire.tenant.counters()["activities"], _attempt(lambda: wire.get("mdmServers"))


def _server_error(wire: Rehearsal) -> object:
    wire.tenant.switches.set("server_error", "before@get:1")
    answer = wire.get("mdmServers")
    return answer.status_code, answer.headers["content-type"], answer.text[:12]


def _accept(wire: Rehearsal) -> object:
    return wire.http.get("/v1/mdmServers", headers={"Accept": "text/plain"}).status_code


def _slow(wire: Rehearsal) -> object:
    wire.get("mdmServers")
    return wire.tenant.clock.now()


def _layout(wire: Rehearsal) -> object:
    return '"data" : [' in wire.get("mdmServers").text


def _device(*names: str) -> Probe:
    def look(wire: Rehearsal) -> object:
        wire.tenant.switches.set("rate_limit_get", 0)
        listed = [item["attributes"] for item in wire.get("orgDevices", limit=1000).json()["data"]]
        single = wire.get(f"orgDevices/{next(iter(wire.tenant.devices()))}").json()["data"]["attributes"]
        return [
            [name in device and (device[name] is None or type(device[name]).__name__) for name in names] for device in (single, *listed)
        ]

    return look


def _migration_fields(wire: Rehearsal) -> object:
    return wire.get("orgDevices", **{"fields[orgDevices]": "mdmMigrationStatus"}).status_code


def _service(wire: Rehearsal) -> object:
    answer = wire.get(f"mdmServers/{wire.jamf}")
    return answer.status_code, answer.json().get("data")


def _count(wire: Rehearsal) -> object:
    wire.get("mdmServers")
    wire.tenant.portal.assign(wire.held(None), wire.jamf)
    return [item["attributes"]["deviceCount"] for item in wire.get("mdmServers").json()["data"]]


def _unassigned(wire: Rehearsal) -> object:
    answer = wire.get(f"orgDevices/{wire.held(None)[0]}/relationships/assignedServer")
    return answer.status_code, answer.json().get("data")


def _deleted(wire: Rehearsal) -> object:
    wire.tenant.portal.delete_service(wire.intune)
    return [item["attributes"]["status"] for item in wire.get("mdmServers").json()["data"]]


def _twins(wire: Rehearsal) -> object:
    try:
        wire.tenant.portal.create_service("Intune")
    except PortalError:
        return "refused"
    return [item["attributes"]["serverName"] for item in wire.get("mdmServers").json()["data"]]


def _care(wire: Rehearsal) -> object:
    wire.tenant.switches.set("rate_limit_get", 0)
    found = [wire.get(f"orgDevices/{serial}/appleCareCoverage").json()["data"] for serial in wire.tenant.devices()]
    return {item["attributes"]["paymentType"] for items in found for item in items}


def _lock(wire: Rehearsal) -> object:
    return wire.get(f"orgDevices/{next(iter(wire.tenant.devices()))}/activationLockStatus").status_code


def _pages(wire: Rehearsal) -> object:
    return [ids(page) for page in wire.pages("orgDevices", most=12, limit=20)]


def _links(wire: Rehearsal) -> object:
    first, last = wire.pages("orgDevices", limit=55, most=2)[0], wire.get("orgDevices", limit=1000)
    document = first.json()
    return document["links"].get("next"), sorted(document["meta"]["paging"]), last.json()["meta"]["paging"].get("nextCursor", "missing")


def _old_cursor(wire: Rehearsal) -> object:
    cursor = wire.get("orgDevices", limit=5).json()["meta"]["paging"]["nextCursor"]
    wire.tenant.clock.sleep(30)
    return wire.get("orgDevices", cursor=cursor).status_code


def _bad_cursor(wire: Rehearsal) -> object:
    return wire.get("orgDevices", cursor="rubbish").status_code


def _bad_limit(wire: Rehearsal) -> object:
    return wire.get("orgDevices", limit=5000).status_code


def _outcome(wire: Rehearsal, serials: list[str], service: str, kind: str = "ASSIGN_DEVICES") -> object:
    """An activity as a client sees it: how it was taken, how it ended, what its log says, and where the devices are."""
    created = wire.post(serials, service, kind)
    if created.status_code != 201:
        return created.status_code, codes(created)
    told = wire.finish(created)
    log = wire.log(told) if "downloadUrl" in told else None
    rows = [line for line in log.text.splitlines() if line.startswith(tuple(serials))] if log else []
    where = {serial: wire.tenant.devices().get(serial) for serial in serials}
    return told["status"], told["subStatus"], told.get("activityType"), log and log.status_code, rows, where


def _assign(wire: Rehearsal) -> object:
    return _outcome(wire, wire.held(wire.intune)[:10], wire.jamf)


def _unknown(wire: Rehearsal) -> object:
    return _outcome(wire, [*wire.held(wire.intune)[:1], "NOSUCH1234"], wire.jamf)


def _again(wire: Rehearsal) -> object:
    return _outcome(wire, wire.held(wire.jamf)[:1], wire.jamf)


def _take_from_other(wire: Rehearsal) -> object:
    return _outcome(wire, wire.held(wire.intune)[:1], wire.jamf, "UNASSIGN_DEVICES")


def _at(seconds: float) -> Probe:
    """The state of an activity after so many seconds, and whether reads show what it moved."""

    def look(wire: Rehearsal) -> object:
        serial = wire.held(wire.intune)[0]
        created = wire.post([serial], wire.jamf)
        wire.tenant.clock.sleep(seconds)
        answer = wire.get(created.json()["data"]["links"]["self"])
        status = answer.json()["data"]["attributes"]["subStatus"] if answer.status_code == 200 else answer.status_code
        return status, wire.get(f"orgDevices/{serial}/relationships/assignedServer").json()["data"]["id"]

    return look


def _too_many(wire: Rehearsal) -> object:
    wire.tenant.switches.set("max_devices", 2)
    return _assign(wire)


def _log(wire: Rehearsal) -> object:
    """The log without what changes from run to run."""
    told = wire.finish(wire.post([*wire.held(wire.intune)[:3], "NOSUCH1234"], wire.jamf))
    if "downloadUrl" not in told:
        return "missing"
    log = wire.log(told)
    return log.status_code, [line for line in log.text.splitlines() if not line.startswith("ACTIVITY_ID")]


def _log_with_bearer(wire: Rehearsal) -> object:
    told = wire.finish(wire.post(wire.held(None)[:1], wire.jamf))
    return wire.log(told, Authorization=wire.http.headers["Authorization"]).status_code


PROBES: dict[str, Probe] = {
    "token": _token,
    "token_life": _later,
    "token_revoked": _reads,
    "kid": _kid,
    "assertion_iss": lambda wire: _assertions(wire, {"iss": None}),
    "assertion_jti": lambda wire: _assertions(wire, {"jti": None}),
    "assertion_180_days": _half_year,
    "rate_limit_get": _reads,
    "rate_limit_post": _writes,
    "rate_limited": _reads,
    "retry_after": _retry_after,
    "cut_connection": _write,
    "server_error": _write,
    "server_error_status": _server_error,
    "server_error_body": _server_error,
    "html_error_page": _write,
    "broken_json": lambda wire: wire.get("mdmServers").text[-1],
    "slow_answer": _slow,
    "accept": _accept,
    "json_layout": _layout,
    "extra_attributes": _device("shelfMark"),
    "mac_addresses": _device("wifiMacAddress", "ethernetMacAddress"),
    "imei_meid": _device("imei"),
    "serial_number": _device("serialNumber"),
    "purchase_source": _device("purchaseSourceId", "purchaseSourceUid"),
    "migration_attributes": _device("mdmMigrationStatus"),
    "migration_fields": _migration_fields,
    "single_service": _service,
    "service_attributes": _service,
    "service_default_fields": _service,
    "service_devices": _service,
    "device_count": _count,
    "unassigned_server": _unassigned,
    "deleted_service": _deleted,
    "duplicate_service_names": _twins,
    "payment_type": _care,
    "activation_lock": _lock,
    "pages": _pages,
    "next_link": _links,
    "next_cursor": _links,
    "end_cursor": _links,
    "cursor_life": _old_cursor,
    "bad_cursor": _bad_cursor,
    "bad_limit": _bad_limit,
    "paging_total": _links,
    "unknown_serial": _unknown,
    "reassign_same": _again,
    "unassign_elsewhere": _take_from_other,
    "activity_seconds": _at(10),
    "activity_end": _assign,
    "lying": _assign,
    "partial_failure": _assign,
    "linkage_lag": _at(30),
    "activity_type": _assign,
    "activity_memory": _at(40),
    "max_devices": _assign,
    "too_many_devices": _too_many,
    "log": _log,
    "log_preamble": _log,
    "log_words": _log,
    "log_with_bearer": _log_with_bearer,
}
