"""Marks: the fingerprints of a roster's things, which also say what guards need where nothing else is at hand.

A record is committed; the last upload, which has everybody in it, is not. So that a shrinking school is noticed from the record alone, a
person's mark names role and main location, and a class's mark its location and how many students it has.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.kinds.roster import UNKNOWN, Class, Course, Location, Person, Role
from reconciler.resource import Spec


@dataclass(frozen=True, slots=True)
class Mark:
    """`digest` is keyed. `sort`: a person's role, a class's number of students. `place`: the id of the (main) location."""

    digest: str
    sort: str = ""
    place: str = ""

    def __str__(self) -> str:
        return f"{self.digest} {self.sort} {self.place}".rstrip()

    @classmethod
    def read(cls, text: str) -> Mark:
        """From the record."""
        return cls(*text.split(" ", 2))


_PERSONAL = ("first_name", "last_name", "middle_name", "number", "grade", "email", "sis_username", "passcode")


def remembered(kind: str, mark: Mark) -> Spec:
    """What a mark alone tells of a thing; the rest is UNKNOWN."""
    match kind:
        case "person":
            role: Role = "staff" if mark.sort == "staff" else "student"
            unknown = dict.fromkeys(
                ("first_name", "last_name", "middle_name", "number", "grade", "email", "sis_username", "passcode"), UNKNOWN
            )
            return Person(role=role, locations=(mark.place,), **unknown)
        case "class":
            members = int(mark.sort) if mark.sort.isdecimal() else 0
            return Class(course=UNKNOWN, location=mark.place, number=UNKNOWN, instructors=(UNKNOWN,), students=(UNKNOWN,) * members)
        case "course":
            return Course(location=mark.place, number=UNKNOWN, name=UNKNOWN)
        case _:
            return Location(name=UNKNOWN)
