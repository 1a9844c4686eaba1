from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.simulator import Tenant
from providers.simulator.academic import people
from providers.simulator.academic.portal import PersonSeed
from reconciler.roster.write import to_zip
from tests.roster.district import INVENTED, roster_of
from tests.roster.test_laws import NAMED, district_with
from tests.simulator.academic.school import SCHOOL, School, files, packed

FINE = "COMPLETED COMPLETED_WITH_SUCCESS"
ADA, ALAN = SCHOOL["students"].split("\n")
WITHOUT_ALAN = {"students": ADA, "rosters": "r1,6a,s1"}
WITHOUT_CLASS = {"classes": "", "rosters": ""}


def _done(school: School, key: str) -> dict[str, str]:
    """What the log says of each row, by the id in `key`: "CREATED", "ISSUE NOT_FOUND"."""
    rows = [row for row in school.told() if next(iter(row)) == key]
    return {row[key]: f"{row['operation_status']} {row['operation_substatus']}".removeprefix("SUCCESS ") for row in rows}


def test_a_first_upload_creates_everything() -> None:
    """People, places, courses, classes and members of a first upload are created, with roles by file and accounts by the format."""
    with School() as school:
        assert school.upload() == FINE
        ada, emmy = school.person("s1"), school.person("t1")
        assert (ada.source, ada.status, ada.managed_apple_id) == ("SFTP", "Active", "ada.byron@pretend.appleaccount.com")
        assert [grant.role for grant in (*ada.roles, *emmy.roles)] == ["Student", "Instructor"]
        class_ = school.class_("6a")
        assert (class_.name, class_.source, class_.instructors) == ("Maths A", "SFTP", (emmy.unique_identifier,))
        assert school.students("6a") == ["s1", "s2"]
        assert _done(school, "person_id") == {"s1": "CREATED", "s2": "CREATED", "t1": "CREATED"}
        assert _done(school, "roster_id") == {"r1": "ADDED", "r2": "ADDED"}


def test_an_import_takes_its_time() -> None:
    """Nothing is to be seen of an upload before its import has ended, minutes later; the activity shows that it runs."""
    with School() as school:
        school.portal.upload("archive.zip", packed(files()))
        assert school.portal.activities() == []
        school.tenant.clock.sleep(90)
        assert [activity["status"] for activity in school.portal.activities()] == ["PROCESSING"]
        assert school.portal.persons() == []
        school.tenant.clock.sleep(240)
        assert [activity["status"] for activity in school.portal.activities()] == ["COMPLETED"]
        assert len(school.portal.persons()) == 3


def test_the_same_upload_again_changes_nothing() -> None:
    """A second upload of the same files leaves every row as it was, to the moment of its last change."""
    with School() as school:
        school.upload()
        store = school.tenant.store
        before = [list(rows(store)) for rows in (people.persons, people.classes, people.courses, people.locations)]
        assert school.upload() == FINE
        assert [list(rows(store)) for rows in (people.persons, people.classes, people.courses, people.locations)] == before


def test_changes_are_applied() -> None:
    """A later upload changes names, numbers, roles and members; the person_id and the account name stay."""
    with School() as school:
        school.upload()
        before = school.person("s1")
        school.upload({"students": f"{ADA.replace('Byron', 'Lovelace').replace('s1,,', 's1,77,')}\n{ALAN}", "rosters": "r1,6a,s1"})
        ada = school.person("s1")
        assert (ada.last_name, ada.person_number, ada.unique_identifier) == ("Lovelace", "77", before.unique_identifier)
        assert ada.managed_apple_id == before.managed_apple_id
        assert school.students("6a") == ["s1"]
        assert _done(school, "roster_id") == {"r1": "UPDATED", "r2": "DEACTIVATED"}


def test_whoever_is_left_out_is_deactivated_and_deleted_after_120_days() -> None:
    """A person who is missing from an upload is deactivated at once and deleted after 120 days, unless licences are held."""
    with School() as school:
        school.upload()
        assert school.upload(WITHOUT_ALAN) == FINE
        assert (school.person("s2").status, _done(school, "person_id")["s2"]) == ("InActive", "DEACTIVATED")
        school.wait(119)
        assert school.person("s2").status == "InActive"
        school.wait(2)
        assert {person.person_id for person in school.portal.persons()} == {"s1", "t1"}
        assert [person.person_id for person in people.persons(school.tenant.store, deleted=True) if person.deleted_at] == ["s2"]


