from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from providers.simulator.academic.portal import PersonSeed
from tests.roster_upload.academy import Academy


@pytest.fixture
def academy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Academy:
    """A district that reads back what Apple has."""
    made = Academy(tmp_path, capsys, devices=3)
    made.begin()
    return made


@pytest.fixture
def blind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Academy:
    """A district that cannot read back anything."""
    made = Academy(tmp_path, capsys, devices=3)
    made.begin(reads=False)
    return made


def _told(academy: Academy) -> str:
    return academy.run("plan").out


def test_a_roster_lands_and_is_read_back(academy: Academy) -> None:
    """After apply every account and class is as declared, the outcome was read back, and the next plan is empty."""
    assert "78 of 78 landed, read back one by one" in academy.apply().out
    assert set(academy.accounts().values()) == {"Active"}
    again = academy.plan()
    assert (again["changes"], again["steps"]) == ([], [])


def test_what_nothing_reads_back_is_said_to_be_taken_only(blind: Academy) -> None:
    """Without a server token the outcome says that the server took the upload, and the next plan that nobody has seen what came of it."""
    assert "78 of 78 taken by the server, which nothing reads back" in blind.apply().out
    told = _told(blind)
    assert "78 things of the roster were taken by the server, and nobody has seen what Apple made of them." in told
    assert "nothing to do: the organization is as the configuration says" in told


def test_a_first_upload_without_reading_warns(blind: Academy) -> None:
    """A first upload that cannot see what Apple has says what it may end."""
    assert "whatever an earlier upload made and this one lacks is ended by it" in _told(blind)


@pytest.mark.parametrize("copies", ["kept", "lost"])
def test_changes_are_told_by_school_and_class(blind: Academy, copies: str) -> None:
    """A plan says in numbers, by school and class, who leaves and who moves, also where only the record tells how it was."""
    assert blind.apply().code == 0
    blind.without_people("s-0")
    blind.rows["rosters"][0]["class_id"] = "c-1"
    blind.export()
    if copies == "lost":
        for file in (blind.folder / "state" / "private" / "scratch").glob("roster-*"):
            file.unlink()
    told = _told(blind)
    assert "- North School: 1 student leaves (accounts deactivated, deleted after 120 days)" in told
    if copies == "kept":
        assert "~ Science 1-A (North School): 1 student moves to Science 2-A; 1 student leaves it" in told
        assert "~ Science 2-A (North School): 1 student comes from Science 1-A" in told
    else:
        assert "~ Science 1-A (North School): 10 → 8 students (how it was before is not known here)" in told
        assert "~ Science 2-A (North School): 10 → 11 students (how it was before is not known here)" in told


REFUSED = {
    "a lost file": "staff.csv would lose 6 of 6 members of staff; 1 may without leave."
    " Apple ends whatever an upload leaves out, so check first that the export is complete.",
    "a lost location": "West School would lose 22 of 22 people (by their main location); 3 may without leave."
    " Check first that the export of this school is complete.",
    "30 % of a class": "Science 1-A would lose 3 of 10 students; 2 may without leave."
    " Check first that the export of its members is complete.",
}


def _lose(academy: Academy, what: str) -> None:
    match what:
        case "a lost file":
            for row in academy.rows["classes"]:
                row["instructor_id"] = ""
            academy.drop("staff", "location_id", "north", "south", "west")
        case "a lost location":
            academy.without_people(*(f"s-{at}" for at in range(40, 60)), "t-4", "t-5")
            for name in ("classes", "courses", "locations"):
                academy.drop(name, "location_id", "west")
        case _:
            academy.drop("rosters", "student_id", "s-0", "s-1", "s-2")


@pytest.mark.parametrize("copies", ["kept", "lost"])
@pytest.mark.parametrize("what", REFUSED)
def test_a_shrunken_snapshot_is_refused(blind: Academy, what: str, copies: str) -> None:
    """A snapshot that lost a file, a school or 30 % of a class is refused with a sentence to act on, and its approval lets it pass."""
    assert blind.apply().code == 0
    _lose(blind, what)
    if copies == "lost":
        for file in (blind.folder / "state" / "private" / "scratch").glob("roster-*"):
            file.unlink()
    plan = blind.plan()
    said = REFUSED[what].replace("West School", "west") if copies == "lost" else REFUSED[what]  # of a lost school nothing else tells
    assert said in [f"{refusal['message']}." for refusal in plan["refusals"]]
    assert blind.run("plan").code == blind.apply().code == 4
    approvals = "\n".join(refusal["approval"].replace('""', "decided by the board") for refusal in plan["refusals"])
    blind.settings(approvals=_approvals(approvals))
    assert blind.apply().code == 0


