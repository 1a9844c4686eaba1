from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.simulator.academic.school import HEADERS, SCHOOL, School, files, packed

FINE = "COMPLETED COMPLETED_WITH_SUCCESS"
BROKEN = "FAILED INVALID_INPUT"
STUDENT = "s1,,Ada,,Byron,6,ada@school.example,abyron,4,north\n"
TWO = SCHOOL["students"]


def _changed(name: str, old: str, new: str) -> dict[str, bytes]:
    contents = files()
    assert old.encode() in contents[name]
    return contents | {name: contents[name].replace(old.encode(), new.encode(), 1)}


CONTAINERS: Mapping[str, tuple[bytes, str, str]] = {
    "as it should be": (packed(files()), FINE, ""),
    "no zip": (b"person_id,first_name\n", BROKEN, "The file is not a zip that can be read."),
    "cut in half": (packed(files())[:700], BROKEN, "The file is not a zip that can be read."),
    "in a folder": (packed({f"roster/{name}": data for name, data in files().items()}), BROKEN, "roster/staff.csv is in a folder"),
    "a file missing": (packed({name: data for name, data in files().items() if name != "staff.csv"}), BROKEN, "staff.csv is missing."),
    "a name in capitals": (packed({name.title(): data for name, data in files().items()}), BROKEN, "students.csv is missing."),
    "an empty file": (packed(files() | {"rosters.csv": b""}), BROKEN, "rosters.csv has no header row."),
    "files with headers only": (packed(files(dict.fromkeys(SCHOOL, ""))), FINE, ""),
    "a column renamed": (packed(_changed("staff.csv", "last_name", "surname")), BROKEN, "staff.csv: the column last_name is missing."),
    "a column twice": (packed(_changed("courses.csv", "course_number", "course_name")), BROKEN, "the column course_name is there twice."),
    "not UTF-8": (packed(files() | {"staff.csv": files()["staff.csv"].replace(b"Emmy", b"\xc9mmy")}), BROKEN, "staff.csv is not UTF-8."),
    "a value too many": (
        packed(_changed("courses.csv", "Maths,north", "Maths,north,")),
        BROKEN,
        "courses.csv:2 has 5 values, the header 4.",
    ),
    "a blank line": (packed(_changed("students.csv", "north\ns2", "north\n\ns2")), BROKEN, "students.csv:3 has 1 values"),
    "semicolons": (packed({name: data.replace(b",", b";") for name, data in files().items()}), FINE, ""),
    "semicolons in one file": (packed(files() | {"staff.csv": files()["staff.csv"].replace(b",", b";")}), FINE, ""),
    "semicolons in one row": (packed(_changed("courses.csv", "m6,M6", "m6;M6")), BROKEN, "courses.csv:2 has 3 values, the header 4."),
    "blanks around": (packed(_changed("courses.csv", "m6,M6", "m6, M6")), BROKEN, "courses.csv:2: there are blanks around a value."),
    "a tab around": (packed(_changed("courses.csv", "m6,M6", "m6,\tM6")), BROKEN, "there are blanks around a value."),
    "quoted with a comma": (packed(_changed("courses.csv", "Maths", '"Maths, pure"')), FINE, ""),
    "escaped quote": (packed(_changed("courses.csv", "Maths", r'"Maths \"pure\""')), FINE, ""),
    "escaped line break": (packed(_changed("courses.csv", "Maths", '"Maths\\\npure"')), FINE, ""),
    "doubled quotes": (packed(_changed("courses.csv", "Maths", '"Maths ""pure"""')), BROKEN, "a quote inside is written"),
    "quote not closed": (packed(_changed("courses.csv", "Maths", '"Maths')), BROKEN, "courses.csv:2: a quote is not closed."),
    "curly quotes": (packed(_changed("courses.csv", "Maths", "“Maths”")), BROKEN, "straight quotes"),
    "a backslash outside quotes": (packed(_changed("courses.csv", "Maths", r"Ma\ths")), BROKEN, "straight quotes"),
    "a curly apostrophe": (packed(_changed("students.csv", "Byron", "O’Byron")), FINE, ""),
}


@pytest.mark.parametrize("what", CONTAINERS)
def test_the_container_is_judged_to_the_byte(what: str) -> None:
    """A zip that is not as Apple wants it fails whole, says where, and changes nothing; one that is within the rules is imported."""
    content, outcome, message = CONTAINERS[what]
    with School() as school:
        assert school.upload_zip(content) == outcome
        told = "\n".join(school.portal.activities()[0]["messages"])
        assert (message in told) if message else not told
        assert outcome == FINE or school.portal.persons() == []