def test_an_account_with_licences_is_not_deleted() -> None:
    """A deactivated account that holds licences outlives its 120 days."""
    with School() as school:
        school.upload()
        school.portal.set_licensed("s2", True)
        school.upload(WITHOUT_ALAN)
        school.wait(500)
        assert school.person("s2").status == "InActive"


def test_a_deactivated_manual_account_is_deleted_after_30_days() -> None:
    """A manual account that somebody deactivates is deleted after 30 days."""
    with School() as school:
        school.portal.create_persons([PersonSeed("Grace", "Hopper", "m1")])
        school.portal.deactivate("m1")
        school.wait(29)
        assert school.person("m1").status == "InActive"
        school.wait(2)
        assert school.portal.persons() == []


def test_whoever_reappears_is_reactivated() -> None:
    """A deactivated person who is in a later upload is active again, with the same account."""
    with School() as school:
        school.upload()
        before = school.person("s2")
        school.upload(WITHOUT_ALAN)
        school.upload()
        after = school.person("s2")
        assert (after.status, after.deactivated_at, after.unique_identifier) == ("Active", None, before.unique_identifier)


def test_a_class_that_is_left_out_turns_manual() -> None:
    """A class missing from an upload loses its students and its Schoolwork data and is a manual one until somebody deletes it."""
    with School() as school:
        school.upload()
        assert school.upload(WITHOUT_CLASS) == FINE
        class_ = school.class_("6a")
        assert (class_.source, class_.students, class_.schoolwork) == ("MANUAL", (), False)
        assert class_.instructors == (school.person("t1").unique_identifier,)
        school.portal.delete_class("6a")
        assert school.portal.classes() == []


def test_a_course_that_is_left_out_turns_manual() -> None:
    """A course missing from an upload turns manual, and its class lists are gone from Schoolwork."""
    with School() as school:
        school.upload()
        school.upload({"courses": "", **WITHOUT_CLASS})
        (course,) = people.courses(school.tenant.store)
        assert (course.source, school.class_("6a").schoolwork) == ("MANUAL", False)


def test_an_account_edited_in_the_portal_is_out_of_reach() -> None:
    """An uploaded account that is edited in the portal turns manual: uploads neither change nor deactivate it any more, and say so."""
    with School() as school:
        school.upload()
        school.portal.edit_person("s1", last_name="Lovelace")
        assert school.person("s1").source == "MANUAL"
        assert school.upload() == "COMPLETED COMPLETED_WITH_ERROR OPERATION_NOT_ALLOWED"
        assert school.person("s1").last_name == "Lovelace"
        school.upload({"students": ALAN, "rosters": "r2,6a,s2"})
        assert school.person("s1").status == "Active"


def test_names_roles_and_accounts_may_be_edited() -> None:
    """Another account name or role for an uploaded person leaves it an uploaded one, and the role outlives the next upload."""
    with School() as school:
        school.upload()
        school.portal.rename_account("t1", "noether@pretend.appleaccount.com")
        school.portal.grant("t1", "Manager", "North")
        assert school.upload() == FINE
        emmy = school.person("t1")
        assert (emmy.source, emmy.managed_apple_id) == ("SFTP", "noether@pretend.appleaccount.com")
        assert {(grant.role, grant.uploaded) for grant in emmy.roles} == {("Instructor", True), ("Manager", False)}


def test_an_equal_person_id_takes_a_manual_account_over() -> None:
    """A manual account with the person_id of an upload is overwritten and belongs to the upload from then on."""
    with School() as school:
        school.portal.create_persons([PersonSeed("Ada", "King", "s1")])
        before = school.person("s1")
        assert school.upload() == FINE
        after = school.person("s1")
        assert (after.unique_identifier, after.last_name, after.source) == (before.unique_identifier, "Byron", "SFTP")
        assert _done(school, "person_id")["s1"] == "UPDATED"


def test_equal_names_get_a_number() -> None:
    """Two people of one name get account names that differ by a number."""
    with School() as school:
        school.upload({"students": f"{ADA}\n{ADA.replace('s1', 's2')}"})
        accounts = [school.person(person).managed_apple_id for person in ("s1", "s2")]
        assert accounts == ["ada.byron@pretend.appleaccount.com", "ada.byron1@pretend.appleaccount.com"]


def test_a_blank_element_of_the_format_fails_the_import() -> None:
    """Where account names are made of a column, one blank value there fails the whole import."""
    with School() as school:
        school.portal.set_account_format(["person_number"], "school.example")
        assert school.upload() == "FAILED MANAGED_ID_GENERATION_FAILED"
        assert school.portal.persons() == []