def _approvals(text: str) -> list[dict[str, Any]]:
    from ruamel.yaml import YAML  # only the round of approvals needs it

    found: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return [{key: value if key == "up_to" else str(value) for key, value in one.items()} for one in found]


def test_a_profile_raises_the_limits_between_two_dates(blind: Academy) -> None:
    """In its days a profile's limits hold, and the plan says so; before and after them it has no effect."""
    assert blind.apply().code == 0
    _lose(blind, "30 % of a class")
    limits = {"files": {"percent": 100, "count": 1000}, "locations": {"percent": 100, "count": 1000}}
    profile = {"name": "New year", "from": "2026-11-20", "until": "2026-12-01", "rosters": limits | {"classes": limits["files"]}}
    blind.settings(guards={"profiles": [profile | {"until": "2026-11-22"}]})
    assert blind.run("plan").code == 4
    blind.settings(guards={"profiles": [profile]})
    ran = blind.run("plan")
    assert (ran.code, 'The guards have the limits of the profile "New year" until 2026-12-01.' in ran.out) == (2, True)


def test_part_of_a_roster_is_not_planned(academy: Academy) -> None:
    """Asking for some of a roster's changes is refused with words; leaving the whole roster out is not."""
    ran = academy.run("plan", "--target", "person")
    assert (ran.code, "A roster goes up as a whole" in ran.err) == (1, True)
    whole = [word for kind in ("location", "person", "course", "class") for word in ("--exclude", kind)]
    assert academy.plan(*whole)["steps"] == []


def test_a_saved_plan_is_not_sent_for_other_files(academy: Academy) -> None:
    """A saved plan whose people have changed in the files since is refused, and nothing is uploaded."""
    assert academy.run("plan", "--out", str(academy.folder / "plan.json")).code == 2
    academy.rows["students"][0]["last_name"] = "Otherwise"
    academy.export()
    ran = academy.run("apply", "--plan", str(academy.folder / "plan.json"))
    assert "The people and classes in the files are not those of the plan any more." in ran.out + ran.err
    assert (ran.code != 0, academy.imports()) == (True, 0)


def test_a_portal_edit_is_a_finding(academy: Academy) -> None:
    """An account that somebody edited in the portal is found, counted under its pseudonym, and not uploaded for in vain."""
    assert academy.apply().code == 0
    with academy.tenant() as tenant:
        tenant.academic.edit_person("s-3", grade_level="9")
    plan = academy.plan()
    assert plan["changes"] == []
    assert any("1 account of this roster is not an upload's any more" in finding["message"] for finding in plan["findings"])


def test_an_equal_id_would_take_over(academy: Academy) -> None:
    """An account that somebody made by hand with an id of the roster is shown as taken over, and needs leave."""
    assert academy.run("plan").code == 2
    with academy.tenant() as tenant:
        tenant.academic.create_persons([PersonSeed("Some", "Body", "s-1")])
    plan = academy.plan()
    assert any("would take over 1 account" in finding["message"] for finding in plan["findings"])
    assert [refusal["guard"] for refusal in plan["refusals"]] == ["take_overs"]


def test_ids_that_apple_repeats_are_named_as_the_cause(academy: Academy) -> None:
    """Where Apple tells one id of many classes, the plan says that this is why they seem to be missing; otherwise it says nothing of it."""
    assert academy.apply().code == 0
    cause = "Apple tells the same id (source_system_identifier) of several things at once (6 classes, 3 locations, 3 courses)"
    assert cause not in _told(academy)
    academy.switch(mdm_roster_source_ids="repeated")
    assert cause in _told(academy)


def test_what_is_made_by_hand_is_counted(academy: Academy) -> None:
    """Accounts and classes that somebody made in the portal, with or without an id, are counted as left alone and stay."""
    assert academy.apply().code == 0
    with academy.tenant() as tenant:
        tenant.academic.create_persons([PersonSeed("Some", "Body", "by-hand"), PersonSeed("No", "Id")])
        tenant.academic.create_class("Chess", "North School")
    plan = academy.plan()
    counted = {left["kind"]: left["count"] for left in plan["left_alone"] if left["why"].startswith("made by hand or by others")}
    assert (counted, plan["changes"]) == ({"person": 2, "class": 1}, [])


def test_what_an_upload_sweeps_away_is_shown(academy: Academy) -> None:
    """People whom an upload of somebody else made and this one lacks are deletions that need leave."""
    assert academy.apply().code == 0
    record = academy.folder / "state" / "record.tsv"
    lost = next(line for line in record.read_text().split("\n") if " student west" in line)
    record.write_text(record.read_text().replace(f"{lost}\n", ""))
    name = lost.split("\t")[2]
    index = next(at for at in range(STUDENTS_OF_WEST, 60) if _pseudonym(f"s-{at}") == name)
    academy.without_people(f"s-{index}")
    plan = academy.plan()
    assert academy.names(plan, verb="delete", cause="foreign") == [name]
    assert "take_overs" in [refusal["guard"] for refusal in plan["refusals"]]


