"""What a policy is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.plan import Plan
from reconciler.resource import Declared, Source
from reconciler.roster.part import Roster
from reconciler.settings import Settings

Place = Callable[..., Source | None]
"""Where the value at a path of reconciler.yaml stands: `place("approvals", 0, "until")`."""


def _nowhere(*path: str | int) -> None:
    del path


@dataclass(frozen=True, slots=True)
class Matter:
    """What policies judge. `plan`: None where only the files are looked at."""

    settings: Settings
    desired: Desired
    today: date
    roster: Roster = field(default_factory=Roster)
    place: Place = _nowhere
    plan: Plan | None = None
    _entries: dict[str, Mapping[str, Declared]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def entries(self, kind: str) -> Mapping[str, Declared]:
        """One Declared for each entry of a kind that is in effect, by the entry's name: thousands of devices share one.

        Found once for all policies: they are many, and so are devices.
        """
        if kind not in self._entries:
            self._entries[kind] = self._entries_of(kind)
        return self._entries[kind]

    def _entries_of(self, kind: str) -> Mapping[str, Declared]:
        named = self.desired.of(kind).values()
        distinct = dict(zip(map(id, named), named, strict=True)).values()
        ruled = (rule.declared for rule in self.desired.rules.get(kind, ()))
        return {declared.origin: declared for declared in (*distinct, *ruled)}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a policy. `where` is what a silence names: an entry, a guard, a location."""

    where: str
    message: str
    hint: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A check that comes with reconciler: `says` what it finds, `reason` why that matters, `page` who says so.

    `check` finds. One that needs the plan is asked only when there is one.
    """

    id: str
    severity: Severity
    says: str
    reason: str
    page: str
    check: Callable[[Matter], Iterable[Found]]
    of_plan: bool = False

    def diagnostic(self, found: Found) -> Diagnostic:
        """A finding as plans and validate show it."""
        return Diagnostic(found.source, f"{self.id} ({found.where}): {found.message}", found.hint, self.severity)
