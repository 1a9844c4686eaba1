"""Policies about rosters: an export that went wrong rarely looks wrong in a single row. People are only ever counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler import guide
from reconciler.diagnostic import Severity
from reconciler.phrases import some
from reconciler.policies.policy import Found, Matter, Policy

STUDENTS_PER_STAFF = 100
CROWD = 200
FEW = 50
"""Below so many students shares say nothing."""
GROWN = frozenset(("9", "09", "10", "11", "12", "13"))
PRIVATE = frozenset(
    ("gmail.com", "googlemail.com", "icloud.com", "me.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "gmx.de")
)
UPLOADS = guide.page("axm46d50f6bf")
PASSCODES = guide.page("axmfdbe2cb0d")
SYNC = guide.page("axmff5b12e69")
EVERYBODY = "roster"


def _few_staff(matter: Matter) -> Iterator[Found]:
    students, staff = matter.roster.count("students"), matter.roster.count("staff")
    if students >= FEW and staff * STUDENTS_PER_STAFF < students:
        message = f"{students:,} students have {staff:,} staff: the staff of some schools may be missing in an export."
        yield Found(EVERYBODY, message, "Compare with the student information system; whoever is missing loses the account.")


def _without_class(matter: Matter) -> Iterator[Found]:
    if matter.roster.count("rosters"):
        idle = len(set(matter.roster.keys("students")).difference(matter.roster.values("rosters", "student_id")))
        if idle >= FEW and idle * 4 > matter.roster.count("students"):
            message = f"{idle:,} students are in no class, more than one in four: lists of members may be missing in an export."
            yield Found(EVERYBODY, message, "Compare with the student information system before uploading.")


def _sizes(matter: Matter) -> Counter[str]:
    sizes = Counter(dict.fromkeys(matter.roster.keys("classes"), 0))
    sizes.update(matter.roster.values("rosters", "class_id"))
    return sizes


def _empty_classes(matter: Matter) -> Iterator[Found]:
    empty = [name for name, size in _sizes(matter).items() if not size]
    if empty:
        message = f"{len(empty):,} class{'es have' if len(empty) != 1 else ' has'} no students: {some(empty)}."
        yield Found(EVERYBODY, message, "Leave them out until they have some; teachers see empty classes in Classroom and Schoolwork.")


def _crowds(matter: Matter) -> Iterator[Found]:
    for name, size in _sizes(matter).items():
        if size > CROWD:
            message = f"the class has {size:,} students; a whole school or year may have been exported as one class."
            yield Found(name, message, "Split it into the classes that are taught.")


def _empty_places(matter: Matter) -> Iterator[Found]:
    if not (matter.roster.count("students") or matter.roster.count("staff")):
        return
    used = set(matter.roster.values("students", "location_id")) | set(matter.roster.values("staff", "location_id"))
    for name in matter.roster.keys("locations"):
        if name not in used and name != matter.settings.roster.primary_location:
            yield Found(
                name, "nobody has this main location: the export of a school may be missing.", "Compare with the school's own list."
            )


def _simple_passcodes(matter: Matter) -> Iterator[Found]:
    pairs = zip(matter.roster.values("students", "grade_level"), matter.roster.values("students", "password_policy"), strict=True)
    count = sum(policy == "4" and grade in GROWN for grade, policy in pairs)
    if count:
        message = f"{count:,} students of grade 9 and above have a passcode of four digits."
        yield Found(EVERYBODY, message, "Four digits are for young children: give them 6 or 8.")


def _two_sources(matter: Matter) -> Iterator[Found]:
    if matter.settings.roster.directory_sync and matter.settings.connections.roster_upload is not None:
        message = "a directory is connected, and rosters are to be uploaded beside it, which Apple does not allow."
        place = matter.place("roster", "directory_sync")
        yield Found("directory_sync", message, "Disconnect the directory in the portal, or delete connections.roster_upload.", place)


def _no_grade(matter: Matter) -> Iterator[Found]:
    grades = list(matter.roster.values("students", "grade_level"))
    blank = grades.count("")
    if blank >= FEW and len(grades) > blank:
        message = f"{blank:,} of {len(grades):,} students have no grade: a school's export may lack the column."
        yield Found(EVERYBODY, message, "Fill it in; apps and the portal sort students by it.")


def _private_addresses(matter: Matter) -> Iterator[Found]:
    for name, what in (("students", "students"), ("staff", "members of staff")):
        count = sum(mail.rpartition("@")[2].lower() in PRIVATE for mail in matter.roster.values(name, "email_address") if mail)
        if count:
            message = f"{count:,} {what} have an e-mail address at a private provider."
            yield Found(name, message, "Use the school's addresses: Apple sends there how to sign in.")


POLICIES = (
    Policy(
        "ROS-001",
        Severity.WARNING,
        "There are hardly any staff for so many students.",
        "An upload ends the accounts of everybody whom it leaves out. A school without its staff is the sign of a broken export.",
        UPLOADS,
        _few_staff,
    ),
    Policy(
        "ROS-002",
        Severity.WARNING,
        "More than a quarter of the students are in no class.",
        "Class members come from a list of their own; if that was cut, classes empty themselves in Classroom and Schoolwork.",
        UPLOADS,
        _without_class,
    ),
    Policy(
        "ROS-003",
        Severity.NOTE,
        "Classes have no students.",
        "They confuse teachers, and often come from a list of members that does not fit the list of classes.",
        UPLOADS,
        _empty_classes,
    ),
    Policy(
        "ROS-004",
        Severity.WARNING,
        "A class is as large as a school.",
        "Its teachers may see the screens, and reset the passwords, of all its students.",
        UPLOADS,
        _crowds,
    ),
    Policy(
        "ROS-005",
        Severity.WARNING,
        "A location has nobody.",
        "If it has people at Apple, this upload ends their accounts.",
        UPLOADS,
        _empty_places,
    ),
    Policy(
        "ROS-006",
        Severity.NOTE,
        "Older students have a passcode of four digits.",
        "Apple offers four digits for the youngest, who cannot remember more.",
        PASSCODES,
        _simple_passcodes,
    ),
    Policy(
        "ROS-007",
        Severity.ERROR,
        "A directory and uploads at the same time.",
        "Apple takes people from one source only. What the second one sends is refused, or ends what the first one made.",
        SYNC,
        _two_sources,
    ),
    Policy(
        "ROS-008",
        Severity.NOTE,
        "Some students have a grade and many have none.",
        "A column that one school's export lacks goes unnoticed until somebody looks for a year in the portal.",
        UPLOADS,
        _no_grade,
    ),
    Policy(
        "ROS-009",
        Severity.NOTE,
        "People have e-mail addresses at private providers.",
        "Who reads that mailbox can take the account; it belongs to a family, not to the school.",
        UPLOADS,
        _private_addresses,
    ),
)
