"""Back from pseudonyms to people, for who holds the organization's key: by trying everybody in the files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reconciler.pseudonyms import DIGITS, MARK, Pseudonyms
from reconciler.roster.desired import ATTRIBUTES, CLEAR, PERSON, role_of
from reconciler.roster.layout import LOCATIONS, PEOPLE
from reconciler.roster.part import Part, Roster

PSEUDONYM = re.compile(rf"{MARK}[a-z2-7]{{{DIGITS}}}")
MASK = re.compile("#[0-9a-f]{10}")
"""What stands for a value in a plan: see Pseudonyms.mask."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """Somebody in clear. `locations`: their names, where the roster has them."""

    pseudonym: str
    person_id: str
    name: str
    role: str
    grade: str
    locations: tuple[str, ...]

    def __str__(self) -> str:
        grade = [f"grade {self.grade}"] if self.grade else []
        return f"{self.pseudonym}  {self.person_id}  {', '.join([self.name, self.role, *grade, *self.locations])}"


def people(roster: Roster, pseudonyms: Pseudonyms, wanted: Collection[str] | None = None) -> dict[str, Revealed]:
    """Pseudonym → who it is, for those wanted who are in the roster; None wants everybody."""
    names = _location_names(roster)
    found: dict[str, Revealed] = {}
    for part in _parts(roster):
        for row, pseudonym in enumerate(pseudonyms.all(PERSON, part.keys)):
            if wanted is None or pseudonym in wanted:
                found[pseudonym] = _revealed(part, row, pseudonym, names)
    return found


def values(roster: Roster, pseudonyms: Pseudonyms, wanted: Collection[str]) -> dict[str, str]:
    """Mask → attribute and value, for those wanted that are anybody's in the roster."""
    found: dict[str, str] = {}
    for part in _parts(roster) if wanted else ():
        for column, attribute in ATTRIBUTES.items():
            for value in set(part.column(column)) if attribute not in CLEAR else ():
                mask = pseudonyms.mask(attribute, value)
                if mask in wanted:
                    found[mask] = f"{attribute}: {value}"
    return found


def _parts(roster: Roster) -> Iterator[Part]:
    for layout in PEOPLE:
        yield from roster.of(layout.name)


def _location_names(roster: Roster) -> dict[str, str]:
    return {
        key: name for part in roster.of(LOCATIONS.name) for key, name in zip(part.keys, part.column("location_name"), strict=True) if name
    }


def _revealed(part: Part, row: int, pseudonym: str, names: Mapping[str, str]) -> Revealed:
    words = (part.column(column)[row] for column in ("first_name", "middle_name", "last_name"))
    places = filter(None, (part.column(column)[row] for column in part.repeated("location_id")))
    return Revealed(
        pseudonym,
        part.keys[row],
        " ".join(filter(None, words)),
        role_of(part.layout),
        part.column("grade_level")[row],
        tuple(names.get(place, place) for place in places),
    )
