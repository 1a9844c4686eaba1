"""Rosters: locations, people, courses and classes, as Apple School Manager takes them by upload.

What each carries is what Apple's six files have columns for (Apple School Manager User Guide, "Students", "Staff", "Courses", "Classes",
"Rosters" and "Locations" template pages). Whether references hold is judged over all sources together (reconciler.roster.check).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.declare import as_written
from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import TEXT, Choice, Json, OneOrMany, Reader, Text, empty, wrong
from reconciler.kinds.kind import Kind
from reconciler.kinds.roster_found import export_roster
from reconciler.resource import Spec

Role = Literal["staff", "student"]
PASSCODES = ("4", "6", "8")
"""Four digits, six digits, or eight and more letters and digits (Apple School Manager User Guide, "Passcode policies")."""
UNKNOWN = "?"
"""Stands for a value, or for one member of a class, that was uploaded before and is not known here any more."""
ROSTER = "roster"
"""What Apple takes only as a whole: whatever an upload leaves out ends there."""


def _read_passcode(value: object) -> str:
    if value is None:
        raise empty()
    if str(value) not in PASSCODES:
        raise wrong("must be 4, 6 or 8.", "Four digits, six digits, or eight letters and digits.")
    return str(value)


PASSCODE = Reader(_read_passcode, {"enum": [4, 6, 8, *PASSCODES]})


class Location(Spec):
    """A school or another place."""

    name: str


class Person(Spec):
    """Somebody with a Managed Apple Account. The first location is the main one; an empty passcode means the location's own policy.

    Declared, it is in clear; planned, all that tells who it is are keyed hashes. `source`: who made an account that no upload of ours did.
    """

    role: Role
    first_name: str
    last_name: str
    locations: tuple[str, ...]
    middle_name: str = ""
    number: str = ""
    grade: str = ""
    email: str = ""
    sis_username: str = ""
    passcode: str = ""
    source: str = ""


class Course(Spec):
    """What is taught."""

    location: str
    number: str = ""
    name: str = ""


class Class(Spec):
    """A course taught by somebody to somebody; planned, its members are pseudonyms. `source` as for people."""

    course: str
    location: str
    number: str = ""
    instructors: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    source: str = ""


class LocationEntry(Entry):
    """A school or another place. Its key is its location_id for ever; `name` may change."""

    name: Text = Field(description="The name that people see.", examples=["North School"])


def _for_students(schema: Json) -> None:
    schema["if"] = {"properties": {"role": {"const": "staff"}}}
    schema["then"] = {"not": {"anyOf": [{"required": ["grade"]}, {"required": ["passcode"]}]}}


class PersonEntry(Entry):
    """A student or a member of staff. The key is the person_id, which Apple never changes."""

    model_config = ConfigDict(json_schema_extra=_for_students)

    role: Annotated[Role, Choice()] = Field(description="Staff become instructors.")
    first_name: Text = Field(description="First name.")
    last_name: Text = Field(description="Last name.")
    locations: Annotated[tuple[Text, ...], OneOrMany()] = Field(description="Keys under locations; the first is the main one.")
    middle_name: Annotated[str, TEXT] = Field(default="", description="Middle name.")
    number: Annotated[str, TEXT] = Field(default="", description="Badge or student number.")
    grade: Annotated[str, TEXT] = Field(default="", description="Grade, for students.", examples=["7", "K"])
    email: Annotated[str, TEXT] = Field(default="", description="E-mail address; the account's name in a federated domain.")
    sis_username: Annotated[str, TEXT] = Field(default="", description="User name in the student information system.")
    passcode: Annotated[str, PASSCODE] = Field(default="", description="Passcode policy, for students; without it, the location's.")

    @model_validator(mode="before")
    @classmethod
    def _group(cls, value: Any) -> Any:  # Any: as it was written
        """The usual sentence would quote what stands here, which may be a child's name."""
        if value is not None and not isinstance(value, Mapping):
            raise wrong("must be a group of settings.", f"It has keys of its own: {', '.join(cls.model_fields)}.")
        return value

    @model_validator(mode="after")
    def _student_only(self) -> PersonEntry:
        given = [name for name in ("grade", "passcode") if getattr(self, name)]
        if self.role == "staff" and given:
            raise wrong(f"is staff and has a {given[0]}.", "Apple keeps it for students only: delete the line.")
        return self


class CourseEntry(Entry):
    """A course. Its key is its course_id."""

    location: Text = Field(description="The key of the location.", examples=["north"])
    number: Annotated[str, TEXT] = Field(default="", description="Course number.", examples=["SCI-101"])
    name: Annotated[str, TEXT] = Field(default="", description="The name that people see.", examples=["Science"])


class ClassEntry(Entry):
    """A class. Its key is its class_id."""

    course: Text = Field(description="The key of the course.", examples=["science"])
    location: Text = Field(description="The key of the location.", examples=["north"])
    number: Annotated[str, TEXT] = Field(default="", description="Class number, shown behind the course's name.", examples=["7-A"])
    instructors: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Keys of staff under people, at most 15.", examples=[["t-100"]]
    )
    students: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Keys of students under people.", examples=[["s-1", "s-2"]]
    )


LOCATION = Kind(
    "location",
    "locations",
    ("location", "locations"),
    Location,
    whole=ROSTER,
    entry=LocationEntry,
    build=as_written("location", Location),
    export=partial(export_roster, kind="location"),
)
PERSON = Kind(
    "person",
    "people",
    ("person", "people"),
    Person,
    labels={
        "first_name": "first name",
        "middle_name": "middle name",
        "last_name": "last name",
        "email": "e-mail address",
        "sis_username": "SIS user name",
        "passcode": "passcode policy",
    },
    personal=frozenset(("first_name", "middle_name", "last_name", "number", "email", "sis_username")),
    whole=ROSTER,
    entry=PersonEntry,
    build=as_written("person", Person),
    export=partial(export_roster, kind="person"),
)
COURSE = Kind(
    "course",
    "courses",
    ("course", "courses"),
    Course,
    whole=ROSTER,
    entry=CourseEntry,
    build=as_written("course", Course),
    export=partial(export_roster, kind="course"),
)
CLASS = Kind(
    "class",
    "classes",
    ("class", "classes"),
    Class,
    whole=ROSTER,
    entry=ClassEntry,
    build=as_written("class", Class),
    export=partial(export_roster, kind="class"),
)
