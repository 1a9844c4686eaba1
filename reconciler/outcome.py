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

    @property
    def taken(self) -> int:
        """How many the channel took without anybody seeing what it made of them."""
        return sum(outcome.result is Result.TAKEN for outcome in self.outcomes.values())


def told(done: Done) -> str:
    """How far a step came, in words."""
    of = len(done.outcomes)
    if done.taken:
        return f"{done.taken:,} of {of:,} taken by the server, not read back"
    return f"{done.landed:,} of {of:,} landed"


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
        """Whether everything that was to be applied landed, or was taken where nothing can be read back."""
        return not self.not_tried and all(done.landed + done.taken == len(done.outcomes) for done in self.done)
