"""Changes into the fewest activities, and what those cost. Pure.

An activity names one service and many devices, so it takes one write per service (and deadline) and batch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from providers.apple_school.atlas import pages
from providers.apple_school.order import Activity, Order, spoken
from providers.wire.parts import chunks, part_of
from reconciler.capability import Verb
from reconciler.kinds.devices import DeviceAssignment
from reconciler.observed import Observed
from reconciler.phrases import counted
from reconciler.plan import Change, Step, Verdict

POLLS = 3
"""Looks that an activity of the usual half minute takes (after 5, 15 and 35 seconds)."""
_ORDER = {activity: position for position, activity in enumerate(Activity)}
_SLUG = {
    Activity.ASSIGN: "assign",
    Activity.MIGRATE: "migrate",
    Activity.POSTPONE: "postpone",
    Activity.CANCEL: "cancel",
    Activity.UNASSIGN: "unassign",
}
_NEVER = datetime.min.replace(tzinfo=UTC)

Group = tuple[Activity, str, datetime | None]
"""What the changes of one step share: the activity, the service's name, the deadline."""


def pack(provider: str, batch: int, changes: Sequence[Change], observed: Observed) -> list[Step]:
    """See Provider.pack."""
    groups: dict[Group, list[Change]] = defaultdict(list)
    for change in changes:
        groups[_group(change.verdict)].append(change)
    sizes = _sizes(observed) if groups else {}
    steps: list[Step] = []
    numbers: Counter[str] = Counter()
    for group in sorted(groups, key=_place):
        steps += _steps(provider, batch, group, sorted(groups[group], key=lambda change: change.name), observed, sizes, numbers)
    return steps


def _place(group: Group) -> tuple[int, str, datetime]:
    activity, service, deadline = group
    return _ORDER[activity], service, deadline or _NEVER


def _group(verdict: Verdict) -> Group:
    before, after = verdict.before, verdict.after
    if verdict.verb is Verb.DELETE and isinstance(before, DeviceAssignment):
        return Activity.UNASSIGN, before.server, None
    if not isinstance(after, DeviceAssignment):
        raise TypeError(f"{verdict.kind} {verdict.verb} is not one of this channel's automatic changes")
    if not isinstance(before, DeviceAssignment):
        return Activity.ASSIGN, after.server, None
    if before.server != after.server:
        return (Activity.MIGRATE if after.migration_deadline else Activity.ASSIGN), after.server, after.migration_deadline
    return (Activity.POSTPONE if after.migration_deadline else Activity.CANCEL), "", after.migration_deadline


def _steps(
    provider: str,
    batch: int,
    group: Group,
    changes: Sequence[Change],
    observed: Observed,
    sizes: dict[str, int],
    numbers: Counter[str],
) -> Iterator[Step]:
    activity, service, deadline = group
    seen = observed.seen("mdm_server", service)
    title = observed.title("mdm_server", service) if service else ""
    order = Order(activity, seen.remote_id if seen else "", title, deadline)
    stem = "-".join(filter(None, (_SLUG[activity], service)))
    batches = chunks(changes, batch)
    for position, part in enumerate(batches, 1):
        numbers[stem] += 1
        words = part_of(_title(order, len(part)), position, len(batches))
        covers = tuple(change.address for change in part)
        reads = POLLS + _read_back(group, (position - 1) * batch + len(part), len(part), sizes)
        yield Step(f"{stem}-{numbers[stem]}", provider, _SLUG[activity], words, covers, order.body(), reads, 1)


def _title(order: Order, count: int) -> str:
    devices = counted(count, "device")
    until = spoken(order.deadline) if order.deadline else ""
    match order.activity:
        case Activity.ASSIGN:
            return f"Assign {devices} to {order.title}"
        case Activity.MIGRATE:
            return f"Move {devices} to {order.title}, to be put off until {until} at the latest"
        case Activity.POSTPONE:
            return f"Set the migration deadline of {devices} to {until}"
        case Activity.CANCEL:
            return f"Cancel the migration of {devices}"
        case Activity.UNASSIGN:
            return f"Unassign {devices} from {order.title}"


def _sizes(observed: Observed) -> dict[str, int]:
    """Devices by service's name; "" for all of them."""
    holder = observed.items.get("device_assignment", {})
    sizes: Counter[str] = Counter()
    for seen, run in groupby(holder.values()):  # a service's devices stand together and share one object
        if isinstance(seen.spec, DeviceAssignment):
            sizes[seen.spec.server] += len(list(run))
    everything = max(len(holder), len(observed.present.get("device_assignment", ())))
    return {**sizes, "": everything}


def _read_back(group: Group, joined: int, count: int, sizes: dict[str, int]) -> int:
    """Reads after the activity: the service's linkages as they will be (or the devices, if fewer), and the devices for a deadline."""
    activity, service, deadline = group
    devices = min(count, pages(sizes.get("", 0)))
    if not service:
        return devices
    grown = joined if activity.assigns else 0
    return min(count, pages(sizes.get(service, 0) + grown)) + (devices if deadline else 0)
