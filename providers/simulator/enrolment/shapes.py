"""A device as this service tells it, by the version of the protocol. Apple, "Device"."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from providers.simulator.enrolment.visit import Visit

COLUMNS = (
    "d.serial, d.traits, d.added_at, d.migration_deadline, e.profile, COALESCE(e.profile_status, 'empty'), e.assigned_at, e.pushed_at,"
    " (SELECT MAX(at) FROM enrolment_events v WHERE v.serial = d.serial AND v.service = d.service AND v.op = 'added'),"
    " (SELECT original FROM enrolment_replacements r WHERE r.serial = d.serial),"
    " (SELECT serial FROM enrolment_replacements r WHERE r.original = d.serial)"
)
"""What `device` reads, of devices d and enrolment_devices e."""
FAMILIES = {"iPad": "iOS", "iPhone": "iOS", "iPod": "iOS", "Mac": "OSX", "AppleTV": "tvOS", "Watch": "watchOS", "Vision": "visionOS"}
"""The device's family → its os before version 7 of the protocol, which calls that of an iPad iPadOS."""


@lru_cache(4096)
def moment(stamp: float) -> str:
    """A moment (seconds since 1970) to the second, in UTC."""
    return datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def device(visit: Visit, row: tuple[Any, ...]) -> dict[str, Any]:
    """A device from a row of COLUMNS."""
    serial, listed, added_at, deadline, profile, status, assigned_at, pushed_at, came_at, original, successor = row
    traits = orjson.loads(listed)
    found: dict[str, Any] = {
        "serial_number": serial,
        "model": traits.get("deviceModel", ""),
        "description": f"{traits.get('deviceModel', '')} {traits.get('deviceCapacity', '')} {traits.get('color', '')}".strip().upper(),
        "color": traits.get("color", ""),
        "profile_status": "" if status == "empty" and visit.quirk("enrolment_empty_status") == "blank" else status,
        "device_assigned_by": "it@school.example",
        "device_assigned_date": moment(came_at or added_at),
    }
    if profile:
        found |= {"profile_uuid": profile, "profile_assign_time": moment(assigned_at)}
    if pushed_at:
        found["profile_push_time"] = moment(pushed_at)
    return found | _since(visit.version, traits, deadline, original, successor)


def changed(device: dict[str, Any], op: str, at: float) -> dict[str, Any]:
    """The device as a change."""
    return {**device, "op_type": op, "op_date": moment(at)}


def _since(version: int, traits: dict[str, Any], deadline: float | None, original: str | None, successor: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    family = str(traits.get("productFamily", ""))
    if version >= 2:
        found |= {"device_family": family, "os": "iPadOS" if family == "iPad" and version >= 7 else FAMILIES.get(family, "")}
    if version >= 8 and deadline is not None:
        found["mdm_migration_deadline"] = moment(deadline)
    if version >= 10:
        found |= {"is_replacement_device": original is not None, "released_by_replacement": successor is not None}
        found |= {name: traits[key] for name, key in _NUMBERS.items() if traits.get(key)}
    return found


_NUMBERS = {
    "imei": "imei",
    "meid": "meid",
    "eid": "eid",
    "wifi_mac_address": "wifiMacAddress",
    "bluetooth_mac_address": "bluetoothMacAddress",
    "ethernet_mac_address": "ethernetMacAddress",
}
