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
from providers.wire.message import Call
from reconciler.kinds.profile import DISCOVERY, PROFILE, EnrolmentProfile, ServiceDiscovery
from reconciler.provider import Look, Report
from reconciler.resource import Declared, Seen


@dataclass(frozen=True, slots=True)
class Reading:
    """What one service told. `seen`: profile's id → what its devices hold, one object for all of them."""

    account: Account
    devices: Mapping[str, Device] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    discovery: str = ""


def read(server: str, look: Look, report: Report) -> Call[Reading]:
    """What a look needs of one mdm_server."""
    whose = yield from account.read()
    found = yield from _devices(server, look, whose, report)
    told = yield from devices.profiles(server, {device.profile for device in found.values()} - {""})
    address = ""
    if server in look.desired.of(DISCOVERY) or server in look.recorded.get(DISCOVERY, {}):
        address = yield from calls.discovery()
    return Reading(whose, found, {uuid: Seen(profile) for uuid, profile in told.items()}, address)


def _devices(server: str, look: Look, whose: Account, report: Report) -> Call[dict[str, Device]]:
    if any(on(rule.declared) == server for rule in look.desired.rules.get(PROFILE, ())):
        return (yield from devices.every(server, whose, report))
    # A recorded serial may be on any service; one that is declared for another is asked for, too: it may still be here.
    return (yield from devices.some(server, {*look.desired.of(PROFILE), *look.recorded.get(PROFILE, {})}))


def on(declared: Declared) -> str:
    """The mdm_server of a declaration."""
    return declared.spec.server if isinstance(declared.spec, EnrolmentProfile) else ""


def addresses(readings: Mapping[str, Reading]) -> dict[str, Seen]:
    """The service-discovery addresses, by mdm_server."""
    return {server: Seen(ServiceDiscovery(url=reading.discovery)) for server, reading in readings.items() if reading.discovery}
