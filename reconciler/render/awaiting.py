"""What is awaited in a reviewer's words: how many devices are missed, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.kinds.devices import ASSIGNMENT
from reconciler.kinds.enrolment import ENROLMENT_PROFILE
from reconciler.phrases import counted
from reconciler.plan import Awaiting, Plan


@dataclass(frozen=True, slots=True)
class Waiting:
    """Awaited things that have been missed for the same time: how many and since when, their names, and what of them vanished, in words."""

    text: str
    names: tuple[str, ...]
    gone: str


def awaiting(plan: Plan) -> Iterator[Waiting]:
    """What is awaited, oldest first; beyond some dates the rest is one."""
    of_kind: dict[str, list[Awaiting]] = defaultdict(list)
    for item in plan.awaiting:  # sorted by date already
        of_kind[item.address.kind].append(item)
    for kind, items in of_kind.items():
        yield from _awaiting(_AWAITED.get(kind, _AWAITED[ASSIGNMENT]), items, plan.binding.day)


_DATES = 5
_AWAITED = {
    ASSIGNMENT: "that the organization does not have",
    ENROLMENT_PROFILE.name: "that their device-management service does not have, for their enrolment settings",
}


def _awaiting(missed: str, awaited: Sequence[Awaiting], today: date) -> Iterator[Waiting]:
    """Devices that are missed in one way, by the day since when."""
    by_date: dict[str, list[Awaiting]] = defaultdict(list)
    for item in awaited:
        dates = len(by_date)
        by_date[item.since if item.since in by_date or dates < _DATES else list(by_date)[-1]].append(item)
    for since, items in by_date.items():
        later = " or later" if items[-1].since != since else ""
        text = f"Awaiting {counted(len(items), 'device')} {missed} (since {since}{later}{_age(since, today)})"
        yield Waiting(text, tuple(item.address.name for item in items), _gone(sum(item.vanished for item in items)))


def _gone(count: int) -> str:
    return (
        f"{count:,} of them {'was' if count == 1 else 'were'} there before and {'has' if count == 1 else 'have'} vanished." if count else ""
    )


def _age(since: str, today: date) -> str:
    days = (today - date.fromisoformat(since)).days
    return f", {counted(days, 'day')} ago" if days > 0 else ""
