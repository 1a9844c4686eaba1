"""What became of a write, device by device. Nothing is believed that was not read back.

Apple's answer names a status for each serial number; it was seen to leave some out, and to say FAILED where it meant "later".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from providers.device_enrolment import calls, devices
from providers.device_enrolment.calls import Answer
from providers.device_enrolment.devices import Device
from providers.wire.message import Call, rest
from reconciler.kinds.profile import EnrolmentProfile
from reconciler.provider import Outcome, Result

FIRST_LOOK = 2.0
SETTLING = timedelta(minutes=10)
"""Seconds until the first look, and until what has not shown itself was not done. Changes take minutes to appear everywhere."""
A_DAY = timedelta(days=1)
"""How long devices cool down where Apple does not say: an hour was not enough, a day was (Fleet's issue 14957)."""
SUCCESS, THROTTLED, FAILED, NOT_ACCESSIBLE = "SUCCESS", "THROTTLED", "FAILED", "NOT_ACCESSIBLE"
LANDED = Outcome(Result.LANDED)

Outcomes = dict[str, Outcome]
"""By serial."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A write that left. `wanted` is the profile that the devices are to have, None for none; `answer` is None if it was lost."""

    title: str
    server: str
    serials: tuple[str, ...]
    wanted: EnrolmentProfile | None
    moment: datetime
    answer: Answer | None
    now: Callable[[], datetime]


def settle(sent: Sent) -> Call[tuple[Outcomes, frozenset[str]]]:
    """The outcome of each device, and the ids of the profiles that were found to have the wanted content. See Provider.settle."""
    known: dict[str, EnrolmentProfile] = {}
    waits = _waits()
    while True:
        yield from rest(next(waits), f"{sent.title}: waiting for Apple's lists to catch up")
        last = sent.now() >= sent.moment + SETTLING
        found = yield from devices.some(sent.server, sent.serials)
        known |= yield from devices.profiles(sent.server, {device.profile for device in found.values()} - {"", *known})
        done = {serial for serial in sent.serials if _as_wanted(sent, found.get(serial), known)}
        if last or not any(_may_come(sent, serial, found, known) for serial in sent.serials if serial not in done):
            break
    right = frozenset(uuid for uuid, content in known.items() if content == sent.wanted)
    return {serial: LANDED if serial in done else _missed(sent, serial, found.get(serial), known) for serial in sent.serials}, right


def _waits() -> Iterator[float]:
    return chain((FIRST_LOOK, 5.0, 15.0, 30.0), repeat(60.0))


def _as_wanted(sent: Sent, device: Device | None, known: Mapping[str, EnrolmentProfile]) -> bool:
    if sent.wanted is None:
        return device is None or not device.profile
    return device is not None and known.get(device.profile) == sent.wanted


def _may_come(sent: Sent, serial: str, found: Mapping[str, Device], known: Mapping[str, EnrolmentProfile]) -> bool:
    """Whether it is worth another look: Apple did not refuse this device, and the profile that it has is not the one that we sent."""
    if sent.answer is None:
        return True
    changed = serial in found and found[serial].profile == sent.answer.profile and found[serial].profile in known
    return sent.answer.statuses.get(serial, SUCCESS) == SUCCESS and not changed


def _missed(sent: Sent, serial: str, device: Device | None, known: Mapping[str, EnrolmentProfile]) -> Outcome:
    status = sent.answer.statuses.get(serial, "") if sent.answer else ""
    if device is None or status == NOT_ACCESSIBLE:
        return Outcome(Result.ABSENT, f"{sent.server} does not have this device")
    if status in (THROTTLED, FAILED):
        return Outcome(Result.FAILED, _cooling(sent, status))
    if device.profile and sent.answer and device.profile == sent.answer.profile and sent.wanted:
        lost = [name for name, value in sent.wanted if getattr(known[device.profile], name) != value]
        return Outcome(Result.FAILED, f"Apple keeps this profile otherwise than it was sent: {', '.join(lost)}")
    if sent.wanted and device.profile:
        return Outcome(Result.ELSEWHERE, f'the profile "{known[device.profile].profile_name}"')
    said = f"Apple said {status}" if status else "Apple said nothing of this device"
    return Outcome(Result.FAILED, f"{said}, and it has {'a' if device.profile else 'no'} profile")


def held_back(sent: Sent) -> list[str]:
    """The devices that Apple holds back, as far as it said so."""
    return (
        [serial for serial, status in sent.answer.statuses.items() if status in (THROTTLED, FAILED)] if sent.answer and sent.wanted else []
    )


def cooled(sent: Sent) -> datetime:
    """When devices that are held back may be tried again."""
    wait = timedelta(seconds=sent.answer.wait) if sent.answer and sent.answer.wait else A_DAY
    return sent.moment + wait


def _cooling(sent: Sent, status: str) -> str:
    when = f"{cooled(sent):%Y-%m-%d %H:%M} UTC"
    if status == THROTTLED:
        return f"Apple holds this device back because it was assigned too often: try again after {when}"
    return f"Apple said FAILED, which often means that the device is held back: try again after {when}"


def settle_address(sent: Sent, url: str) -> Call[Outcome]:
    """Whether the service-discovery address is the wanted one; "" stands for none."""
    for wait in _waits():
        yield from rest(wait, f"{sent.title}: waiting for Apple to show it")
        found = yield from calls.discovery()
        if found == url:
            return LANDED
        if sent.answer is not None or sent.now() >= sent.moment + SETTLING:
            break
    return Outcome(Result.ELSEWHERE, found) if found else Outcome(Result.FAILED, "no address is set")
