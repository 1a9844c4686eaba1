"""The rate budget: sliding windows on the channel's own clock, kept between processes.

`pyrate-limiter`'s bucket does the counting: it takes the moment of every request from its caller, so our clock drives it, and its
log is plain moments, so it can be kept as JSON. Its `Limiter` is left out: that sleeps on the machine's clock in threads of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from reconciler.clock import Clock
from reconciler.provider import Allowance, Scratch


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests of one sort in any window of `seconds`; `words` is how people say it ("20 reads a minute")."""

    count: int
    seconds: int
    words: str


class Window:
    """One sliding window: what was spent, in milliseconds since 1970."""

    def __init__(self, limit: Limit, clock: Clock, spent: list[int]) -> None:
        self.limit = limit
        self._clock = clock
        self._bucket = InMemoryBucket([Rate(limit.count, limit.seconds * 1000)])
        now = self._now()
        # Moments to come were written under another clock (a rehearsal that began anew); they say nothing about this one.
        self._bucket.items = [RateItem("request", moment) for moment in sorted(spent) if moment <= now]

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def take(self) -> float:
        """Spend one request and return 0, or spend none and return the seconds until there is room."""
        item = RateItem("request", self._now())
        if self._bucket.put(item):
            self._bucket.leak(item.timestamp)
            return 0.0
        wait = self._bucket.waiting(item)
        assert isinstance(wait, int)  # only buckets on a network answer with an awaitable
        return max(wait, 1) / 1000

    def left(self) -> int:
        """How many requests there is room for now."""
        begin, spent = self._now() - self.limit.seconds * 1000, self._bucket.items
        # It is told after every request, so the window, whose moments ascend, is not gone through for that.
        return max(self.limit.count - len(spent) + bisect_right(spent, begin, key=attrgetter("timestamp")), 0)

    def answered(self, count: int = 1) -> None:
        """The last so many requests were answered just now: the channel may have counted them as late as this."""
        for item in self._bucket.items[-count:]:
            item.timestamp = max(item.timestamp, self._now())

    def spent(self) -> list[int]:
        """What later processes must know."""
        return [item.timestamp for item in self._bucket.items]


class Budget:
    """The windows of one organization by sort of request, kept in a scratch store under one name.

    Kept before every write, before every wait and at the end of every call. A process killed in between forgets at most the reads of
    one window, and is told so by a 429; a lock for processes that run at once would cost more than that.
    """

    def __init__(self, name: str, owner: str, limits: Mapping[str, Limit], clock: Clock, scratch: Scratch) -> None:
        self._name = name
        self._owner = owner
        self._scratch = scratch
        kept = _kept(scratch.get(name), owner)
        self.windows = {sort: Window(limit, clock, kept.get(sort, [])) for sort, limit in limits.items()}

    def allowances(self) -> tuple[Allowance, ...]:
        """What is left of it, for eyes."""
        return tuple(Allowance(window.left(), window.limit.words) for window in self.windows.values())

    def keep(self) -> None:
        """Write down what was spent."""
        spent = {sort: window.spent() for sort, window in self.windows.items()}
        self._scratch.put(self._name, {"owner": self._owner, "spent": spent})


def _kept(value: object, owner: str) -> dict[str, list[int]]:
    """What a former process wrote, if it is sound and of this organization."""
    if not isinstance(value, dict) or value.get("owner") != owner or not isinstance(value.get("spent"), dict):
        return {}
    return {
        str(sort): [moment for moment in moments if isinstance(moment, int)]
        for sort, moments in value["spent"].items()
        if isinstance(moments, list)
    }
