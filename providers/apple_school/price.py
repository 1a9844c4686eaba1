"""How long steps will take under the rate budget, by playing them through both sliding windows. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from providers.apple_school.follow import FIRST_POLLS, LAG
from providers.apple_school.pack import POLLS
from providers.wire.budget import Limit
from reconciler.plan import Price, Step

REQUEST_SECONDS = 1.0
"""What one request takes by itself, roughly."""


class _Window:
    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._spent: deque[float] = deque(maxlen=limit.count)

    def take(self, at: float) -> float:
        """The moment at which a request wanted `at` may leave."""
        if len(self._spent) == self._limit.count:
            at = max(at, self._spent[0] + self._limit.seconds)
        self._spent.append(at)
        return at + REQUEST_SECONDS


def price(channel: str, steps: Sequence[Step], observe_reads: int, reads: Limit, writes: Limit) -> Price:
    """See Provider.price: per step one write, POLLS looks at the activity, and the reads of reading back."""
    budget = f"{reads.words}, {writes.words}"
    reading, writing = _Window(reads), _Window(writes)
    moment = 0.0
    for step in steps:
        moment = writing.take(moment)
        for wait in _waits(step):
            moment = reading.take(moment + wait)
    totals = sum(step.reads for step in steps), sum(step.writes for step in steps)
    return Price(channel, observe_reads, *totals, budget, round(moment))


def _waits(step: Step) -> list[float]:
    """Seconds before each of the step's reads: between looks, then once for Apple's lists to catch up."""
    return [*FIRST_POLLS[:POLLS], LAG, *[0.0] * (step.reads - POLLS - 1)]
