"""GET /account: who the organization is, which addresses there are, and what a page may hold."""

from __future__ import annotations

import hashlib

from providers.simulator.answers import Answer
from providers.simulator.enrolment.visit import Visit

PAGED = ("/server/devices", "/devices/sync")
ADDRESSES: dict[str, tuple[str, ...]] = {
    "/session": ("GET",),
    "/account": ("GET",),
    "/server/devices": ("POST",),
    "/devices/sync": ("POST",),
    "/devices": ("POST",),
    "/devices/disown": ("POST",),
    "/profile": ("GET", "POST"),
    "/profile/devices": ("DELETE", "POST", "PUT"),
    "/device/activationlock": ("POST",),
    "/device/replacementDetails": ("GET",),
    "/os-beta-enrollment/tokens": ("GET",),
    "/account-driven-enrollment/profile": ("DELETE", "GET", "POST"),
    "/roster/class": ("POST",),
    "/roster/class/sync": ("POST",),
    "/roster/class/person": ("POST",),
    "/roster/class/person/sync": ("POST",),
    "/roster/class/location": ("POST",),
    "/roster/class/location/sync": ("POST",),
}
COURSES = {"old": ("/roster/course",), "current": ("/roster/class/course",), "both": ("/roster/course", "/roster/class/course")}
"""Apple's pages name one address for courses, the live listing another: value of mdm_roster_course_path → those that are served."""


def account(visit: Visit) -> Answer:
    """The account of the organization, as far as the version of the protocol knows it."""
    name = visit.store.rows("SELECT name FROM services WHERE id = ?", visit.service)[0][0]
    organization = visit.store.rows("SELECT name FROM locations WHERE is_primary = 1")[0][0]
    found: dict[str, object] = {
        "server_name": name,
        "server_uuid": visit.service,
        "admin_id": "it@school.example",
        "facilitator_id": "it@school.example",
        "org_name": organization,
        "org_email": "it@school.example",
        "org_phone": "555-0100",
        "org_address": "1 School Street, Springfield",
    }
    return Answer(found | (_since_third(visit) if visit.version >= 3 else {}))


def _since_third(visit: Visit) -> dict[str, object]:
    digest = hashlib.sha256(str(visit.store.meta("identity")).encode()).hexdigest()
    return {
        "org_id": str(int(digest[:12], 16)),
        "org_id_hash": digest,
        "org_type": "edu",
        "org_version": "v2",
        "urls": [_address(visit, uri, methods) for uri, methods in _addresses(visit).items()],
    }


def _addresses(visit: Visit) -> dict[str, tuple[str, ...]]:
    # The live listing names the old address even where both are served.
    course = COURSES[visit.quirk("mdm_roster_course_path")][0]
    return ADDRESSES | {course: ("POST",), f"{course}/sync": ("POST",)}


def _address(visit: Visit, uri: str, methods: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {"uri": uri, "http_method": list(methods)}
    if uri in PAGED:
        found["limit"] = {name: int(visit.number(f"enrolment_limit_{name}")) for name in ("default", "maximum")}
    return found
