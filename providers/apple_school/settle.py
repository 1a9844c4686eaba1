"""What became of a sent activity, device by device. Nothing is believed that was not read back.

follow the activity → wait for Apple's lists → read the touched ones again → look for what is missing → say
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from providers.apple_school import activity_log, readback
from providers.apple_school.atlas import Atlas, survey
from providers.apple_school.decode import Migration
from providers.apple_school.follow import LAG, End, Ending, Now, follow
from providers.apple_school.order import Activity, Order, spoken
from providers.apple_school.readback import NOWHERE
from providers.wire.message import Call, rest
from reconciler.provider import Outcome, Result

Outcomes = dict[str, Outcome]
"""By serial."""
LANDED = Outcome(Result.LANDED)
ABSENT = Outcome(Result.ABSENT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A write that left, and what is needed to see what became of it. `atlas` is None where nothing was observed before."""

    order: Order
    title: str
    serials: tuple[str, ...]
    reference: str
    moment: datetime
    patience: timedelta
    base_url: str
    now: Now
    atlas: Atlas | None


@dataclass(frozen=True, slots=True)
class Finding:
    """How the activity ended and Apple's words for single devices."""

    sent: Sent
    ending: Ending
    words: Mapping[str, str]

    def failed(self, serial: str, why: str) -> Outcome:
        """Not landed, in Apple's word for it if there is one. While the activity may still act, nobody knows."""
        if self.ending.end is End.RUNNING:
            return Outcome(Result.UNKNOWN, f"{End.RUNNING} (activity {self.sent.reference})")
        word = self.words.get(serial)
        return Outcome(Result.FAILED, f"Apple: {word}" if word else f"{self.ending.end}, {why}")


def settle(sent: Sent) -> Call[Outcomes]:
    """See Provider.settle."""
    ending = yield from follow(sent.title, sent.reference, sent.moment, sent.patience, sent.now)
    words: Mapping[str, str] = {}
    if ending.end is not End.SUCCESS:
        words = yield from activity_log.read(ending.log, sent.base_url)
    finding = Finding(sent, ending, words)
    if sent.order.server:
        return (yield from _by_service(finding))
    return (yield from _by_deadline(finding, sent.serials))


def _pauses() -> Iterator[float]:
    """Seconds between looks at Apple's lists, which trail behind."""
    return chain((LAG, LAG, 30.0), repeat(60.0))


def _open(finding: Finding) -> bool:
    """Whether the activity's effects may still show up."""
    return finding.sent.now() < finding.ending.until


def _by_service(finding: Finding) -> Call[Outcomes]:
    """Assignments and their opposite are read back from the one service that they touch."""
    sent = finding.sent
    order = sent.order
    pauses = _pauses()
    while True:
        if waited := _open(finding):
            yield from rest(next(pauses), f"{sent.title}: waiting for Apple's lists to catch up")
        held = yield from readback.on_service(sent.base_url, sent.atlas, order.server, order.title, sent.serials)
        done = held if order.activity.assigns else set(sent.serials) - held
        if not waited or not set(sent.serials) - done - finding.words.keys():
            break
    outcomes = dict.fromkeys(sorted(done), LANDED)
    outcomes |= yield from _missing(finding, _doubtful(finding, done))
    if order.activity is Activity.MIGRATE:
        outcomes |= yield from _by_deadline(finding, [serial for serial, found in outcomes.items() if found is LANDED])
    return outcomes


def _doubtful(finding: Finding, done: set[str]) -> set[str]:
    """What to look for. A device that left a service may have been moved by somebody else; Apple's word against it makes us look."""
    missing = set(finding.sent.serials) - done
    return missing if finding.sent.order.activity.assigns else missing | (done & finding.words.keys())


def _missing(finding: Finding, missing: Collection[str]) -> Call[Outcomes]:
    if not missing:
        return {}
    sent = finding.sent
    if finding.ending.end is End.RUNNING:
        return {serial: finding.failed(serial, "") for serial in missing}
    atlas = sent.atlas or (yield from survey(sent.base_url))
    finding = yield from _with_words(finding)
    found = yield from readback.places(sent.base_url, atlas, missing)
    return {serial: _placed(finding, serial, place, atlas) for serial, place in found.items()}


def _with_words(finding: Finding) -> Call[Finding]:
    """Apple's success is contradicted by what was read: now its log is worth a look, too."""
    if finding.ending.end is not End.SUCCESS:
        return finding
    words = yield from activity_log.read(finding.ending.log, finding.sent.base_url)
    return Finding(finding.sent, finding.ending, words)


def _placed(finding: Finding, serial: str, place: str | None, atlas: Atlas) -> Outcome:
    order = finding.sent.order
    if place is None:
        return LANDED if order.activity is Activity.UNASSIGN else ABSENT
    aim = order.server if order.activity.assigns else NOWHERE
    if place == aim:
        return LANDED
    if place == NOWHERE:
        return finding.failed(serial, "and the device is on no service")
    if place == order.server or (order.activity.assigns and serial in finding.words):
        return finding.failed(serial, f"and the device is still on {atlas.title(place)}")
    return Outcome(Result.ELSEWHERE, atlas.title(place))


def _by_deadline(finding: Finding, serials: Collection[str]) -> Call[Outcomes]:
    """Deadlines are read back from the devices themselves."""
    sent = finding.sent
    atlas = sent.atlas or (yield from survey(sent.base_url))
    pauses = _pauses()
    while True:
        last = not _open(finding)
        found = yield from readback.migrations(sent.base_url, atlas, serials)
        if last or all(_as_wanted(sent.order, state) for serial, state in found.items() if serial not in finding.words):
            break
        yield from rest(next(pauses), f"{sent.title}: waiting for Apple's lists to catch up")
    return {serial: _dated(finding, serial, state) for serial, state in found.items()}


def _as_wanted(order: Order, state: Migration | None) -> bool:
    if state is None or state.status == "SUCCESS":
        return state is not None
    if order.activity is Activity.CANCEL:
        return state.running is None
    return state.deadline == order.deadline


def _dated(finding: Finding, serial: str, state: Migration | None) -> Outcome:
    if state is None:
        return ABSENT
    if _as_wanted(finding.sent.order, state):
        return LANDED
    left = f"and its deadline is {spoken(state.running)}" if state.running else "and no migration is running"
    return finding.failed(serial, left)
