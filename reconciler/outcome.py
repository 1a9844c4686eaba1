"""How a run went, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.errors import ReconcilerError
from reconciler.plan import Change, Step
from reconciler.provider import Outcomes, Result


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was tried, and what became of each address it covers."""

    step: Step
    outcomes: Outcomes
    reference: str = ""

    @property
    def landed(self) -> int:
        """How many addresses landed."""
        return sum(outcome.result is Result.LANDED for outcome in self.outcomes.values())


@dataclass(slots=True)
class Summary:
    """How a run went: steps tried, steps not tried and why, and what a person has to do."""

    run: str
    done: list[Done] = field(default_factory=list)
    not_tried: list[Step] = field(default_factory=list)
    stopped: str = ""
    error: ReconcilerError | None = None
    tasks: tuple[Change, ...] = ()
    recorded: int = 0
    awaited: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything that was to be applied landed."""
        return not self.not_tried and all(done.landed == len(done.outcomes) for done in self.done)
