"""One reading of the live organization."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.diagnostic import Diagnostic
from reconciler.licences.library import Library
from reconciler.resource import Seen


@dataclass(slots=True)
class Observed:
    """What a provider read, by kind and name.

    `items`: what exists. `present`: for kinds that hang on something else (an assignment hangs on a device), the things they can
    hang on, with their traits; a kind that is missing here was not read, so nothing may be said about absence. `titles`: what people
    call an item (its display name), for every item of a kind whose names we make up or choose ourselves. `findings`: what the
    live organization has that a person must know of. `reads`: requests spent, by channel. `settled`: names for which the provider vouches
    that declaration, record and life agree; they are not judged one by one. `swept`: names, neither declared nor ours, that a step of their
    kind ends because it leaves them out. `others`: kind → how many more there are, neither declared nor ours, that no step of ours reaches.
    `libraries`: content token → the apps and books of its location. `connected`: kind → the name that a connection goes by → what Apple
    calls the thing that it leads to.
    """

    items: dict[str, Mapping[str, Seen]] = field(default_factory=dict)
    present: dict[str, dict[str, Any]] = field(default_factory=dict)  # traits: each kind's own type
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    reads: dict[str, int] = field(default_factory=dict)
    settled: dict[str, Collection[str]] = field(default_factory=dict)
    swept: dict[str, Collection[str]] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    libraries: dict[str, Library] = field(default_factory=dict)
    connected: dict[str, dict[str, str]] = field(default_factory=dict)

    def seen(self, kind: str, name: str) -> Seen | None:
        """The item, or None if the channel does not have it."""
        return self.items.get(kind, {}).get(name)

    def title(self, kind: str, name: str) -> str:
        """What people call the item."""
        return self.titles.get(kind, {}).get(name, name)

    def merge(self, other: Observed) -> None:
        """Add what another channel read; no two speak the same kind."""
        self.items |= other.items
        self.present |= other.present
        self.titles |= other.titles
        self.findings += other.findings
        self.reads |= other.reads
        self.settled |= other.settled
        self.swept |= other.swept
        self.others |= other.others
        self.libraries |= other.libraries
        self.connected |= other.connected
