"""Changes into the fewest requests, and what those cost. Pure.

A request defines a profile and gives it to its first thousand devices at once; each further thousand takes one more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from math import ceil

import orjson

from providers.device_enrolment.devices import AT_ONCE, wire
from providers.device_enrolment.settle import FIRST_LOOK
from providers.wire.budget import Limit
from providers.wire.parts import chunks, part_of
from reconciler.capability import Verb
from reconciler.kinds.profile import EnrolmentProfile, ServiceDiscovery
from reconciler.observed import Observed
from reconciler.phrases import counted
from reconciler.plan import Change, Price, Step, Verdict

REQUEST_SECONDS = 1.0
"""What one request takes by itself, roughly."""


class Action(StrEnum):
    """What a step does, in the order in which plans carry them out."""

    GIVE = "give"
    CLEAR = "clear"
    ANNOUNCE = "announce"
    WITHDRAW = "withdraw"


Group = tuple[Action, str, str]
"""What the changes of one step share: the action, the mdm_server, and the profile or address as JSON (empty: none any more)."""


def pack(provider: str, changes: Sequence[Change], observed: Observed) -> list[Step]:
    """See Provider.pack."""
    groups: dict[Group, list[Change]] = defaultdict(list)
    memo: dict[int, Group] = {}
    for change in changes:
        key = id(change.verdict)
        if key not in memo or isinstance(change.verdict.after or change.verdict.before, ServiceDiscovery):
            memo[key] = _group(change)
        groups[memo[key]].append(change)
    numbers: Counter[str] = Counter()
    order = {action: position for position, action in enumerate(Action)}
    return [
        step
        for group in sorted(groups, key=lambda group: (order[group[0]], *group[1:]))
        for step in _steps(provider, group, sorted(groups[group], key=lambda change: change.name), observed, numbers)
    ]


def _group(change: Change) -> Group:
    verdict: Verdict = change.verdict
    before, after = verdict.before, verdict.after
    if isinstance(after, EnrolmentProfile):
        return Action.GIVE, after.server, orjson.dumps(wire(after)).decode()
    if isinstance(before, EnrolmentProfile) and verdict.verb is Verb.DELETE:
        return Action.CLEAR, before.server, ""
    if isinstance(after, ServiceDiscovery):
        return Action.ANNOUNCE, change.name, after.url
    if isinstance(before, ServiceDiscovery) and verdict.verb is Verb.DELETE:
        return Action.WITHDRAW, change.name, ""
    raise TypeError(f"{verdict.kind} {verdict.verb} is not one of this channel's automatic changes")


def _steps(provider: str, group: Group, changes: Sequence[Change], observed: Observed, numbers: Counter[str]) -> Iterator[Step]:
    action, server, content = group
    stem = f"{action}-{server}"
    batches = chunks(changes, AT_ONCE)
    for position, batch in enumerate(batches, 1):
        numbers[stem] += 1
        title = part_of(_title(group, observed.title("mdm_server", server), len(batch)), position, len(batches))
        body = {"server": server, "content": content}
        reads = 2 if action is Action.GIVE else 1  # the devices, and the profile that they have
        yield Step(f"{stem}-{numbers[stem]}", provider, action, title, tuple(change.address for change in batch), body, reads, 1)


def _title(group: Group, server: str, count: int) -> str:
    action, _, content = group
    devices = counted(count, "device")
    match action:
        case Action.GIVE:
            return f'Give {devices} of {server} the enrolment profile "{orjson.loads(content)["profile_name"]}"'
        case Action.CLEAR:
            return f"Take the enrolment profile off {devices} of {server}"
        case Action.ANNOUNCE:
            return f"Set the service-discovery address of {server}"
        case Action.WITHDRAW:
            return f"Remove the service-discovery address of {server}"


def price(channel: str, steps: Sequence[Step], observe_reads: int, limit: Limit) -> Price:
    """See Provider.price. No rate is documented, so time is what requests take and how long Apple's lists trail behind."""
    reads, writes = sum(step.reads for step in steps), sum(step.writes for step in steps)
    return Price(channel, observe_reads, reads, writes, limit.words, ceil((reads + writes) * REQUEST_SECONDS + len(steps) * FIRST_LOOK))


def contents(step: Step) -> Mapping[str, object]:
    """The profile that a step gives, as Apple takes it."""
    found: Mapping[str, object] = orjson.loads(step.body["content"])
    return found
