from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.academic.school import files, packed
from tests.simulator.enrolment.client import Enrolment, enrolled, plain

LISTS = {"/roster/class": "classes", "/roster/class/person": "persons", "/roster/class/location": "locations", "/roster/course": "courses"}
SINCE: dict[str, tuple[int, ...]] = {
    "first_name": (3,),
    "status": (3,),
    "op_date": (3,),
    "passcode_type": (3,),
    "person_id": (4,),
    "sis_username": (5,),
    "email_address": (5,),
    "is_federated_auth": (6,),
}


@pytest.fixture
def wire() -> Enrolment:
    """An organization with two students, their teacher and a class, signed in."""
    return taught(enrolled())


def taught(wire: Enrolment, **rows: str) -> Enrolment:
    """The organization after an upload of a small school, in which some files have other rows."""
    wire.tenant.academic.upload("archive.zip", packed(files(rows)))
    wire.tenant.academic.import_now()
    return wire.sign_in()


def _all(wire: Enrolment, path: str, **body: Any) -> list[dict[str, Any]]:
    return [record for page in wire.pages(path, **body) for record in page[LISTS[path.removesuffix("/sync")]]]


def _end(wire: Enrolment, path: str) -> str:
    return str(wire.pages(path)[-1]["cursor"])


def test_persons_are_told_with_their_accounts(wire: Enrolment) -> None:
    """Students and staff are told with names, accounts and ids; only students have a grade, and nobody a role."""
    persons = {person["person_id"]: person for person in _all(wire, "/roster/class/person")}
    assert persons.keys() == {"s1", "s2", "t1"}
    ada = persons["s1"]
    assert (ada["name"], ada["first_name"], ada["last_name"], ada["grade"], ada["passcode_type"]) == (
        "Ada Byron",
        "Ada",
        "Byron",
        "6",
        "four",
    )
    assert (ada["source"], ada["status"], ada["source_system_identifier"]) == ("SFTP", "Active", "s1")
    assert ada["managed_apple_id"]
    assert "grade" not in persons["t1"]
    assert "role" not in ada


def test_classes_name_their_members(wire: Enrolment) -> None:
    """A class is told with its location, its course and the unique ids of its members."""
    ids = {person["person_id"]: person["unique_identifier"] for person in _all(wire, "/roster/class/person")}
    (class_,) = _all(wire, "/roster/class")
    assert class_["student_unique_identifiers"] == [ids["s1"], ids["s2"]]
    assert class_["instructor_unique_identifiers"] == [ids["t1"]]
    assert (class_["location"]["name"], class_["course"]["name"], class_["class_number"]) == ("North", "Maths", "A")
    assert class_["source_system_identifier"] == "6a"


def test_courses_and_locations_are_told(wire: Enrolment) -> None:
    """Courses have their numbers, and locations include the one that the organization began with."""
    (course,) = _all(wire, "/roster/course")
    assert (course["name"], course["course_number"]) == ("Maths", "M6")
    assert {"North"} < {location["name"] for location in _all(wire, "/roster/class/location")}


@pytest.mark.parametrize("version", range(1, 8))
def test_a_person_grows_with_the_protocol(wire: Enrolment, version: int) -> None:
    """A person has the fields that the version of the protocol knows, and no others."""
    wire.version = version
    ada = next(person for person in _all(wire, "/roster/class/person") if person["name"] == "Ada Byron")
    assert {name for name in SINCE if name in ada} == {name for name, (since,) in SINCE.items() if version >= since}


@pytest.mark.parametrize("path", LISTS)
def test_pages_tell_everything_once_and_in_order(wire: Enrolment, path: str) -> None:
    """Pages of one tell each record once, ordered by source_system_identifier."""
    whole = _all(wire, path)
    assert all(len(page["cursor"]) <= 512 for page in wire.pages(path, limit=1))
    assert _all(wire, path, limit=1) == whole
    own = [record["source_system_identifier"] for record in whole]
    assert own == sorted(own)
    assert "fetched_until" not in wire.pages(path)[0]


