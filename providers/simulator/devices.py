"""The orgDevices endpoints: the list, one device, and what hangs on it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from providers.simulator import documents, paging
from providers.simulator.answers import Answer, ApiError, Refusal
from providers.simulator.call import Call, not_found
from providers.simulator.clock import wire_time
from providers.simulator.services import one as service_document

YEAR = 365 * 86400.0
COVERAGE_FIELDS = frozenset(
    (
        *("status", "paymentType", "description", "startDateTime", "endDateTime"),
        *("isRenewable", "isCanceled", "contractCancelDateTime", "agreementNumber"),
    )
)
LOCK_FIELDS = frozenset({"isLocked", "lockType"})


def listing(call: Call) -> Answer:
    """GET /v1/orgDevices; devices that were released are left out."""
    call.only("fields[orgDevices]", "limit", "cursor")
    shape = documents.device_shape(call)
    found = paging.page(call, lambda after, count: _rows(call, after, count))
    data = [documents.device(shape, row) for row in found.rows]
    return Answer(paging.document(call, found, data, lambda: _total(call)))


def single(call: Call, serial: str) -> Answer:
    """GET /v1/orgDevices/{id}; tells released devices too."""
    call.only("fields[orgDevices]")
    shape = documents.device_shape(call, single=True)
    resource = documents.device(shape, _row(call, serial))
    return Answer({"data": resource, "links": {"self": resource["links"]["self"]}})


def assigned_linkage(call: Call, serial: str) -> Answer:
    """GET /v1/orgDevices/{id}/relationships/assignedServer; for an unassigned device clients saw three different answers."""
    call.only()
    service = _row(call, serial)[6]
    url = f"{call.origin}/v1/orgDevices/{serial}"
    links = {"self": f"{url}/relationships/assignedServer", "related": f"{url}/assignedServer"}
    return Answer({"data": documents.linkage("mdmServers", service) if service else _nobody(call, serial), "links": links})


def assigned(call: Call, serial: str) -> Answer:
    """GET /v1/orgDevices/{id}/assignedServer: the whole service."""
    call.only("fields[mdmServers]")
    service = _row(call, serial)[6]
    data = service_document(call, service) if service else _nobody(call, serial)
    return Answer({"data": data, "links": {"self": f"{call.origin}/v1/orgDevices/{serial}/assignedServer"}})


def coverage(call: Call, serial: str) -> Answer:
    """GET /v1/orgDevices/{id}/appleCareCoverage: a limited warranty, here and there an AppleCare subscription, or nothing."""
    call.only("fields[appleCareCoverage]", "limit")
    limit = call.limit()
    fields = call.fields("appleCareCoverage", COVERAGE_FIELDS)
    row = _row(call, serial)
    contracts = _contracts(serial, orjson.loads(row[2]), row[3], call)[:limit]
    data = [_coverage(contract, fields) for contract in contracts]
    url = f"{call.origin}/v1/orgDevices/{serial}/appleCareCoverage"
    return Answer({"data": data, "links": {"self": url}, "meta": {"paging": {"limit": limit}}})


def lock(call: Call, serial: str) -> Answer:
    """GET /v1/orgDevices/{id}/activationLockStatus (1.7)."""
    call.only("fields[activationLockStatus]")
    fields = call.fields("activationLockStatus", LOCK_FIELDS)
    _row(call, serial)
    if call.quirk("activation_lock") == "500":
        raise Refusal(ApiError(500, "UNEXPECTED_ERROR", "An unexpected error occurred.", "The lock's state can not be told."))
    attributes = {name: value for name, value in (("isLocked", False), ("lockType", None)) if fields is None or name in fields}
    url = f"{call.origin}/v1/orgDevices/{serial}/activationLockStatus"
    return Answer({"data": {"type": "activationLockStatus", "id": serial, "attributes": attributes}, "links": {"self": url}})


def _rows(call: Call, after: int, count: int) -> Sequence[tuple[Any, ...]]:
    # DEVICE_COLUMNS is this package's own text, never input.
    ask = f"SELECT {documents.DEVICE_COLUMNS} FROM devices WHERE position > ? AND released_at IS NULL ORDER BY position LIMIT ?"  # noqa: S608 - see above
    return call.store.rows(ask, after, count)


def _row(call: Call, serial: str) -> tuple[Any, ...]:
    found = call.store.row(f"SELECT {documents.DEVICE_COLUMNS} FROM devices WHERE serial = ?", serial)  # noqa: S608 - own text
    if found is None:
        raise not_found("orgDevices", serial)
    return found


def _total(call: Call) -> int:
    found = call.store.row("SELECT COUNT(*) FROM devices WHERE released_at IS NULL")
    return int(found[0]) if found else 0


def _nobody(call: Call, serial: str) -> dict[str, str] | None:
    manner = call.quirk("unassigned_server")
    if manner == "404":
        raise not_found("mdmServers", f"assignedServer of {serial}")
    return documents.linkage("mdmServers", "") if manner == "empty_id" else None


def _contracts(serial: str, traits: dict[str, Any], added_at: float, call: Call) -> list[dict[str, Any]]:
    """Reproducible from the serial, so that nothing has to be stored for a call that is made one device at a time."""
    lot = zlib.crc32(serial.encode()) % 10
    if lot == 0:
        return []
    ordered = traits.get("orderDateTime")
    start = datetime.fromisoformat(str(ordered)).timestamp() if ordered else added_at
    warranty = _contract(serial, "Limited Warranty", "NONE", start, start + YEAR, call)
    if lot > 2:
        return [warranty]
    return [
        warranty,
        _contract(f"abe-{serial}", "AppleCare+ for Schools", "ABE_SUBSCRIPTION" if lot == 1 else "PAID_UP_FRONT", start, None, call),
    ]


def _contract(id_: str, description: str, payment: str, start: float, end: float | None, call: Call) -> dict[str, Any]:
    spelled = payment.capitalize() if call.quirk("payment_type") == "mixed" else payment
    return {
        "id": id_,
        "status": "ACTIVE" if end is None or end > call.now else "INACTIVE",
        "paymentType": spelled,
        "description": description,
        "startDateTime": wire_time(start),
        "endDateTime": wire_time(end),
        "isRenewable": end is None,
        "isCanceled": False,
        "contractCancelDateTime": None,
        "agreementNumber": None,
    }


def _coverage(contract: dict[str, Any], fields: frozenset[str] | None) -> dict[str, Any]:
    attributes = {name: value for name, value in contract.items() if name != "id" and (fields is None or name in fields)}
    return {"type": "appleCareCoverage", "id": contract["id"], "attributes": attributes}
