"""An activity, followed to its end. Apple's "completed" is only a hint of when to look, never of what became of a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, repeat
from typing import Any

from providers.apple_school import calls
from providers.apple_school.decode import moment, text
from providers.wire.message import Call, rest

FIRST_POLLS = (5.0, 10.0, 20.0, 30.0)
"""Seconds between the first looks at an activity; a minute from then on."""
LAG = 15.0
"""Seconds that Apple's lists were seen to trail behind the end of an activity."""
LONGEST_LAG = timedelta(seconds=60)
SETTLING = timedelta(minutes=10)
"""An activity whose answer was lost has shown itself after so long, or was never taken. Activities take seconds to minutes."""

Now = Callable[[], datetime]


class End(StrEnum):
    """How an activity ended, as far as it says. PARTLY also stands for every end that we do not know."""

    SUCCESS = "Apple reported success"
    PARTLY = "Apple reported errors"
    FAILED = "Apple's activity failed"
    STOPPED = "Apple's activity was stopped"
    RUNNING = "still running at Apple"
    FORGOTTEN = "Apple no longer knows the activity"
    LOST = "Apple's answer was lost"


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an activity, the address of its log, and until when its effects may still show up in Apple's lists."""

    end: End
    log: str
    until: datetime


def follow(title: str, reference: str, sent: datetime, patience: timedelta, now: Now) -> Call[Ending]:
    """Poll, at growing distances, until the activity ends or patience does. `title` says what it does."""
    if not reference:
        return Ending(End.LOST, "", sent + SETTLING)
    for wait in _waits():
        yield from rest(wait, f"{title}: Apple is working on it")
        told = yield from calls.activity(reference)
        if told is None:
            return Ending(End.FORGOTTEN, "", sent + SETTLING)
        if (end := _end(told)) is not End.RUNNING:
            ended = moment(told.get("completedDateTime")) or now()
            return Ending(end, text(told.get("downloadUrl")), ended + LONGEST_LAG)
        if now() - sent >= patience:
            break
    return Ending(End.RUNNING, "", now())


def _waits() -> Iterator[float]:
    return chain(FIRST_POLLS, repeat(60.0))


def _end(told: Mapping[str, Any]) -> End:
    status, substatus = text(told.get("status")), text(told.get("subStatus"))
    match status:
        case "COMPLETED":
            return End.SUCCESS if substatus == "COMPLETED_WITH_SUCCESS" else End.PARTLY
        case "FAILED":
            return End.FAILED
        case "STOPPED":
            return End.STOPPED
    return End.RUNNING
