from __future__ import annotations

import hashlib
import io
import zipfile

from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Roster
from reconciler.roster.write import roster_id, to_files, to_zip
from tests.roster.district import INVENTED, roster_of

GOLDEN = {
    "staff.csv": b"""person_id,person_number,first_name,middle_name,last_name,email_address,sis_username,location_id,location_id_2
t-0,,Imagined0,,Nobody,t0@staff.example,v0,south,
t-1,,Imagined1,,Nobody,t1@staff.example,v1,south,north
t-2,,Imagined2,,Nobody,t2@staff.example,v2,south,north
t-3,,Imagined3,,Nobody,t3@staff.example,v3,south,north
""",
    "courses.csv": b"""course_id,course_number,course_name,location_id
sci,SCI-1,"Science, general",north
""",
    "classes.csv": b"""class_id,class_number,course_id,instructor_id,instructor_id_2,instructor_id_3,instructor_id_4,location_id
sci-0,0-A,sci,t-0,t-1,,,north
sci-1,1-A,sci,t-0,t-1,t-2,t-3,north
""",
    "locations.csv": b"""location_id,location_name
north,"North School"
south,South
""",
}
DIGEST = "e8c2fc34454af5f1f6c594c36014b58594d75783d67c26f35dcccfe980ea3a1c"


def test_the_files_are_apples_byte_for_byte() -> None:
    """Headers in the template's order, numbered columns only as many as needed, quotes only where Apple asks for them, Unix line ends."""
    files = to_files(roster_of(INVENTED))
    assert {name: files[name] for name in GOLDEN} == GOLDEN
    assert files["students.csv"].split(b"\n")[2].decode() == (
        's-1,101,"Invented 1","of \\"Nowhere\\"","O’Made-Up, the 1th",7,s1@pupils.example,u1,,south'
    )
    assert files["rosters.csv"].split(b"\n")[:2] == [b"roster_id,class_id,student_id", f"{roster_id('sci-0', 's-0')},sci-0,s-0".encode()]


def test_the_zip_is_the_same_on_every_day_and_machine() -> None:
    """Equal rosters give equal bytes: files in the order of the guide at the top of the zip, with a fixed date, readable by their owner."""
    content = to_zip(roster_of(INVENTED))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [layout.file for layout in LAYOUTS.values()]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100600}
    assert hashlib.sha256(content).hexdigest() == DIGEST


def test_files_without_rows_are_there() -> None:
    """All six files go up every time, those without rows with their header alone."""
    assert to_files(Roster()) == {layout.file: f"{','.join(layout.columns)}\n".encode() for layout in LAYOUTS.values()}


def test_a_membership_keeps_its_id() -> None:
    """The roster_id says which class and which student, cannot be confused with another's, and never changes."""
    assert roster_id("k-1", "s-1") == "7d405d124dcde118d98b"
    assert roster_id("a-b", "c") != roster_id("a", "b-c")
