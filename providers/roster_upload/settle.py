"""What became of an upload, thing by thing, as Apple tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.roster_upload.live import Live
from reconciler.clock import Clock
from reconciler.provider import Notice, Outcome, Report, Result
from reconciler.resource import Address
from reconciler.roster.copies import Copy
from reconciler.roster.desired import LOCATION

FIRST_LOOK = timedelta(minutes=5)
"""Imports that were observed took four minutes (logs of real uploads)."""
EVERY = timedelta(minutes=5)
ENDED = "Apple still has the location; it does not say what becomes of one that an upload leaves out"
OTHERWISE = "Apple imported the upload, and this is not as it was sent"
RUNNING = "the import cannot be seen to have ended yet"
LOST = "what was sent is not known on this machine"


@dataclass(frozen=True, slots=True)
class Sent:
    """An upload whose end is looked for: what it covers and held, when it left, and until when to look."""

    title: str
    covers: Sequence[Address]
    copy: Copy
    moment: datetime
    patience: timedelta


def settle(sent: Sent, read: Callable[[Report], Live], clock: Clock, report: Report) -> dict[Address, Outcome]:
    """Look again and again, until everything is as it was sent or patience ends."""
    if not sent.copy.digest:
        return dict.fromkeys(sent.covers, Outcome(Result.UNKNOWN, LOST))
    until = sent.moment + sent.patience
    _wait(sent.moment + min(FIRST_LOOK, sent.patience), sent.title, clock, report)
    while True:
        landed = _landed(sent, read(report))
        report(Notice(sent.title, len(landed), len(sent.covers)))
        if len(landed) == len(sent.covers) or clock.now() >= until:
            return _outcomes(sent, landed)
        _wait(min(clock.now() + EVERY, until), sent.title, clock, report)


def _wait(until: datetime, title: str, clock: Clock, report: Report) -> None:
    seconds = (until - clock.now()).total_seconds()
    if seconds > 0:
        report(Notice(f"{title}: Apple imports it", wait=seconds))
        clock.sleep(seconds)


def _landed(sent: Sent, live: Live) -> dict[Address, Outcome]:
    """What is as it was sent. The end of a location is nothing to wait for: it counts once the rest is there."""
    ends = {address for address in sent.covers if address.kind == LOCATION and sent.copy.spec(*_names(address)) is None}
    found = {address: Outcome(Result.LANDED) for address in sent.covers if address not in ends and _is_so(address, sent.copy, live)}
    if found or len(ends) == len(sent.covers):
        for address in ends:
            found[address] = Outcome(Result.LANDED, ENDED if live.there(*_names(address)) else "")
    return found


def _is_so(address: Address, copy: Copy, live: Live) -> bool:
    wanted = copy.spec(*_names(address))
    foreign = live.foreign(*_names(address))
    if wanted is None:
        return not live.there(*_names(address)) or bool(foreign)
    return live.there(*_names(address)) and not foreign and live.over(address.name, wanted) == wanted


def _names(address: Address) -> tuple[str, str]:
    return address.kind, address.name


def _outcomes(sent: Sent, landed: dict[Address, Outcome]) -> dict[Address, Outcome]:
    """Imports change all that they can at once: once anything is as it was sent, what is not will not be."""
    rest = Outcome(Result.FAILED, OTHERWISE) if landed else Outcome(Result.UNKNOWN, RUNNING)
    return {address: landed.get(address, rest) for address in sent.covers}
