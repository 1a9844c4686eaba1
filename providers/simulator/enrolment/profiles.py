"""Enrolment profiles: defining one (it never changes afterwards), reading it, and which devices get it.

Apple, "Define a Profile", "Assign a Profile": outcomes come by serial number with status 200, and clearing an assignment leaves alone
what a device has fetched already.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import orjson

from providers.simulator.answers import Answer
from providers.simulator.enrolment import changes
from providers.simulator.enrolment.devices import mine
from providers.simulator.enrolment.fields import profile
from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.throttle import throttled
from providers.simulator.enrolment.visit import Visit

Statuses = dict[str, str]


def define(visit: Visit) -> Answer:
    """POST /profile: a new profile, with its id; devices that the body names get it at once."""
    found = profile(visit)
    uuid = secrets.token_hex(16).upper()
    visit.store.rows("INSERT INTO enrolment_profiles VALUES (?, ?, ?)", uuid, visit.service, orjson.dumps(found).decode())
    told = _assigned(visit, uuid, visit.serials())[0] if visit.body.get("devices") else {}
    return Answer({"profile_uuid": uuid, "devices": told})


def read(visit: Visit) -> Answer:
    """GET /profile?profile_uuid=: one of the service's own profiles."""
    uuid = visit.call.request.args.get("profile_uuid", "")
    if not uuid:
        raise Refusal(400, "PROFILE_UUID_REQUIRED")
    row = visit.store.row("SELECT body FROM enrolment_profiles WHERE uuid = ? AND service = ?", uuid, visit.service)
    if row is None:
        manner = visit.quirk("enrolment_profile_not_found")
        raise Refusal(400 if manner == "400" else 404, manner if manner == "PROFILE_NOT_FOUND" else "NOT_FOUND")
    return Answer(orjson.loads(row[0]) | {"profile_uuid": uuid})


def assign(visit: Visit) -> Answer:
    """POST or PUT /profile/devices: give devices a profile; the outcome is told device by device."""
    serials, uuid = visit.serials(), visit.text("profile_uuid")
    if not uuid:
        raise Refusal(400, "PROFILE_UUID_REQUIRED")
    if visit.store.row("SELECT 1 FROM enrolment_profiles WHERE uuid = ? AND service = ?", uuid, visit.service) is None:
        raise Refusal(404, "NOT_FOUND")
    told, wait = _assigned(visit, uuid, serials)
    document: dict[str, object] = {"profile_uuid": uuid, "devices": told}
    if wait and visit.version >= 10:
        document["retry_after_seconds"] = wait
    return Answer(document)


def clear(visit: Visit) -> Answer:
    """DELETE /profile/devices, with a body: take the profile off devices that have not fetched it; off one given profile if it is named."""
    serials, uuid = visit.serials(), visit.text("profile_uuid")
    held = {row[1]: row[5] for row in mine(visit, serials)}
    foreign = visit.quirk("enrolment_unknown_serial")
    told = {serial: _cleared(held[serial], uuid) if serial in held else foreign for serial in serials}
    done = [serial for serial, status in told.items() if status == "SUCCESS" and held[serial]]
    drop = "UPDATE enrolment_devices SET profile = NULL, profile_status = 'removed', assigned_at = NULL, pushed_at = NULL WHERE serial = ?"
    visit.store.many(drop, [(serial,) for serial in done])
    changes.modified(visit.store, visit.service, done, visit.now)
    return Answer({"devices": told})


def _cleared(has: str | None, uuid: str) -> str:
    return "FAILED" if uuid and has != uuid else "SUCCESS"


def _assigned(visit: Visit, uuid: str, serials: Sequence[str]) -> tuple[Statuses, int]:
    """Each serial's status, and the seconds that throttled ones have to wait (0: none)."""
    held = {row[1] for row in mine(visit, serials)}
    slow, wait = throttled(visit, [serial for serial in dict.fromkeys(serials) if serial in held])
    told: Statuses = {}
    for n, serial in enumerate(dict.fromkeys(serials), 1):
        told[serial] = (slow.get(serial) or _outcome(visit, n)) if serial in held else visit.quirk("enrolment_unknown_serial")
    done = [serial for serial, status in told.items() if status == "SUCCESS"]
    if visit.quirk("enrolment_lying") == "no":
        _give(visit, uuid, done)
    silent = int(visit.number("enrolment_silent"))
    return {serial: status for n, (serial, status) in enumerate(told.items(), 1) if not silent or n % silent}, wait


def _outcome(visit: Visit, n: int) -> str:
    every = int(visit.number("enrolment_assign_fails"))
    return "FAILED" if every and n % every == 0 else "SUCCESS"


def _give(visit: Visit, uuid: str, serials: Sequence[str]) -> None:
    put = (
        "INSERT INTO enrolment_devices (serial, profile, profile_status, assigned_at) VALUES (?, ?, 'assigned', ?) ON CONFLICT DO UPDATE"
        " SET profile = excluded.profile, profile_status = 'assigned', assigned_at = excluded.assigned_at, pushed_at = NULL"
    )
    visit.store.many(put, [(serial, uuid, visit.now) for serial in serials])
    changes.modified(visit.store, visit.service, serials, visit.now)