def test_federated_people_are_named_by_their_address() -> None:
    """In a federated domain the e-mail address is the account, it must be there, be free, and be nobody's personal account."""
    with School() as school:
        school.portal.federate(["school.example"], personal_accounts=["emmy@school.example"])
        students = "\n".join((ADA, ALAN.replace("alan@", "ada@"), "s3,,No,,Address,6,,na,,north"))
        assert school.upload({"students": students}).split() == [
            *("COMPLETED", "COMPLETED_WITH_ERROR"),
            *("EMAIL_UNAVAILABLE_AS_MAID", "NOT_FOUND", "NO_EMAIL", "USERNAME_CONFLICT_WITH_EXISTING_APPLE_ID"),
        ]
        ada = school.person("s1")
        assert (ada.managed_apple_id, ada.federated) == ("ada@school.example", True)


def test_federation_renames_those_who_are_there() -> None:
    """Federating a domain renames people with an address in it, except administrators, who cannot federate."""
    with School() as school:
        school.upload()
        school.portal.grant("t1", "Administrator", "North")
        school.portal.federate(["school.example"])
        assert [school.person(one).federated for one in ("s1", "t1")] == [True, False]
        assert school.person("s1").managed_apple_id == "ada@school.example"


def test_passcode_policies_follow_file_then_person_then_location() -> None:
    """The file's policy wins; a blank one means the location's for somebody new and no change for others; staff have the standard one."""
    with School() as school:
        location = school.portal.create_location("North", "north", passcode_type="six")
        assert location
        school.upload()
        assert [school.person(one).passcode_type for one in ("s1", "s2", "t1")] == ["four", "six", "complex"]
        school.upload({"students": f"{ADA.replace(',4,', ',,')}\n{ALAN.replace(',,north', ',8,north')}"})
        assert [school.person(one).passcode_type for one in ("s1", "s2")] == ["four", "complex"]


def test_a_location_may_be_renamed() -> None:
    """A location that keeps its id and changes its name is renamed."""
    with School() as school:
        school.upload()
        school.upload({"locations": 'north,"North Campus"'})
        assert [location.name for location in school.portal.locations()] == ["Pretend School District", "North Campus"]


def test_uploads_wait_for_one_another() -> None:
    """An upload that arrives while another is imported runs after it."""
    with School() as school:
        for rows in ({}, WITHOUT_ALAN):
            school.portal.upload("archive.zip", packed(files(rows)))
        school.portal.import_now()
        assert [activity["status"] for activity in school.portal.activities()] == ["COMPLETED", "COMPLETED"]
        assert school.person("s2").status == "InActive"


CHILD = """
import os, sys
from providers.simulator import Tenant
with Tenant.open(sys.argv[1]) as tenant, tenant.store.transaction():
    tenant.academic.import_now()
    assert len(tenant.academic.persons()) == 3
    os._exit(9)
"""


def test_a_process_that_dies_in_an_import_leaves_none_of_it(tmp_path: Path) -> None:
    """An import whose process is killed after its last row has not happened, and happens whole when the next process looks."""
    file = tmp_path / "apple.sqlite"
    with Tenant.open(file) as tenant:
        tenant.academic.upload("archive.zip", packed(files()))
    assert subprocess.run([sys.executable, "-c", CHILD, str(file)], env=os.environ, check=False).returncode == 9
    with Tenant.open(file) as tenant:
        assert (tenant.academic.persons(), tenant.academic.classes()) == ([], [])
        tenant.academic.import_now()
        assert (len(tenant.academic.persons()), len(tenant.academic.classes())) == (3, 1)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(NAMED, min_size=46, max_size=46))
def test_what_our_writer_makes_is_what_apple_reads(texts: list[str]) -> None:
    """For every text that Apple's rules allow, the product's zip passes the pretend Apple's own strict reader and arrives unchanged."""
    rows = district_with(texts)
    with School() as school:
        school.tenant.academic.set_account_format(["person_id"], "school.example")
        assert school.upload_zip(to_zip(roster_of(rows))) == FINE
        for one in (*rows["students"], *rows["staff"]):
            person = school.person(one["person_id"])
            assert (person.first_name, person.last_name) == (one["first_name"], one["last_name"])
        assert len(school.students("sci-0")) == len(INVENTED["rosters"]) / 2
