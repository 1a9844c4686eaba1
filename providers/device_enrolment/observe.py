"""One reading of a service: its devices' profiles and its service-discovery address, as far as anybody asks.

One request for the account, ⌈devices / page⌉ if a rule asks for them, else ⌈serials named or recorded / 1000⌉, one for each profile that
they have, and one if an address is declared or recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.device_enrolment import account, calls, devices
from providers.device_enrolment.account import Account
from providers.device_enrolment.devices import Device
from providers.device_enrolment.meanings import said
from providers.wire.message import Call
from providers.wire.words import Refused
from reconciler.kinds.profile import DISCOVERY, PROFILE, EnrolmentProfile, ServiceDiscovery
from reconciler.provider import Look, Report
from reconciler.resource import Declared, Seen


@dataclass(frozen=True, slots=True)
class Reading:
    """What one service told. `whole`: these are all of its devices. `seen`: profile's id → what its devices hold, one object for all."""

    account: Account
    whole: bool
    devices: dict[str, Device] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    discovery: str = ""


def read(server: str, look: Look, report: Report) -> Call[Reading]:
    """What a look needs of one mdm_server."""
    whose = yield from account.read()
    whole = look.everything or any(on(rule.declared) == server for rule in look.desired.rules.get(PROFILE, ()))
    found = yield from devices.every(server, whose, report) if whole else devices.some(server, _named(server, look))
    told = yield from devices.profiles(server, {device.profile for device in found.values()} - {""})
    address = yield from _address(server, look)
    return Reading(whose, whole, found, {uuid: Seen(profile) for uuid, profile in told.items()}, address)


def _named(server: str, look: Look) -> set[str]:
    """The serials that entries name for a service, and those of the record that no entry names: they may be on any."""
    declared = look.desired.of(PROFILE)
    here = {serial for serial, each in declared.items() if on(each) == server}
    return here | (look.recorded.get(PROFILE, {}).keys() - declared.keys())


def strays(server: str, look: Look, readings: Mapping[str, Reading]) -> Call[None]:
    """Look on this service, too, for devices that are not on the one that their entry names."""
    named = look.desired.of(PROFILE).items()
    missing = {serial for serial, each in named if on(each) not in (server, "") and not _there(serial, on(each), readings)}
    if missing and not readings[server].whole:
        readings[server].devices.update((yield from devices.some(server, missing)))


def _there(serial: str, server: str, readings: Mapping[str, Reading]) -> bool:
    return server in readings and serial in readings[server].devices


def _address(server: str, look: Look) -> Call[str]:
    """The service-discovery address, if anybody asks; an organization that cannot have one has none, unless an entry wants it."""
    asked = server in look.desired.of(DISCOVERY) or server in look.recorded.get(DISCOVERY, {})
    if not (asked or look.everything):
        return ""
    try:
        return (yield from calls.discovery())
    except Refused as refusal:
        if asked or not said(refusal.faults, "ORG_NOT_SUPPORTED"):
            raise
    return ""


def on(declared: Declared) -> str:
    """The mdm_server of a declaration."""
    return declared.spec.server if isinstance(declared.spec, EnrolmentProfile) else ""


def addresses(readings: Mapping[str, Reading]) -> dict[str, Seen]:
    """The service-discovery addresses, by mdm_server."""
    return {server: Seen(ServiceDiscovery(url=reading.discovery)) for server, reading in readings.items() if reading.discovery}
