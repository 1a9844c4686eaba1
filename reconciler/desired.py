"""What the configuration wants, as loaded from the files and before the live organization is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.licences.allocation import Allocation
from reconciler.resource import Declared


class Matcher(Protocol):
    """A condition on the traits of a thing: all of its tests hold."""

    @property
    def tests(self) -> Sequence[tuple[int, Callable[[Any], object]]]:
        """Which trait, by its index in the kind's own named tuple, and whether a value of it will do. At most one test for a trait."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """`declared` for everything that `match` claims; which things those are is known only after observing."""

    match: Matcher
    declared: Declared


@dataclass(frozen=True, slots=True)
class Dormant:
    """An entry that is not in effect today, and why, in words ("from 2027-01-08", "until 2026-06-30")."""

    kind: str
    name: str
    why: str


@dataclass(slots=True)
class Desired:
    """`items`: kind → name → declared, for everything named outright. `rules`: kind → rules in effect. `dormant`: not today.

    For bulk kinds all names of one entry share one Declared object: identity, not only equality, groups them.
    `listed` counts, by kind, what roster sources hold beside the items. `rollouts`: entry → percent of its things by the end of each wave
    but the last. `lookups`: kind → matches of other kinds on its things, which need their traits. `allocations`: who is to have licences.
    """

    items: dict[str, Mapping[str, Declared]] = field(default_factory=dict)
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    dormant: list[Dormant] = field(default_factory=list)
    listed: dict[str, int] = field(default_factory=dict)
    rollouts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    lookups: dict[str, list[Matcher]] = field(default_factory=dict)
    allocations: list[Allocation] = field(default_factory=list)

    def of(self, kind: str) -> Mapping[str, Declared]:
        """The named items of one kind."""
        return self.items.get(kind, {})

    def count(self, kind: str) -> int:
        """How many things of one kind are declared, wherever."""
        return len(self.of(kind)) + self.listed.get(kind, 0)
