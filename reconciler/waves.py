"""Big moves in waves: while a wave has not landed whole, nothing of the next one is planned.

Which devices go first is drawn by a hash of their names: the same ones on every run and every machine, and no school is always first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.capability import Route, Verb
from reconciler.plan import Change, LeftAlone
from reconciler.resource import Declared


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of one entry: its number of how many, who may change now, and how many wait for the next."""

    kind: str
    origin: str
    number: int
    total: int
    names: frozenset[str]
    waiting: int

    def says(self) -> LeftAlone:
        """What the plan tells of those that wait."""
        return LeftAlone(self.kind, self.waiting, f"of {self.origin}, which wait until wave {self.number} of {self.total} has landed whole")


def waves(changes: Sequence[Change], rollouts: Mapping[str, Sequence[int]], wanted: Mapping[str, Mapping[str, Declared]]) -> list[Wave]:
    """The wave that each entry with a rollout has reached. `rollouts`: see Desired."""
    moving: dict[tuple[str, str], set[str]] = defaultdict(set)
    for change in changes:
        if change.verdict.origin in rollouts and _moves(change):
            moving[change.verdict.kind, change.verdict.origin].add(change.name)
    found = []
    for (kind, origin), names in sorted(moving.items()):
        members = [name for name, declared in wanted.get(kind, {}).items() if declared.origin == origin]
        found.append(_reached(kind, origin, names, members, rollouts[origin]))
    return found


def allowed(changes: Sequence[Change], reached: Sequence[Wave]) -> Iterator[Change]:
    """The changes without those that wait for a later wave."""
    now = {(wave.kind, wave.origin): wave.names for wave in reached}
    for change in changes:
        names = now.get((change.verdict.kind, change.verdict.origin)) if _moves(change) else None
        if names is None or change.name in names:
            yield change


def _moves(change: Change) -> bool:
    """Adopting, and setting right what only our record has wrong, holds nobody up."""
    return change.verdict.route is Route.AUTOMATIC and change.verdict.verb in (Verb.CREATE, Verb.UPDATE)


def _reached(kind: str, origin: str, moving: set[str], members: Sequence[str], shares: Sequence[int]) -> Wave:
    drawn = sorted(members, key=lambda name: hashlib.blake2b(name.encode(), digest_size=8, person=b"rollout").digest())
    ends = [*(max(1, -(-len(drawn) * share // 100)) for share in shares), len(drawn)]
    for number, end in enumerate(ends, 1):
        names = moving.intersection(drawn[:end])
        if names:
            return Wave(kind, origin, number, len(ends), frozenset(names), len(moving) - len(names))
    raise AssertionError("a change of an entry that does not claim it")
