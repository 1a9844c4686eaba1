"""An event at work: which of its tasks may be done, and which failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.simulator.store import Store
from providers.simulator.switches import Setting

Info = Mapping[str, Any]
"""An errorInfo: assets, clientUserIds, serialNumbers."""


@dataclass(slots=True)
class Work:
    """`at` is when the event ends, `seen_at` when lists show what it did (seconds since 1970); tasks beyond `most` are not done.

    `done` holds what succeeded, as notifications tell it; `failures` the number and the errorInfo of what did not.
    """

    store: Store
    settings: Mapping[str, Setting]
    library: str
    at: float
    seen_at: float
    most: int
    every: int
    tasks: int = 0
    changed: bool = False
    done: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[int, Info]] = field(default_factory=list)

    def quirk(self, name: str) -> str:
        """The word of a switch."""
        return self.settings[name].word

    def hindered(self) -> bool:
        """Whether the next task is one that the event's fate does not let happen."""
        self.tasks += 1
        return self.tasks > self.most or (self.every > 0 and self.tasks % self.every == 0)

    def finish(self, number: int, told: dict[str, Any], info: Info) -> None:
        """One task has ended: well (0), or with an error's number."""
        if number:
            self.failures.append((number, info))
        else:
            self.done.append(told)
