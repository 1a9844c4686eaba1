"""What a service may do to its devices besides giving them profiles: release them, lock them; and what it may ask about one."""

from __future__ import annotations

import re

import orjson

from providers.simulator.answers import Answer
from providers.simulator.enrolment import shapes
from providers.simulator.enrolment.devices import mine
from providers.simulator.enrolment.refusal import MALFORMED, Refusal
from providers.simulator.enrolment.visit import Visit

ESCROW_KEY = re.compile(r"[0-9A-Fa-f]{64}")
LOCKABLE = ("iPad", "iPhone", "iPod", "Mac", "Vision")
"""Families that have an Activation Lock."""
SEEDS = (("iOS 26 AppleSeed Beta", "iOS"), ("iPadOS 26 AppleSeed Beta", "iPadOS"), ("macOS 26 AppleSeed Beta", "OSX"))


def disown(visit: Visit) -> Answer:
    """POST /devices/disown: release devices from the organization, for ever."""
    serials = visit.serials()
    held = {row[1] for row in mine(visit, serials)}
    allowed = bool(visit.store.rows("SELECT disown FROM services WHERE id = ?", visit.service)[0][0])
    if not allowed and visit.quirk("enrolment_disown_refused") == "403":
        raise Refusal(403, "ACCESS_DENIED")
    own, foreign = "SUCCESS" if allowed else "FAILED", visit.quirk("enrolment_unknown_serial")
    told = {serial: own if serial in held else foreign for serial in serials}
    gone = orjson.dumps([serial for serial, status in told.items() if status == "SUCCESS"]).decode()
    visit.store.rows(
        "UPDATE devices SET released_at = ?, service = NULL, shown_service = NULL, shows_at = NULL"
        " WHERE serial IN (SELECT value FROM json_each(?))",
        visit.now,
        gone,
    )
    return Answer({"devices": told})


def lock(visit: Visit) -> Answer:
    """POST /device/activationlock: whether one device was locked; all refusals but a broken body come with status 200."""
    serial, key = visit.text("device"), visit.text("escrow_key")
    visit.text("lost_message")
    if not serial or (key and not ESCROW_KEY.fullmatch(key)):
        raise Refusal(400, MALFORMED)
    return Answer({"serial_number": serial, "response_status": _locked(visit, serial)})


def _locked(visit: Visit, serial: str) -> str:
    if visit.quirk("enrolment_activation_lock") != "ok":
        return visit.quirk("enrolment_activation_lock")
    rows = mine(visit, [serial])
    if not rows:
        return visit.quirk("enrolment_unknown_serial")
    if orjson.loads(rows[0][2]).get("productFamily") not in LOCKABLE:
        return "DEVICE_NOT_SUPPORTED"
    if visit.store.row("SELECT 1 FROM enrolment_devices WHERE serial = ? AND locked = 1", serial):
        return "DEVICE_ALREADY_LOCKED"
    put = "INSERT INTO enrolment_devices (serial, locked) VALUES (?, 1) ON CONFLICT DO UPDATE SET locked = 1"
    visit.store.rows(put, serial)
    return "SUCCESS"


def replacement(visit: Visit) -> Answer:
    """GET /device/replacementDetails?device= (version 10): the device that was exchanged for this one."""
    serial = visit.call.request.args.get("device", "")
    if visit.version < 10:
        raise Refusal(404, "NOT_FOUND")
    if not serial:
        raise Refusal(400, "DEVICE_ID_REQUIRED")
    row = visit.store.row("SELECT original, at FROM enrolment_replacements WHERE serial = ?", serial)
    if row is None or not mine(visit, [serial]):
        raise Refusal(int(visit.quirk("enrolment_replacement_not_found")), "DEVICE_NOT_FOUND")
    return Answer({"serial_number": serial, "original_device_serial_number": row[0], "replacement_date": shapes.moment(row[1])})


def beta(visit: Visit) -> Answer:
    """GET /os-beta-enrollment/tokens: one token for each beta that the organization takes part in."""
    if visit.quirk("enrolment_beta") == "off":
        raise Refusal(403, "APPLE_SEED_FOR_IT_TURNED_OFF")
    tokens = [
        {"title": title, "os": system, "token": f"{n:04d}-{visit.service[:12].lower()}"} for n, (title, system) in enumerate(SEEDS, 1)
    ]
    return Answer({"betaEnrollmentTokens": tokens, "seedBuildTokens": tokens[:1]})
