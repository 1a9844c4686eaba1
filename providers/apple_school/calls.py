"""Each endpoint of the Apple School Manager API that we use, as a call.

https://developer.apple.com/documentation/appleschoolmanagerapi
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import orjson

from providers.apple_school.decode import attributes, text
from providers.wire.message import Call, Form, Request, Response, ask
from providers.wire.words import Refused
from reconciler.errors import ProviderError

PAGE = 1000
"""The most that Apple gives on one page."""
STALLED = 3
"""So many pages in a row without anything new mean that the list goes round in circles."""
SERVICE_FIELDS = ("serverName", "serverType", "status", "deviceCount", "enableMdmDisownFlag", "defaultProductFamilies")
"""Asked for by name: without a list Apple leaves some out (terraform-provider-axm)."""
OK_OR_MISSING = frozenset({404})

Items = list[dict[str, Any]]
Take = Callable[[list[str], Items], int]
"""Takes one page, its ids and its items, and returns how many of them are new."""
_ID = itemgetter("id")


def pages(base_url: str, request: Request, take: Take) -> Call[int]:
    """Read every page of a list and hand each to `take`; returns their number. A list is whole or an error, never a part.

    Raises ProviderError for a list that leads to another server (a token must not go there) or goes round in circles.
    """
    query, count, stalled = dict(request.query), 0, 0
    while True:
        response = yield from ask(_with(request, query))
        count += 1
        stalled = 0 if take(*_listed(request, response)) else stalled + 1
        following = _following(request, response.document, base_url)
        if following is None:
            return count
        if stalled >= STALLED or following == query:
            raise ProviderError(f"{request.title}: Apple's pages lead in a circle, so the list cannot be read whole.", _LATER)
        query = {**request.query, **following}


_LATER = "Try again later; if it stays so, tell Apple."


def _with(request: Request, query: Mapping[str, str]) -> Request:
    return Request(request.method, request.url, request.title, query, accepts=request.accepts)


def _listed(request: Request, response: Response) -> tuple[list[str], Items]:
    data: Any = response.document.get("data")
    try:
        ids = list(map(_ID, data))
    except (TypeError, KeyError):
        ids = [""]
    if set(map(type, ids)) - {str} or not all(ids):
        raise ProviderError(f"{request.title}: Apple's answer is not the list that its documentation promises.", _LATER)
    return ids, data


def _following(request: Request, document: Mapping[str, Any], base_url: str) -> dict[str, str] | None:
    """What to add to the query for the next page; None after the last.

    Whether links.next repeats limit and fields is not documented, so only its cursor counts, and the query stays ours.
    """
    meta, links = document.get("meta"), document.get("links")
    paging = meta.get("paging") if isinstance(meta, dict) else None
    cursor = text(paging.get("nextCursor")) if isinstance(paging, dict) else ""
    if cursor:
        return {"cursor": cursor}
    link = text(links.get("next")) if isinstance(links, dict) else ""
    if not link:
        return None
    target, home = urlsplit(urljoin(base_url, link)), urlsplit(base_url)
    if (target.scheme, target.netloc) != (home.scheme, home.netloc):
        said = f"the next page is said to be on another server ({target.netloc}), which is not followed"
        raise ProviderError(f"{request.title}: {said}.", _LATER)
    return {name: values[-1] for name, values in parse_qs(target.query).items()}


def sparse(request: Request, kind: str, fields: Sequence[str], read: Callable[[Request], Call[int]]) -> Call[bool]:
    """Read with a field list, and whole if Apple refuses it (the list of allowed fields differs between versions).

    Returns whether the list was accepted.
    """
    try:
        yield from read(_with(request, {**request.query, f"fields[{kind}]": ",".join(fields)}))
    except Refused as refusal:
        if refusal.status != 400 or not any("PARAMETER_ERROR" in fault.code for fault in refusal.faults):
            raise
        yield from read(request)
        return False
    return True


def services(base_url: str, take: Take) -> Call[None]:
    """GET /v1/mdmServers."""
    request = Request("GET", "/v1/mdmServers", "Reading the device-management services", {"limit": str(PAGE)})
    yield from sparse(request, "mdmServers", SERVICE_FIELDS, lambda asked: pages(base_url, asked, take))


def linkages(base_url: str, service: str, title: str, take: Take) -> Call[int]:
    """GET /v1/mdmServers/{id}/relationships/devices: serials only."""
    request = Request("GET", f"/v1/mdmServers/{service}/relationships/devices", f"Reading the devices of {title}", {"limit": str(PAGE)})
    return (yield from pages(base_url, request, take))


def devices(base_url: str, fields: Sequence[str], take: Take) -> Call[None]:
    """GET /v1/orgDevices, with these attributes only."""
    request = Request("GET", "/v1/orgDevices", "Reading the organization's devices", {"limit": str(PAGE)})
    yield from sparse(request, "orgDevices", fields, lambda asked: pages(base_url, asked, take))


def device(serial: str) -> Call[Mapping[str, Any] | None]:
    """GET /v1/orgDevices/{id}: the attributes of one device, released ones too; None if the organization never had it."""
    url = f"/v1/orgDevices/{serial}"
    response = yield from ask(Request("GET", url, f"Looking up device {serial}", accepts=OK_OR_MISSING))
    data = response.document.get("data")
    return attributes(data) if response.status != 404 and isinstance(data, dict) else None


def assigned(serial: str) -> Call[str]:
    """GET /v1/orgDevices/{id}/relationships/assignedServer: the service's id, or "".

    An unassigned device was seen to answer with an empty id, with null, and with 404.
    """
    url = f"/v1/orgDevices/{serial}/relationships/assignedServer"
    response = yield from ask(Request("GET", url, f"Looking up the service of device {serial}", accepts=OK_OR_MISSING))
    data = response.document.get("data")
    return text(data.get("id")) if response.status != 404 and isinstance(data, dict) else ""


def create_activity(title: str, activity: str, service: str, deadline: str, serials: Sequence[str]) -> Call[str]:
    """POST /v1/orgDeviceActivities: the only write that schools have. Returns Apple's id of it, "" if none came. Not idempotent."""
    told: dict[str, Any] = {"activityType": activity}
    if deadline:
        told["activityTypeMetadata"] = {"mdmMigrationDeadlineDateTime": deadline}
    relations: dict[str, Any] = {"devices": {"data": [{"type": "orgDevices", "id": serial} for serial in serials]}}
    if service:
        relations["mdmServer"] = {"data": {"type": "mdmServers", "id": service}}
    content = orjson.dumps({"data": {"type": "orgDeviceActivities", "attributes": told, "relationships": relations}})
    response = yield from ask(Request("POST", "/v1/orgDeviceActivities", title, content=content))
    data = response.document.get("data")
    return text(data.get("id")) if isinstance(data, dict) else ""


def activity(reference: str) -> Call[Mapping[str, Any] | None]:
    """GET /v1/orgDeviceActivities/{id}: its attributes; None if Apple no longer knows it."""
    url = f"/v1/orgDeviceActivities/{reference}"
    response = yield from ask(Request("GET", url, "Following Apple's activity", accepts=OK_OR_MISSING))
    data = response.document.get("data")
    return attributes(data) if response.status != 404 and isinstance(data, dict) else None


def log(url: str) -> Call[str]:
    """An activity's log. The address is signed by itself: the bearer must not be sent along."""
    response = yield from ask(Request("GET", url, "Reading the activity's log", api=False, form=Form.TEXT))
    return response.text
