"""The record: what we own in an organization, and what we declared that it does not have yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of one thing. After loading, equal entries are one object: a million names share a handful of them."""

    fingerprint: str
    """Of the spec last applied; opaque here, compared for equality only. Empty for awaited things."""
    remote_id: str = ""
    """The channel's own id; empty means that the name itself is the id."""
    attested: str = ""
    """Who confirmed, and when, a task that nothing can read back: `2026-11-23 jane@example.org`."""
    since: str = ""
    """ISO date from which a thing is awaited."""


Things = dict[str, dict[str, Entry]]
"""kind → name → entry"""

_NOTHING: Mapping[str, Entry] = {}


@dataclass(slots=True)
class Record:
    """What we own. A value in memory: a back end's `save` alone makes it last.

    `lineage` (32 hex digits) is made at the first save and never changes; `serial` counts saves. Both are empty (`""`, 0) before.
    """

    organization: str
    lineage: str = ""
    serial: int = 0
    entries: Things = field(default_factory=dict)
    """What we own."""
    awaiting: Things = field(default_factory=dict)
    """What is declared and not in the organization yet; entries with `since` only."""

    def kind(self, kind: str) -> Mapping[str, Entry]:
        """What we own of this kind, by name; empty where nothing is."""
        return self.entries.get(kind, _NOTHING)

    def awaited(self, kind: str) -> Mapping[str, Entry]:
        """What is awaited of this kind, by name; empty where nothing is."""
        return self.awaiting.get(kind, _NOTHING)

    def put(self, kind: str, name: str, entry: Entry) -> None:
        """Own a thing, or replace what is remembered of it. What is owned is awaited no longer."""
        self.entries.setdefault(kind, {})[name] = entry
        _remove(self.awaiting, kind, name)

    def drop(self, kind: str, name: str) -> None:
        """Own a thing no longer; nothing happens where it was not owned."""
        _remove(self.entries, kind, name)

    def put_awaiting(self, kind: str, name: str, since: str) -> None:
        """Await a thing. The first date stays, so that its age is told from when it was first missed."""
        self.awaiting.setdefault(kind, {}).setdefault(name, Entry(fingerprint="", since=since))

    def copy(self) -> Record:
        """An independent record; the entries, being frozen, stay shared."""
        entries = {kind: dict(names) for kind, names in self.entries.items()}
        awaiting = {kind: dict(names) for kind, names in self.awaiting.items()}
        return Record(self.organization, self.lineage, self.serial, entries, awaiting)


def _remove(things: Things, kind: str, name: str) -> None:
    names = things.get(kind)
    if names is None or names.pop(name, None) is None:
        return
    if not names:
        # An empty kind has no line in a file: keeping it would make a record unequal to itself once read back.
        del things[kind]
