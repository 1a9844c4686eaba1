"""Each endpoint for devices and profiles that we use, as a call. Apple, "Device Assignment"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from providers.device_enrolment.meanings import said
from providers.device_enrolment.walk import CONTENT_TYPE, Row, post
from providers.wire.message import Call, Form, Request, Response, ask
from providers.wire.words import Refused

ASSIGN, DISCOVERY = "/profile/devices", "/account-driven-enrollment/profile"
NOT_FOUND = frozenset({400, 404})


@dataclass(frozen=True, slots=True)
class Answer:
    """What Apple said to an assignment: the profile's id, a status by serial, and the seconds that throttled devices are to wait."""

    profile: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0


def device_details(title: str, serials: Sequence[str]) -> Call[Mapping[str, Row]]:
    """POST /devices: what Apple tells of each of these; a device that is not on this service comes with a status alone, or not at all."""
    response = yield from ask(post("/devices", title, {"devices": list(serials)}))
    devices = response.document.get("devices")
    return {serial: row for serial, row in devices.items() if isinstance(row, dict)} if isinstance(devices, dict) else {}


def profile(uuid: str) -> Call[Row | None]:
    """GET /profile: None if this service has no such profile, which is told as 400 or as 404."""
    try:
        response = yield from ask(Request("GET", "/profile", "Reading an enrolment profile", {"profile_uuid": uuid}))
    except Refused as refusal:
        if refusal.status in NOT_FOUND and said(refusal.faults, "NOT_FOUND"):
            return None
        raise
    return response.document


def define(title: str, content: Row, serials: Sequence[str]) -> Call[Answer]:
    """POST /profile: a new profile, given to these devices at once. A second one with the same content does no harm."""
    return _answer((yield from ask(_write("POST", "/profile", title, {**content, "devices": list(serials)}))))


def assign(title: str, method: str, uuid: str, serials: Sequence[str]) -> Call[Answer]:
    """POST or PUT /profile/devices, whichever the account names: give a profile to these devices."""
    return _answer((yield from ask(_write(method, ASSIGN, title, {"profile_uuid": uuid, "devices": list(serials)}))))


def clear(title: str, serials: Sequence[str]) -> Call[Answer]:
    """DELETE /profile/devices, with a body: no profile for these any more. What has fetched one keeps it until it is erased."""
    return _answer((yield from ask(_write("DELETE", ASSIGN, title, {"devices": list(serials)}))))


def discovery() -> Call[str]:
    """GET /account-driven-enrollment/profile: the address; empty if none is set."""
    try:
        response = yield from ask(Request("GET", DISCOVERY, "Reading the service-discovery address"))
    except Refused as refusal:
        if said(refusal.faults, "NOT_FOUND"):
            return ""
        raise
    url = response.document.get("mdm_service_discovery_url")
    return url if isinstance(url, str) else ""


def announce(title: str, url: str) -> Call[Answer]:
    """POST /account-driven-enrollment/profile. Apple answers with nothing."""
    yield from ask(_write("POST", DISCOVERY, title, {"mdm_service_discovery_url": url}, Form.TEXT))
    return Answer()


def withdraw(title: str) -> Call[Answer]:
    """DELETE /account-driven-enrollment/profile. Apple answers with nothing."""
    yield from ask(Request("DELETE", DISCOVERY, title, form=Form.TEXT))
    return Answer()


def _write(method: str, path: str, title: str, body: Row, form: Form = Form.JSON) -> Request:
    return Request(method, path, title, content=orjson.dumps(body), content_type=CONTENT_TYPE, form=form)


def _answer(response: Response) -> Answer:
    told: Mapping[str, Any] = response.document
    uuid, devices, wait = told.get("profile_uuid"), told.get("devices"), told.get("retry_after_seconds")
    statuses = {serial: str(status) for serial, status in devices.items()} if isinstance(devices, dict) else {}
    return Answer(plain_id(uuid), statuses, float(wait) if isinstance(wait, int | float) else 0.0)


def plain_id(value: object) -> str:
    """A profile's id as Apple means it: written with and without hyphens, in both cases."""
    return value.replace("-", "").strip().upper() if isinstance(value, str) else ""
