"""What a roster holds, in numbers: nobody's name is ever printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields

from reconciler.roster.part import Roster
from reconciler.roster.report import shown


@dataclass(slots=True)
class Counts:
    """Of one location. People are counted at their main location, members at their class's."""

    students: int = 0
    staff: int = 0
    courses: int = 0
    classes: int = 0
    members: int = 0

    def __str__(self) -> str:
        singular = {"students": "student", "classes": "class", "courses": "course", "members": "class member", "staff": "staff"}
        plural = singular | {"students": "students", "classes": "classes", "courses": "courses", "members": "class members"}
        values = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return ", ".join(f"{value:,} {(singular if value == 1 else plural)[name]}" for name, value in values)


def by_location(roster: Roster) -> dict[str, Counts]:
    """Location → counts, by id; every location that is declared, empty ones too."""
    found = {key: Counts() for key in sorted(set(roster.keys("locations")))}
    for name in ("students", "staff", "courses", "classes"):
        for location, count in Counter(roster.values(name, "location_id")).items():
            setattr(found.setdefault(location, Counts()), name, count)
    home = dict(zip(roster.keys("classes"), roster.values("classes", "location_id"), strict=True))
    for location, count in Counter(home.get(one, "") for one in roster.values("rosters", "class_id")).items():
        found.setdefault(location, Counts()).members = count
    return found


def lines(roster: Roster) -> Iterator[str]:
    """One line per location, then the total."""
    counts = by_location(roster)
    for location, one in counts.items():
        yield f"  {shown(location)}: {one}"
    total = Counts(*(sum(getattr(one, field.name) for one in counts.values()) for field in fields(Counts)))
    yield f"  {len(counts):,} location{'s' * (len(counts) != 1)} in all: {total}"
