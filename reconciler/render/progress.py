"""Where a run stands, gathered from its notices, in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from reconciler.phrases import duration, plain
from reconciler.provider import Allowance, Notice, Stage


@dataclass(slots=True)
class Standing:
    """What is being done, what it waits for, what is left of the rate budget, and which step of a run it is.

    A wait does not take the place of what is being done: nothing was lost, something is only not there yet. It ends with the next notice.
    """

    doing: Notice = field(default_factory=lambda: Notice("Starting …"))
    waiting: Notice | None = None
    budget: tuple[Allowance, ...] = ()
    stage: Stage | None = None
    _since: float = 0.0

    def take(self, notice: Notice) -> None:
        """Note what a notice says."""
        self.waiting = notice if notice.wait else None
        self._since = time.monotonic()
        if notice.text and not notice.wait:
            self.doing = notice
        self.budget, self.stage = notice.budget or self.budget, notice.stage or self.stage

    def action(self) -> str:
        """What is being done, and how far."""
        count = (
            f" {self.doing.done or 0:,} of {self.doing.total:,}" if self.doing.total else f" {self.doing.done:,}" if self.doing.done else ""
        )
        return plain(f"{self.doing.text}{count}")

    def details(self, remaining: float | None = None) -> Iterator[str]:
        """What it waits for, which step it is, how long it takes yet (`remaining`, in seconds, where no plan foretells it), the budget."""
        if self.waiting:
            left = self.waiting.wait - (time.monotonic() - self._since)
            yield plain(self.waiting.text) + (f", {duration(left)}" if left > 0 else "")
        if self.stage and self.stage.of > 1:
            yield f"step {self.stage.step:,} of {self.stage.of:,}"
        seconds = self.stage.seconds - (time.monotonic() - self._since) if self.stage else remaining
        if seconds and seconds > 0:
            yield f"about {duration(seconds)} left"
        if self.budget:
            yield f"{', '.join(f'{one.left:,} of {one.limit}' for one in self.budget)} left"
