"""What was uploaded last, kept privately on this machine so that plans can say how things were before.

Even here nobody has a name: people are pseudonyms, and keyed hashes stand for what tells who somebody is. Losing it does no harm: the
record alone says whether a thing is as it was accepted, and where shrinking must be noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import orjson

from reconciler.kinds import KINDS
from reconciler.provider import Scratch
from reconciler.resource import Spec
from reconciler.roster.desired import Declarations

SENT, ACCEPTED, BEFORE = "roster-sent", "roster-accepted", "roster-before"


@dataclass(frozen=True, slots=True)
class Copy:
    """One upload. `digest` is that of its content, `sent` when it left; `things`: kind → name → its mark and its spec as JSON."""

    digest: str = ""
    sent: datetime | None = None
    things: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def mark(self, kind: str, name: str) -> str:
        """The mark of one thing; empty where the upload did not have it."""
        return self.things.get(kind, {}).get(name, ("", ""))[0]

    def spec(self, kind: str, name: str) -> Spec | None:
        """How one thing was uploaded; None where the upload did not have it."""
        found = self.things.get(kind, {}).get(name)
        return KINDS[kind].spec.model_validate_json(found[1]) if found else None


class Copies:
    """The last upload that was sent, the last one that was accepted, and the one accepted before it."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch

    def keep(self, digest: str, moment: datetime, declared: Mapping[str, Declarations]) -> None:
        """Keep what is about to be sent."""
        things = {kind: {name: _packed(mark, one.spec(name)) for name, mark in one.fingerprints.items()} for kind, one in declared.items()}
        self._scratch.put(SENT, {"digest": digest, "sent": moment.isoformat(), "things": things})

    def accept(self, digest: str) -> None:
        """What was sent has been accepted; nothing happens where something else was sent since, or where that is known already."""
        plain, accepted = self._read(SENT), self._read(ACCEPTED)
        if plain.get("digest") == digest and plain["sent"] != accepted.get("sent"):
            self._scratch.put(BEFORE, accepted)
            self._scratch.put(ACCEPTED, plain)

    def before(self) -> Copy:
        """What was accepted before what was accepted last."""
        return _copy(self._read(BEFORE))

    def take_back(self) -> None:
        """What was accepted last was not, after all."""
        self._scratch.put(ACCEPTED, self._read(BEFORE))

    def last_sent(self) -> datetime | None:
        """When an upload last left."""
        return self.sent().sent

    def sent(self) -> Copy:
        """What was sent last."""
        return _copy(self._read(SENT))

    def accepted(self) -> Copy:
        """What was accepted last."""
        return _copy(self._read(ACCEPTED))

    def _read(self, name: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self._scratch.get(name) or {})


def _packed(mark: str, spec: Spec) -> tuple[str, str]:
    return mark, orjson.dumps(spec.model_dump(exclude_defaults=True)).decode()


def _copy(plain: Mapping[str, Any]) -> Copy:
    return Copy(plain["digest"], datetime.fromisoformat(plain["sent"]), plain["things"]) if plain else Copy()