def test_values_arrive_as_they_were_meant() -> None:
    """Quotes, commas, escaped quotes and line breaks in a value are read as the characters that were meant."""
    with School() as school:
        school.upload_zip(packed(_changed("courses.csv", "Maths", '"Maths, \\"pure\\"\\\nand \\\\ odd"')))
        assert school.class_("6a").name == 'Maths, "pure"\nand \\ odd A'


ROWS: Mapping[str, tuple[dict[str, str], str]] = {
    "an unknown location": ({"students": TWO.replace("north", "south")}, BROKEN),
    "an unknown instructor": ({"classes": "6a,A,m6,t9,,,north"}, BROKEN),
    "an unknown second instructor": ({"classes": "6a,A,m6,t1,t9,,north"}, BROKEN),
    "a student as instructor": ({"classes": "6a,A,m6,s1,,,north"}, BROKEN),
    "an unknown course": ({"classes": "6a,A,m7,t1,,,north"}, BROKEN),
    "an unknown class": ({"rosters": "r1,6b,s1"}, BROKEN),
    "a member who is filtered out": ({"students": STUDENT}, BROKEN),
    "a key in other letters": ({"classes": "6a,A,M6,t1,,,north"}, BROKEN),
    "a person twice": ({"students": STUDENT + TWO}, BROKEN),
    "a person in both files": ({"staff": SCHOOL["staff"] + "\ns1,,Ada,,Byron,,,north"}, BROKEN),
    "a membership twice": ({"rosters": "r1,6a,s1\nr1,6a,s2"}, BROKEN),
    "no last name": ({"students": TWO.replace("Byron", "")}, "COMPLETED COMPLETED_WITH_ERROR INVALID_INPUT NOT_FOUND"),
    "a policy of five digits": ({"students": TWO.replace(",4,", ",5,")}, "COMPLETED COMPLETED_WITH_ERROR INVALID_INPUT NOT_FOUND"),
    "ids as tools make them": ({"courses": "m6.x_@,M6,Maths,north", "classes": "6a,A,m6.x_@,t1,,,north"}, FINE),
    "a class without instructor": ({"classes": "6a,A,m6,,,,north"}, FINE),
    "the primary location": (
        {"locations": "north,North\nprimary,Main", "students": TWO.replace("north", "primary", 1)},
        "COMPLETED COMPLETED_WITH_ERROR NOT_FOUND OPERATION_NOT_ALLOWED",
    ),
}


@pytest.mark.parametrize("what", ROWS)
def test_rows_are_judged(what: str) -> None:
    """Dangling references and repeated ids fail the import; a wrong value fails its row and what refers to it, and no other."""
    rows, outcome = ROWS[what]
    with School() as school:
        assert school.upload(rows) == outcome
        assert bool(school.portal.persons()) == outcome.startswith("COMPLETED")


def test_everything_wrong_is_told_at_once() -> None:
    """An upload with several faults says all of them in one activity."""
    with School() as school:
        school.upload({"classes": "6a,A,m7,t9,,,north", "rosters": "r1,6b,s1\nr2,6a,s9"})
        assert len(school.portal.activities()[0]["messages"]) == 4


def test_instructors_beyond_the_fifteenth_are_dropped_silently() -> None:
    """A class with sixteen instructors gets the first fifteen, and nothing tells of the last one."""
    numbers = range(1, 17)
    columns = ",".join(["instructor_id", *(f"instructor_id_{n}" for n in numbers[1:])])
    staff = "\n".join(f"t{n},,Emmy,,Noether{n},,,north" for n in numbers)
    with School() as school:
        header = HEADERS["classes"].replace("instructor_id,instructor_id_2,instructor_id_3", columns)
        rows = {"staff": staff, "classes": f"6a,A,m6,{','.join(f't{n}' for n in numbers)},north"}
        assert school.upload(rows, {"classes": header}) == FINE
        assert len(school.class_("6a").instructors) == 15


def test_further_locations_stand_in_numbered_columns() -> None:
    """A person with location_id_2 has a role at both locations."""
    with School() as school:
        rows = {"locations": "north,North\nsouth,South", "staff": f"{SCHOOL['staff']},south"}
        assert school.upload(rows, {"staff": f"{HEADERS['staff']},location_id_2"}) == FINE
        names = {location.unique_identifier: location.name for location in school.portal.locations()}
        assert {(grant.role, names[grant.location]) for grant in school.person("t1").roles} == {
            ("Instructor", "North"),
            ("Instructor", "South"),
        }
