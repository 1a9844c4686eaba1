"""Who may act on whom, reset whose credentials, or inspect whom, and where: from roles, rosters and Apple's hierarchy.

Roles count at their location; an Administrator's count everywhere. Who holds several roles is as well protected as by the strongest of
them: each must be within reach. Privileges that an Administrator has edited in the portal are not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reconciler.kinds.hierarchy import ADMINISTRATOR, Deed, may
from reconciler.kinds.roles import Grant
from reconciler.resource import Declared
from reconciler.roster.part import Part, Roster

DEEDS: tuple[Deed, ...] = ("act", "reset", "inspect")
_ROLE_OF = {"students": "Student", "staff": "Instructor"}
"""What an upload makes of the rows of each file."""


@dataclass(frozen=True, slots=True, order=True)
class Holding:
    """A role at a location."""

    role: str
    location: str


@dataclass(frozen=True, slots=True)
class Access:
    """`holdings`: person (as the files call them) → the roles held."""

    holdings: Mapping[str, Collection[Holding]]

    def of(self, person: str) -> Collection[Holding]:
        """The roles of one person."""
        return self.holdings.get(person, ())

    def where(self, deed: Deed, person: str, target: str) -> list[str]:
        """The locations of `target` at which `person` may do it to them."""
        theirs = self.of(target)
        places = sorted({held.location for held in theirs}) if person != target else []
        return [place for place in places if self._reaches(deed, person, theirs, place)]

    def holders(self, role: str) -> list[str]:
        """Everybody with a role, wherever."""
        return sorted(person for person, held in self.holdings.items() if any(one.role == role for one in held))

    def _reaches(self, deed: Deed, person: str, theirs: Collection[Holding], place: str) -> bool:
        mine = {held.role for held in self.of(person) if held.location == place or held.role == ADMINISTRATOR}
        return any(all(may(deed, role, held.role) for held in theirs) for role in mine)


def access(roster: Roster, grants: Iterable[Declared], only: Collection[str] | None = None) -> Access:
    """Everybody's roles, or those of `only` these people."""
    found: dict[str, set[Holding]] = defaultdict(set)
    for file, role in _ROLE_OF.items():
        for part in roster.of(file):
            _add(found, part, role, only)
    for declared in grants:
        grant = declared.spec
        if isinstance(grant, Grant) and (only is None or grant.person in only):
            found[grant.person].add(Holding(grant.role, grant.location))
    return Access(found)


def _add(found: dict[str, set[Holding]], part: Part, role: str, only: Collection[str] | None) -> None:
    shared: dict[str, Holding] = {}
    for column in part.repeated("location_id"):
        for person, place in zip(part.keys, part.column(column), strict=True):
            if place and (only is None or person in only):
                found[person].add(shared.setdefault(place, Holding(role, place)))
