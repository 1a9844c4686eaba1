"""The mdmServers endpoints. Schools may read them; creating and changing them is the portal's."""

from __future__ import annotations

from typing import Any

from providers.simulator import documents, paging
from providers.simulator.answers import Answer, ApiError, Refusal
from providers.simulator.call import Call, not_found

EMBEDDED = 10
RECOUNT_SECONDS = 3600.0


def listing(call: Call) -> Answer:
    """GET /v1/mdmServers."""
    call.only("fields[mdmServers]", "limit", "cursor")
    shape = documents.service_shape(call)
    # SERVICE_COLUMNS and _there() are this package's own text, never input.
    ask = f"SELECT {documents.SERVICE_COLUMNS} FROM services WHERE position > ? AND {_there(call)} ORDER BY position LIMIT ?"  # noqa: S608 - see above
    found = paging.page(call, lambda after, count: call.store.rows(ask, after, count))
    data = [_document(call, shape, row) for row in found.rows]
    return Answer(paging.document(call, found, data, lambda: _number(call, f"SELECT COUNT(*) FROM services WHERE {_there(call)}")))  # noqa: S608 - see above


def single(call: Call, service: str) -> Answer:
    """GET /v1/mdmServers/{id}; before 1.6 it was refused."""
    call.only("fields[mdmServers]")
    if call.quirk("single_service") == "403":
        detail = "The resource 'mdmServers' does not allow 'GET_INSTANCE'. Allowed operations are: GET_COLLECTION"
        raise Refusal(ApiError(403, "FORBIDDEN_ERROR", "This operation is not allowed", detail))
    resource = one(call, service)
    return Answer({"data": resource, "links": {"self": resource["links"]["self"]}})


def devices(call: Call, service: str) -> Answer:
    """GET /v1/mdmServers/{id}/relationships/devices: serials as linkages, in Apple's order of arrival."""
    call.only("limit", "cursor")
    _row(call, service)
    ask = "SELECT position, serial FROM devices WHERE shown_service = ? AND position > ? ORDER BY position LIMIT ?"
    found = paging.page(call, lambda after, count: call.store.rows(ask, service, after, count))
    data = [documents.linkage("orgDevices", serial) for _, serial in found.rows]
    document = paging.document(call, found, data, lambda: _holds(call, service))
    document["links"]["related"] = f"{call.origin}/v1/mdmServers/{service}/devices"
    return Answer(document)


def one(call: Call, service: str) -> dict[str, Any]:
    """The resource of one service; 404 if there is none."""
    return _document(call, documents.service_shape(call), _row(call, service))


def _document(call: Call, shape: documents.Shape, row: tuple[Any, ...]) -> dict[str, Any]:
    counted = shape.keeps("deviceCount")
    resource = documents.service(shape, row, _count(call, row[1]) if counted else 0)
    if call.quirk("service_devices") == "present" and "relationships" in resource:
        ask = "SELECT serial FROM devices WHERE shown_service = ? ORDER BY position LIMIT ?"
        first = [documents.linkage("orgDevices", found[0]) for found in call.store.rows(ask, row[1], EMBEDDED)]
        resource["relationships"]["devices"] |= {"data": first, "meta": {"paging": {"limit": EMBEDDED}}}
    return resource


def _row(call: Call, service: str) -> tuple[Any, ...]:
    ask = f"SELECT {documents.SERVICE_COLUMNS} FROM services WHERE id = ? AND {_there(call)}"  # noqa: S608 - own text
    found = call.store.row(ask, service)
    if found is None:
        raise not_found("mdmServers", service)
    return found


def _there(call: Call) -> str:
    return "1" if call.quirk("deleted_service") == "shown" else "status != 'DELETED'"


def _count(call: Call, service: str) -> int:
    if call.quirk("device_count") == "live":
        return _holds(call, service)
    found = call.store.row("SELECT counted, counted_at FROM services WHERE id = ?", service)
    if found and found[0] is not None and call.now < found[1] + RECOUNT_SECONDS:
        return int(found[0])
    count = _holds(call, service)
    call.store.rows("UPDATE services SET counted = ?, counted_at = ? WHERE id = ?", count, call.now, service)
    return count


def _holds(call: Call, service: str) -> int:
    return _number(call, "SELECT COUNT(*) FROM devices WHERE shown_service = ?", service)


def _number(call: Call, ask: str, *values: object) -> int:
    found = call.store.row(ask, *values)
    return int(found[0]) if found else 0
