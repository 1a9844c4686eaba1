"""The organization's own time: it can wait an hour in no time, and it is kept in the file so that the next process sees it moved on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from providers.simulator.store import Store


class TenantClock:
    """A `reconciler.clock.Clock`.

    Pinned (the organization was seeded with a moment): time stands still there and moves only by what is slept.
    Not pinned: the real time plus everything slept so far.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def pinned(self) -> bool:
        """Whether time moves only by sleeping."""
        return self._store.meta("clock_anchor") is not None

    def stamp(self) -> float:
        """The present moment in seconds since 1970."""
        known = dict(self._store.rows("SELECT name, value FROM meta WHERE name IN ('clock_anchor', 'clock_slept')"))
        start = known.get("clock_anchor")
        return float(time.time() if start is None else start) + float(known.get("clock_slept", 0.0))

    def now(self) -> datetime:
        """See Clock."""
        return datetime.fromtimestamp(self.stamp(), UTC)

    def sleep(self, seconds: float) -> None:
        """Move the organization's time on by `seconds` and return at once."""
        add = "INSERT INTO meta VALUES ('clock_slept', ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
        self._store.rows(add, max(0.0, seconds))

    def pin(self, moment: datetime) -> None:
        """Start the organization's time at `moment` (aware) and let it move only by sleeping."""
        with self._store.transaction():
            self._store.set_meta("clock_anchor", moment.timestamp())
            self._store.set_meta("clock_slept", 0.0)


def wire_time(stamp: float | None) -> str | None:
    """A date-time as Apple writes it: UTC, with milliseconds only where there are any."""
    if stamp is None:
        return None
    text = datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.removesuffix(".000") + "Z"
