"""How long an answer may take before the connection counts as lost, and how many may be awaited at once.

It learns: a slow server gets more time, and a line that is often lost fewer writes at once, so that less of them goes unanswered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from providers.roster_upload.words import LOST, lost

SLOWER = 4
"""An answer may take so many times as long as the slowest one before it."""
MOST_DOUBLINGS = 2
WINDOW = 16
"""Writes on their way at once at first, so that a long line is filled."""

T = TypeVar("T")


class Patience:
    """Waits for answers. `seconds`: for one answer, at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._slowest = 0.0
        self._losses = 0

    @property
    def limit(self) -> float:
        """Seconds that the next answer may take."""
        return float(max(self._seconds, SLOWER * self._slowest) * 2 ** min(self._losses, MOST_DOUBLINGS))

    @property
    def window(self) -> int:
        """How many writes may be on their way at once: 16, 4, then 1."""
        return max(WINDOW >> 2 * self._losses, 1)

    def lost(self) -> None:
        """A connection was lost: perhaps we only did not wait long enough."""
        self._losses += 1

    async def answer(self, request: Awaitable[T]) -> T:
        """The answer. Raises Lost if none can come any more; an SFTPError that passes through is an answer: a definite no."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(self.limit):
                answer = await request
        except LOST as error:
            raise lost(error) from None
        self._slowest = max(self._slowest, loop.time() - asked)
        return answer
