"""Several channels as one: every kind has its owner, and each question goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Credential, Look, Note, Outcomes, Provider, Receipt, Report, SignsIn


@dataclass(frozen=True, slots=True)
class Channels:
    """A Provider made of providers, in the order in which they work. No two speak the same kind, and the first one's clock counts."""

    members: tuple[Provider, ...]
    name: str = "channels"

    @property
    def kinds(self) -> tuple[str, ...]:
        """See Provider."""
        return tuple(kind for member in self.members for kind in member.kinds)

    @property
    def clock(self) -> Clock:
        """See Provider."""
        return self.members[0].clock

    def identity(self) -> str:
        """See Provider."""
        return " + ".join(member.identity() for member in self.members)

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider. A kind that nobody speaks is answered by the first."""
        return (self.owner(kind) or self.members[0]).capability(kind, verb)

    def owner(self, kind: str) -> Provider | None:
        """Who speaks a kind."""
        return next((member for member in self.members if kind in member.kinds), None)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        together = Observed()
        for member in self.members:
            together.merge(member.observe(look, report))
        return together

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider."""
        return [step for member in self.members for step in member.pack(_of(member, changes), observed)]

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider."""
        return tuple(
            price for member in self.members for price in member.price([step for step in steps if step.provider == member.name], observed)
        )

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider."""
        return self._carrier(step).send(step, note, report)

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Outcomes:
        """See Provider."""
        return self._carrier(step).settle(step, receipt, report)

    def credentials(self) -> Sequence[Credential]:
        """See SignsIn."""
        return [credential for member in self.members if isinstance(member, SignsIn) for credential in member.credentials()]

    def sign_in(self, place: str, report: Report) -> None:
        """See SignsIn."""
        for member in self.members:
            if isinstance(member, SignsIn) and any(credential.place == place for credential in member.credentials()):
                member.sign_in(place, report)

    def close(self) -> None:
        """See Provider."""
        for member in self.members:
            member.close()

    def _carrier(self, step: Step) -> Provider:
        return next(member for member in self.members if member.name == step.provider)


def _of(member: Provider, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.verdict.kind in member.kinds]
