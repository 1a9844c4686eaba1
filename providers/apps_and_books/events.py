"""An event, followed to its end. Its COMPLETE is only a hint of when to look, and its FAILED does not mean that nothing happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from providers.apps_and_books import calls
from providers.apps_and_books.decode import Config, Failure, Licence
from providers.apps_and_books.errors import word
from providers.wire.message import Call, rest

FIRST_LOOK = 10.0
BETWEEN_LOOKS = 30.0
"""Seconds. "Subscribing to Notifications": at least half a minute between looks at a pending event."""
LONGEST = timedelta(minutes=10)
"""Likewise: an event that is pending for so long has failed, and may be asked for again."""
LAG = timedelta(seconds=90)
"""How long after its end an event's effects may still show up in Apple's lists (fleetdm/fleet issue 25458 saw such delays)."""

Now = Callable[[], datetime]


class End(StrEnum):
    """How an event ended, as far as it says."""

    COMPLETE = "Apple reported success"
    FAILED = "Apple reported errors"
    STUCK = "Apple did not finish within ten minutes"
    FORGOTTEN = "Apple no longer knows the event"
    LOST = "Apple's answer was lost"


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an event, until when its effects may still show up in Apple's lists, why parts failed, and how many did not."""

    end: End
    until: datetime
    failures: tuple[Failure, ...] = ()
    completed: int = 0

    def why(self, licence: Licence) -> str:
        """Apple's word for a licence; empty if it has none."""
        return self._word(lambda failure: _about(failure, licence))

    def why_user(self, id_: str) -> str:
        """Apple's word for a user; likewise."""
        return self._word(lambda failure: id_ in failure.users or not failure.users)

    def _word(self, about: Callable[[Failure], bool]) -> str:
        return " or ".join(dict.fromkeys(word(failure.number) for failure in self.failures if about(failure)))


def _about(failure: Failure, licence: Licence) -> bool:
    """Whether a failure may be this licence's: what it names must fit, and what it does not name fits."""
    targets = failure.users | failure.serials
    return (not failure.assets or licence.asset in failure.assets) and (not targets or bool({licence.user, licence.serial} & targets))


def follow(config: Config, title: str, event: str, sent: datetime, now: Now) -> Call[Ending]:
    """Look until the event ends, or ten minutes are over. An event whose id never came is over then, too."""
    if not event:
        return Ending(End.LOST, sent + LONGEST)
    wait = FIRST_LOOK
    while True:
        yield from rest(wait, f"{title}: Apple is working on it")
        told = yield from calls.status(config, title, event)
        if told is None:
            return Ending(End.FORGOTTEN, sent + LONGEST)
        if told.status in _ENDS:
            return Ending(_ENDS[told.status], now() + LAG, told.failures, told.completed)
        if now() - sent >= LONGEST:
            return Ending(End.STUCK, now())
        wait = BETWEEN_LOOKS


_ENDS: Mapping[str, End] = {"COMPLETE": End.COMPLETE, "FAILED": End.FAILED}
