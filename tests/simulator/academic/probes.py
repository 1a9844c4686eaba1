"""What to look at, from outside, to see each switch of the academic half. A probe tells nothing that differs between like organizations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.simulator.academic import people, sftp_door
from providers.simulator.academic.portal import PersonSeed
from tests.simulator.academic.dropbox import Dropbox
from tests.simulator.academic.reads import Reads
from tests.simulator.academic.school import HEADERS, SCHOOL, School, files, packed

Probe = Callable[[School], object]
ADA, ALAN = SCHOOL["students"].split("\n")
NUMBERS = {
    "upload_most_rows": "3",
    "import_removal_threshold": "10",
    "import_partial_failure": "2",
    "manual_deletion_days": "120",
    "roster_api_token_life": "60",
}
"""The number to try where `<number>` is a value; 5 where none is listed."""
WITHOUT_ALAN = {"students": ADA, "rosters": "r1,6a,s1"}


def _outcome(rows: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Probe:
    return lambda school: (school.upload(rows, headers), len(school.portal.persons()))


def _bytes(change: Callable[[bytes], bytes]) -> Probe:
    return lambda school: school.upload_zip(packed({name: change(data) for name, data in files().items()}))


def _display_name(school: School) -> object:
    rows = {"classes": "6a,A,m6,t1,,,north,Sums"}
    outcome = school.upload(rows, {"classes": f"{HEADERS['classes']},class_display_name"})
    return outcome, [one.name for one in school.portal.classes()]


def _swapped(school: School) -> object:
    return school.upload({"locations": "North,north", "rosters": ""}, {"locations": "location_name,location_id"})


def _primary(school: School) -> object:
    return school.upload({"locations": "north,North\nprimary,Main", "staff": SCHOOL["staff"] + "\nt2,,Sonya,,Kovalevskaya,,,primary"})


def _nameless(school: School) -> object:
    school.portal.set_account_format(["person_number"], "school.example")
    return school.upload({"students": ADA.replace("s1,,", "s1,7,"), "rosters": ""}), len(school.portal.persons())


def _minutes(school: School) -> object:
    school.portal.upload("archive.zip", packed(files()))
    seen = []
    for _ in range(12):
        school.tenant.clock.sleep(59)
        seen.append([activity["status"] for activity in school.portal.activities()])
    return seen


def _ending(school: School) -> object:
    school.portal.upload("archive.zip", packed(files()))
    school.tenant.clock.sleep(86_400)
    return [activity["status"] for activity in school.portal.activities()], len(school.portal.persons())


def _overlap(school: School) -> object:
    for rows in ({}, WITHOUT_ALAN):
        school.portal.upload("archive.zip", packed(files(rows)))
    school.portal.import_now()
    return len(school.portal.activities())


def _after(*uploads: Mapping[str, str]) -> Probe:
    """What an organization looks like after these uploads, the last one's outcome included."""

    def probe(school: School) -> object:
        outcomes = [school.upload(rows) for rows in uploads]
        persons = [(one.person_id, one.last_name, one.status) for one in school.portal.persons()]
        locations = [one.name for one in school.portal.locations()]
        classes = [(one.source, one.source_system_identifier, len(one.students)) for one in school.portal.classes()]
        return outcomes[-1], persons, locations, classes

    return probe


def _edited(school: School) -> object:
    school.upload()
    school.portal.edit_person("s1", last_name="Lovelace")
    return school.upload(), school.person("s1").last_name


def _manual(school: School) -> object:
    school.portal.create_persons([PersonSeed("Grace", "Hopper", "m1")])
    school.portal.deactivate("m1")
    school.wait(31)
    return len(school.portal.persons())


def _log(school: School) -> object:
    school.upload()
    school.upload(WITHOUT_ALAN)
    log = school.portal.activity_log()
    return log[:3], sorted(next(iter(row.values())) + row["operation_substatus"] for row in school.told())


