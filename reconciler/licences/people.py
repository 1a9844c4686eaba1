"""Which people an allocation means, by the pseudonyms that plans know them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from reconciler.licences.allocation import PeopleChoice
from reconciler.pseudonyms import Pseudonyms
from reconciler.roster.desired import Members, instructors, role_of
from reconciler.roster.layout import PEOPLE
from reconciler.roster.part import Roster

PERSON = "person"


class People:
    """Everybody in the roster. What two allocations ask alike is looked up once."""

    def __init__(self, roster: Roster, pseudonyms: Pseudonyms) -> None:
        self._roster = roster
        self._pseudonyms = pseudonyms
        self._asked: dict[PeopleChoice, Collection[str]] = {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """person_id → pseudonym."""
        ids = [key for layout in PEOPLE for key in self._roster.keys(layout.name)]
        return dict(zip(ids, self._pseudonyms.all(PERSON, ids), strict=True))

    @cached_property
    def everybody(self) -> frozenset[str]:
        """All pseudonyms."""
        return frozenset(self.names.values())

    @cached_property
    def without_account(self) -> frozenset[str]:
        """People of whom the roster has no e-mail address, which is the name of their Managed Apple Account."""
        found = []
        for layout in PEOPLE:
            for part in self._roster.of(layout.name):
                pairs = zip(part.keys, part.column("email_address"), strict=True)
                found += [self.names[key] for key, address in pairs if "@" not in address]
        return frozenset(found)

    def chosen(self, choice: PeopleChoice) -> Collection[str]:
        """Everybody who is meant."""
        if choice not in self._asked:
            self._asked[choice] = {self.names[id_] for id_ in self._ids(choice) if id_ in self.names}
        return self._asked[choice]

    def unknown(self, choice: PeopleChoice) -> Iterator[tuple[str, int, str]]:
        """What is asked for and not in the roster: its sort, how many, and one of them (of people none: they are not named)."""
        for what, asked, known in (
            ("location", choice.locations or frozenset(), self._places.keys()),
            ("class", choice.classes or frozenset(), self._classes.keys()),
            (PERSON, choice.listed, self.names.keys()),
        ):
            missing = sorted(asked - known)
            if missing:
                yield what, len(missing), "" if what == PERSON else missing[0]

    def _ids(self, choice: PeopleChoice) -> Collection[str]:
        if not choice.asks:
            return choice.listed
        parts = []
        if choice.role is not None:
            parts.append(self._roles.get(choice.role, set()))
        if choice.locations is not None:
            parts.append(set().union(*(self._places.get(place, ()) for place in choice.locations)))
        if choice.classes is not None:
            parts.append(set().union(*(self._classes.get(one, ()) for one in choice.classes)))
        return set.intersection(*parts) | choice.listed

    @cached_property
    def _roles(self) -> Mapping[str, set[str]]:
        return {role_of(layout): set(self._roster.keys(layout.name)) for layout in PEOPLE}

    @cached_property
    def _places(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {key: set() for key in self._roster.keys("locations")}
        for layout in PEOPLE:
            for part in self._roster.of(layout.name):
                for column in part.repeated("location_id"):
                    for key, place in zip(part.keys, part.column(column), strict=True):
                        found.setdefault(place, set()).add(key)
        return found

    @cached_property
    def _classes(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for part in self._roster.of("classes"):
            for key, teaching in zip(part.keys, instructors(part), strict=True):
                found[key].update(teaching)
        for key, students in Members.of(self._roster).students.items():
            found[key].update(students)
        return found
