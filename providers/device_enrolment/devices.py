"""Devices as this service tells them, and the profiles that they have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from providers.device_enrolment import calls
from providers.device_enrolment.account import Account
from providers.device_enrolment.calls import plain_id
from providers.device_enrolment.walk import Row, whole
from providers.wire.message import Call
from providers.wire.parts import chunks
from reconciler.kinds.profile import DEFAULTS, LISTS, EnrolmentProfile, EnrolmentTraits
from reconciler.provider import Notice, Report

DEVICES = "/server/devices"
AT_ONCE = 1000
"""The most devices that one request may name (Apple, "Assign a Profile")."""
NO_PROFILE = frozenset({"empty", "removed"})
UNKNOWN = "(unknown to Apple)"


class Device(NamedTuple):
    """A device of one service. `profile` is empty where it has none; `fetched`: it was set up with it, or is just about to be."""

    traits: EnrolmentTraits
    profile: str = ""
    fetched: bool = False


Reader = Callable[[Row], Device]


def reader(server: str) -> Reader:
    """Reads devices of one mdm_server; equal traits come out as one object."""
    shared: dict[EnrolmentTraits, EnrolmentTraits] = {}

    def read(row: Row) -> Device:
        traits = EnrolmentTraits(_text(row, "device_family"), _text(row, "model"), _text(row, "color"), server)
        status = _text(row, "profile_status")
        uuid = "" if status in NO_PROFILE else plain_id(row.get("profile_uuid"))
        return Device(shared.setdefault(traits, traits), uuid, bool(uuid) and status == "pushed")

    return read


def every(server: str, account: Account, report: Report) -> Call[dict[str, Device]]:
    """The whole list of a service's devices, by serial."""
    title, read = f"Reading the devices of {server} at Apple's device enrolment service", reader(server)

    def keep(found: dict[str, Device], rows: list[Row]) -> None:
        for row in rows:
            serial = _text(row, "serial_number")
            if serial and row.get("op_type") != "deleted":
                found[serial] = read(row)
        report(Notice(title, len(found)))

    return (yield from whole(DEVICES, "devices", title, account.page(DEVICES), keep))


def some(server: str, serials: Iterable[str]) -> Call[dict[str, Device]]:
    """Those of these devices that the service has, by serial."""
    wanted, read, found = sorted(serials), reader(server), dict[str, Device]()
    for batch in chunks(wanted, AT_ONCE):
        told = yield from calls.device_details(f"Looking up devices of {server}", batch)
        found |= {serial: read(row) for serial, row in told.items() if _text(row, "response_status") in ("SUCCESS", "")}
    return found


def profiles(server: str, uuids: Collection[str]) -> Call[dict[str, EnrolmentProfile]]:
    """The contents of these profiles, by id. One that Apple does not find is still there on devices: it is nobody's content."""
    found: dict[str, EnrolmentProfile] = {}
    for uuid in sorted(uuids):
        told = yield from calls.profile(uuid)
        found[uuid] = content(server, told) if told is not None else EnrolmentProfile(server=server, profile_name=UNKNOWN, url="")
    return found


_TEXTS = tuple(name for name in EnrolmentProfile.model_fields if name not in (*DEFAULTS, *LISTS, "server"))


def content(server: str, told: Row) -> EnrolmentProfile:
    """A profile as Apple tells it; what is not of the documented type is as if it were not told."""
    found: dict[str, Any] = {"server": server, **{name: _text(told, name) for name in _TEXTS}}
    found |= {name: value for name in DEFAULTS if isinstance(value := told.get(name), bool)}
    for name in LISTS:
        value = told.get(name)
        found[name] = ["".join(item.split()) for item in value if isinstance(item, str)] if isinstance(value, list) else []
    return EnrolmentProfile.model_validate(found)


def wire(profile: EnrolmentProfile) -> dict[str, Any]:
    """A profile as Apple takes it: what is not said is left out."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in profile if value is not None and name != "server"}


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