def _sftp(school: School) -> object:
    with sftp_door.open(school.tenant) as door, Dropbox(door) as box:
        seen: list[object] = [box.put("a.part", b"x" * 9000), box.rename("a.part", "a.zip"), box.stat("a.part"), box.stat("b.part")]
        # A server that hangs up may take a moment to notice what it then has.
        seen += [box.put("c.zip", packed(files())), box.names() if seen[0] == "ok" else ""]
        school.tenant.clock.sleep(3600)
        seen += [box.stat("c.zip"), box.names()] if seen[0] == "ok" else []
    return [*seen, len(list(people.persons(school.tenant.store)))]


def _paging(school: School) -> object:
    school.upload()
    reads = Reads(school.tenant)
    token = reads.get("users", limit=1).json().get("nextPageToken")
    return [reads.get("users", limit=1, **{name: token}).status_code for name in ("pageToken", "nextPageToken")]


def _deactivated(school: School) -> object:
    school.upload()
    school.upload(WITHOUT_ALAN)
    return len(Reads(school.tenant).get("users").json()["users"])


def _token_life(school: School) -> object:
    reads = Reads(school.tenant)
    school.tenant.clock.sleep(100)
    return reads.get("users").status_code


def _status(school: School) -> object:
    answer = Reads(school.tenant).get("users")
    return answer.status_code, "Retry-After" in answer.headers


NEW_GRADE = {"students": ADA.replace(",6,", ",Grade-6,") + "\n" + ALAN}
PROBES: Mapping[str, Probe] = {
    **dict.fromkeys(("sftp_takes_away", "sftp_stat", "sftp_rename", "sftp_write"), _sftp),
    "upload_line_ends": _bytes(lambda data: data.replace(b"\n", b"\r\n")),
    "upload_bom": _bytes(lambda data: b"\xef\xbb\xbf" + data),
    "upload_unneeded_quotes": _bytes(lambda data: data.replace(b"north", b'"north"')),
    "upload_unquoted_blank": _outcome({"locations": "north,North Campus"}),
    "upload_column_order": _swapped,
    "upload_unknown_column": _outcome({"locations": "north,North,x"}, {"locations": f"{HEADERS['locations']},remark"}),
    "upload_class_display_name": _display_name,
    "upload_identifiers": _outcome({"rosters": "r_1,6a,s1"}),
    "upload_grade_level": _outcome(NEW_GRADE),
    "upload_most_rows": _outcome(),
    "upload_dangling_reference": _outcome({"rosters": "r1,6a,s9"}),
    "upload_duplicate_id": _outcome({"rosters": "r1,6a,s1\nr1,6a,s2"}),
    "upload_missing_value": _outcome({"students": ADA.replace("Byron", "") + "\n" + ALAN}),
    "upload_blank_account_element": _nameless,
    "upload_primary_location": _primary,
    "import_wait": _minutes,
    "import_minutes": _minutes,
    "import_end": _ending,
    "import_partial_failure": _outcome(),
    "import_overlap": _overlap,
    "import_removal_threshold": _after({}, WITHOUT_ALAN),
    "import_updates": _after({}, {"students": ADA.replace("Byron", "Lovelace") + "\n" + ALAN}),
    "import_reappearance": _after({}, WITHOUT_ALAN, {}),
    "import_edited_account": _edited,
    "import_dropped_location": _after({"locations": "north,North\nsouth,South"}, {}),
    "manual_deletion_days": _manual,
    "import_class_returns": _after({}, {"classes": "", "rosters": ""}, {}),
    **dict.fromkeys(("activity_log_bom", "activity_log_unchanged", "activity_log_repeats", "activity_log_removed"), _log),
    "roster_api_page_parameter": _paging,
    "roster_api_consent": _status,
    "roster_api_deactivated": _deactivated,
    "roster_api_token_life": _token_life,
    "roster_api_failure": _status,
}