def test_a_list_is_a_snapshot_of_its_start(wire: Enrolment) -> None:
    """A person who is made in the middle of a walk is not in it, and is in the sync that follows."""
    first = wire.post("/roster/class/person", {"limit": 1}).json()
    taught(wire, students="s1,,Ada,,Byron,6,,,,north\ns2,,Alan,,Turing,6,,,,north\ns3,,Grace,,Hopper,6,,,,north")
    rest = wire.pages("/roster/class/person", cursor=first["cursor"])
    assert "s3" not in {person["person_id"] for page in rest for person in page["persons"]}
    synced = wire.pages("/roster/class/person/sync", cursor=rest[-1]["cursor"])
    assert "s3" in {person["person_id"] for page in synced for person in page["persons"]}


def test_a_sync_tells_what_changed(wire: Enrolment) -> None:
    """A sync tells changes since the cursor, with the moment until which it knows, and nothing the second time."""
    wire.tenant.clock.sleep(60)
    cursor = _end(wire, "/roster/class/person")
    assert _all(wire, "/roster/class/person/sync", cursor=cursor) == []
    wire.tenant.clock.sleep(60)
    wire.tenant.academic.edit_person("s2", first_name="Alonzo")
    page = wire.pages("/roster/class/person/sync", cursor=cursor)[-1]
    assert [(person["first_name"], person["source"]) for person in page["persons"]] == [("Alonzo", "MANUAL")]
    assert page["fetched_until"].endswith("Z")
    assert _all(wire, "/roster/class/person/sync", cursor=page["cursor"]) == []


@pytest.mark.parametrize(("manner", "told"), [("silent", []), ("reported", ["Inactive"])])
def test_deletions_are_silent_or_told(wire: Enrolment, manner: str, told: list[str]) -> None:
    """What was deleted is gone from lists, and a sync is silent about it or calls it inactive."""
    wire.tenant.academic.create_class("Chess", "north")
    wire.tenant.clock.sleep(60)
    cursor = _end(wire, "/roster/class")
    wire.tenant.switches.set("mdm_roster_deletes", manner)
    wire.tenant.academic.delete_class("Chess")
    assert "Chess" not in {record["name"] for record in _all(wire, "/roster/class")}
    assert [record["status"] for record in _all(wire, "/roster/class/sync", cursor=cursor)] == told


@pytest.mark.parametrize(("days", "left"), [("604800", 7), ("86400", 1)])
def test_cursors_grow_old(wire: Enrolment, days: str, left: int) -> None:
    """A cursor is good for seven days, or for one, as the switch says."""
    wire.tenant.switches.set("mdm_roster_cursor_life", days)
    cursor = _end(wire, "/roster/class")
    wire.tenant.clock.sleep(left * 86400 - 1)
    assert wire.sign_in().post("/roster/class/sync", {"cursor": cursor}).status_code == 200
    wire.tenant.clock.sleep(1)
    assert plain(wire.post("/roster/class/sync", {"cursor": cursor})) == (400, "EXPIRED_CURSOR")


def test_cursors_are_of_one_list(wire: Enrolment) -> None:
    """No cursor, a broken one, and one of another list are refused, each with its word."""
    cursor = _end(wire, "/roster/class")
    assert plain(wire.post("/roster/class/sync", {})) == (400, "CURSOR_REQUIRED")
    assert plain(wire.post("/roster/class/person/sync", {"cursor": cursor})) == (400, "INVALID_CURSOR")
    assert plain(wire.post("/roster/class", {"cursor": "c1f3"})) == (400, "INVALID_CURSOR")


@pytest.mark.parametrize(
    ("manner", "served", "listed"),
    [
        ("both", {"/roster/course", "/roster/class/course"}, "/roster/course"),
        ("old", {"/roster/course"}, "/roster/course"),
        ("current", {"/roster/class/course"}, "/roster/class/course"),
    ],
)
def test_courses_have_two_addresses(wire: Enrolment, manner: str, served: set[str], listed: str) -> None:
    """Courses are at the old address, the current one or both, and the account lists one that is served."""
    wire.tenant.switches.set("mdm_roster_course_path", manner)
    assert {path for path in ("/roster/course", "/roster/class/course") if wire.post(path).status_code == 200} == served
    addresses = {address["uri"] for address in wire.get("/account").json()["urls"]}
    assert {path for path in addresses if path.endswith("/course")} == {listed}
