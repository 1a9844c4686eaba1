from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.adopt.edit import put
from reconciler.roster.write import to_zip
from tests.adopt.worlds import NAMES, Given, Live, World, give
from tests.roster.district import roster_of
from tests.roster_upload.academy import people

PAGES, MATHS, ATLAS = "361309726", "409203825", "1500000001"
OURS = "# the board's\ncontent_tokens:\n  north: {location: North School, account: content@example.edu}   # ours\n"
LAB = {"profile_name": "Lab", "url": "https://mdm.example.edu/enroll", "is_supervised": True, "allow_pairing": True, "language": "no"}


def _live(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Live:
    live = Live(tmp_path / "folder", capsys, devices=12)
    live.become(world)
    return live


def test_profiles_say_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A profile becomes an entry under its service's key of the connections, with what is not as Apple does it and a list of its devices;
    one that the files would refuse is left out with the reason."""
    unsafe = {"profile_name": "Old", "url": "http://mdm.example.edu"}
    live = _live(World(profiles=[("jamf", LAB, [0, 1]), ("jamf", unsafe, [2])], discovery=True), tmp_path, capsys)
    told = live.run("import").out
    text = (live.folder / "enrolment" / "profiles.yaml").read_text()
    assert "  # 2 devices\n  lab:\n    server: jamf\n    devices: {file: enrolment/lab.csv}\n    profile_name: Lab\n" in text
    assert "is_supervised: true" in text
    assert 'language: "no"' in text
    assert "allow_pairing" not in text
    assert "  jamf:\n    name: Jamf School\n" in (live.folder / "services.yaml").read_text()
    assert "  jamf:\n    url:" in (live.folder / "enrolment" / "discovery.yaml").read_text()
    assert 'Left out: 1 enrolment: these files refuse them (url: "http://mdm.example.edu" is not an address that Apple takes)' in told
    assert "enrolments: without a profile, so there is nothing to write down" in told


def test_licences_go_with_their_tokens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tokens and apps become entries that ask for what Apple does not tell, below what stands in their file; licences of devices become
    lists that later imports extend, and those of strangers are counted."""
    given = [Given(PAGES, "north", devices=[0, 1, 99]), Given(PAGES, "south", devices=[2], people=["x1"]), Given(MATHS, "south")]
    live = _live(World(licences=given), tmp_path, capsys)
    live.write("apps.yaml", OURS)
    told = live.run("import", "--force").out
    text = (live.folder / "apps.yaml").read_text()
    assert text.startswith(OURS)
    assert text.count("Add account: name@domain") == text.count("North School") == 1
    assert f"# 3 licences. Apple does not tell what it is called: add name:, see https://apps.apple.com/app/id{PAGES}" in text
    assert f"      north: {{devices: {{file: apps/app-{PAGES}-north.csv}}}}\n" in text
    assert "Left out: 1 licence: people have them whom the rosters" in told
    assert "Left out: 1 licence: devices have them that the organization does not have" in told
    assert "Left out: 1 app: nobody has a licence of them" in told
    with live.tenant() as tenant:
        give(tenant, Given(PAGES, "north", devices=[3]))
    before = live.contents()
    assert f"Extended apps/app-{PAGES}-north.csv: 1 device" in live.run("import", "--force").out
    after = live.contents()
    assert [name for name in after if after[name] != before.get(name)] == [f"apps/app-{PAGES}-north.csv"]
    assert {group["verb"] for group in live.plan()["changes"]} == {"adopt"}


def test_what_another_product_manages_stays_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a location that another product manages nothing is written down unless take_over says so, and the rest is imported."""
    world = World(licences=[Given(PAGES, "north", devices=[0]), Given(PAGES, "south", devices=[1])], managed="north")
    live = _live(world, tmp_path, capsys)
    told = live.run("import").out
    assert 'Left out: 1 content token: North School is managed by "Jamf Pro"; take its token out there, or set take_over: true' in told
    assert "Adopted 3 device-management services, 12 devices, 1 content token, 1 app, 1 licence." in told
    assert "north" not in (live.folder / "apps.yaml").read_text()


def test_a_roster_is_not_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What Apple tells of a roster is never written down, as an upload needs more: each kind says why, and what to do instead."""
    live = _live(World(roster=True), tmp_path, capsys)
    told = live.run("import").out
    assert "Left out: 66 people: Apple does not tell who is staff, anybody's main location or person number, and uploads need them" in told
    assert "Left out: 3 courses: Apple does not tell a course's location" in told
    assert "Left out: 6 classes: an upload holds the people with their classes, or it ends their accounts" in told
    assert told.count("reconciler import --roster last-upload.zip") == 4
    people_ = next(one for one in json.loads(live.run("coverage", "--json").out)["kinds"] if one["kind"] == "person")
    assert (people_["live"], people_["declared"]) == (66, 0)


def test_the_last_upload_becomes_the_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The zip of the last upload becomes a source of the roster, people's licences and roles come with it, and the plan only records."""
    roles = [("t-0", "Manager", "south"), ("Janique", "Administrator", "north"), ("Xaver", "Staff", "north")]
    licences = [Given(ATLAS, "north", people=["s-1", "t-0"], book=True)]
    live = _live(World(licences=licences, roles=roles, roster=True, zipped=True), tmp_path, capsys)
    zipped = str(live.folder / "last.zip")
    shown = live.run("import", "--dry-run", "--roster", zipped).out
    assert "(it names people by their ids, so it is not shown)" in shown
    ran = live.run("import", "--force", "--roster", zipped)
    assert (ran.code, ran.err) == (0, "")
    assert "2 roles" in ran.out.splitlines()[-2]
    assert "Left out: 1 role: of accounts that no entry under administrators and nobody in a roster has" in ran.out
    assert (live.folder / "reconciler.yaml").read_text().endswith("\nroster:\n  sources: [{apple_csv: last.zip}]\n")
    assert "    type: book\n    per: user\n    allocate: {north: {people: {ids: [s-1, t-0]}}}\n" in (live.folder / "apps.yaml").read_text()
    assert not [name for name in NAMES if name in shown + ran.out]
    plan = live.plan()
    assert {group["verb"] for group in plan["changes"] if group["kind"] != "administrator"} == {"adopt"}
    assert {group["kind"] for group in plan["changes"]} >= {"person", "class", "role", "licence", "library_user"}
    assert plan["steps"] == []


def test_an_old_upload_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A zip that is not what Apple has is refused with what differs, counted and without a name, and nothing is written."""
    live = _live(World(roster=True, zipped=True), tmp_path, capsys)
    rows = people()
    rows["students"] = [row for row in rows["students"] if row["person_id"] != "s-0"]
    rows["rosters"] = [row for row in rows["rosters"] if row["student_id"] != "s-0"]
    rows["students"][0] |= {"last_name": "Inventadaother"}
    (live.folder / "last.zip").write_bytes(to_zip(roster_of(rows)))
    before = live.contents()
    ran = live.run("import", "--force", "--roster", str(live.folder / "last.zip"))
    assert ran.code == 1
    assert "last.zip is not what Apple has: 1 person differ" in ran.err
    assert "1 person came from uploads and are missing in it, 1 class differ" in ran.err
    assert not [name for name in NAMES if name in ran.out + ran.err]
    assert live.contents() == before


REFUSED = {
    "outside": ("../last.zip", "lies outside the configuration folder"),
    "missing": ("lost.zip", "There is no "),
}


@pytest.mark.parametrize(("name", "words"), REFUSED.values(), ids=REFUSED)
def test_the_roster_lies_in_the_folder(name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A zip that the files could not name is refused with what to do, before anything is asked of Apple."""
    live = _live(World(), tmp_path, capsys)
    (tmp_path / "last.zip").write_bytes(b"")
    ran = live.run("import", "--roster", str(live.folder / name))
    assert ran.code == 1
    assert words in ran.err


OTHERS = "# ours\norganization: {name: X}  # here\n"
SECTION = "roster:\n    directory_sync: false # no\n"
SETTINGS = {
    "no section": (OTHERS, f"{OTHERS}\nroster:\n  sources: [{{apple_csv: a.zip}}]\n"),
    "a section": (SECTION + OTHERS, f"{SECTION}    sources: [{{apple_csv: a.zip}}]\n{OTHERS}"),
    "a section in braces": ("roster: {directory_sync: false}\n", None),
    "all in braces": ('{"roster": {}}', None),
}


@pytest.mark.parametrize(("before", "after"), SETTINGS.values(), ids=SETTINGS)
def test_a_key_joins_its_section(before: str, after: str | None) -> None:
    """A key goes to the end of its section and touches nothing else; files in braces take none."""
    assert put(before, "roster", "sources", [{"apple_csv": "a.zip"}]) == after


def test_what_only_together_is_too_much_is_left_out_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where drafts make an entry wrong that was there before, they are left out with the reason, and the rest is imported."""
    live = _live(World(roles=[(f"t-{n}", "Administrator", "north") for n in range(5)], roster=True, zipped=True), tmp_path, capsys)
    live.write(
        "a.yaml", "roles:\n  one: {person: jane, role: Manager, locations: north}\n  two: {person: jane, role: Staff, locations: north}\n"
    )
    live.write("z.yaml", "roles:\n  three: {person: jane, role: Administrator, locations: north}\n")
    ran = live.run("import", "--force", "--roster", str(live.folder / "last.zip"))
    assert (ran.code, ran.err) == (0, "")
    assert "Left out: 5 roles: these files refuse them (role: this is one more than the 5 Administrators that Apple allows)" in ran.out
    assert "Adopted 3 device-management services, 12 devices, 3 locations, 66 people, 3 courses, 6 classes." in ran.out


def test_without_a_reading_no_roster_is_believed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A zip is refused where nothing tells what Apple has, with what to connect."""
    live = _live(World(roster=True, zipped=True), tmp_path, capsys)
    connections = json.loads((live.folder / "reconciler.yaml").read_text().splitlines()[1].partition(": ")[2])
    live.settings(connections=connections | {"device_enrolment": {}})
    ran = live.run("import", "--force", "--roster", str(live.folder / "last.zip"))
    assert ran.code == 1
    assert "Nothing tells whether last.zip is what Apple has.\nConnect roster_upload, and device_enrolment" in ran.err
    assert "Not read: locations, people, courses, classes: connect roster_upload" in live.run("coverage").out