STUDENTS_OF_WEST = 40


def _pseudonym(person: str) -> str:
    from reconciler.pseudonyms import REHEARSED  # as the rehearsal's own

    return REHEARSED.of("person", person)


def test_drift_is_told(academy: Academy) -> None:
    """What somebody changed at Apple behind our back is drift, and is uploaded again."""
    assert academy.apply().code == 0
    with academy.tenant() as tenant, tenant.store.transaction():
        tenant.store.rows("UPDATE persons SET grade_level = '9' WHERE person_id = 's-3'")
    told = _told(academy)
    assert "~ North School: 1 student: grade 9 → 6  (drift: somebody changed it outside this configuration)" in told
    assert academy.apply().code == 0
    assert academy.plan()["changes"] == []


@pytest.mark.parametrize("end", ["stuck", "never_starts"])
def test_an_import_without_an_end_holds_the_next_upload_back(academy: Academy, end: str) -> None:
    """While nobody sees the end of an import, nothing more of the roster is sent, and the plan says why."""
    assert academy.run("plan").code == 2
    academy.switch(import_end=end)
    assert academy.apply().code == 7
    academy.rows["students"][0]["last_name"] = "Otherwise"
    academy.export()
    plan = academy.plan()
    assert (plan["steps"], academy.imports()) == ([], 1)
    assert any("an earlier write may still change them" in left["why"] for left in plan["left_alone"])


def test_a_partial_import_is_told_person_by_person(academy: Academy) -> None:
    """People whom Apple did not take are failures under their pseudonyms, and the next run uploads them again."""
    assert academy.run("plan").code == 2
    academy.switch(import_partial_failure="20")
    ran = academy.apply()
    assert ran.code == 7
    assert "this is not as it was sent" in ran.out
    academy.switch(import_partial_failure="0")
    assert academy.apply().code == 0
    assert academy.plan()["changes"] == []


def test_nobody_is_named_anywhere(academy: Academy) -> None:
    """In a whole run with a change and a failure, no output and no file but the people's own holds a name, number, address or id."""
    outputs = [_told(academy), academy.run("plan", "--json", "--out", str(academy.folder / "plan.json")).out]
    outputs += [academy.run("plan", "--markdown").out, academy.apply().out]
    academy.without_people("s-5")
    with academy.tenant() as tenant:
        tenant.academic.edit_person("s-3", grade_level="9")
        tenant.academic.create_persons([PersonSeed("Some", "Body", "s-77")])
    outputs += [_told(academy), academy.run("apply", "--yes").out, academy.run("rollover").out, academy.run("ledger").out]
    outputs += [path.read_text(errors="replace") for path in _files(academy.folder)]
    text = "\n".join(outputs)
    secrets = [value for row in academy.rows["students"] + academy.rows["staff"] for key, value in row.items() if _tells(key)]
    assert [value for value in secrets if value in text] == []
    assert '"s-5"' not in text
    assert "s-5\t" not in text


def _tells(column: str) -> bool:
    return column in ("person_number", "first_name", "last_name", "email_address", "sis_username")


def _files(folder: Path) -> list[Path]:
    """Everything but the export itself and the pretend organization."""
    found = [path for path in folder.rglob("*") if path.is_file() and "sis" not in path.parts and "simulator" not in path.name]
    assert any(path.name == "ledger.jsonl" for path in found)
    return found


def test_rollover_rehearses_and_touches_nothing(blind: Academy) -> None:
    """A rehearsal of the change says what would happen to each class, what the guards say, and uploads nothing to the organization."""
    assert blind.apply().code == 0
    blind.without_people("s-0")
    ran = blind.run("rollover")
    assert ran.code == 0, ran.out + ran.err
    assert "North School: 1 student leaves (accounts deactivated, deleted after 120 days)" in ran.out
    assert "2 of 2 landed, read back one by one" in ran.out
    assert blind.imports() == 1
    _lose(blind, "30 % of a class")
    assert blind.run("rollover").code == 4


def test_the_ledger_says_what_was_only_taken(blind: Academy) -> None:
    """The ledger tells what was taken apart from what landed."""
    assert blind.apply().code == 0
    lines = [json.loads(line) for line in (blind.folder / "state" / "ledger.jsonl").read_text().splitlines()]
    assert (lines[-1]["what"]["taken"], lines[-1]["what"]["landed"], lines[-1]["what"]["failed"]) == (78, 0, 0)
