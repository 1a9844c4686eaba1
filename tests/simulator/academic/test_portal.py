from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from providers.simulator import PortalError, Tenant
from providers.simulator.academic.portal import PersonSeed
from providers.simulator.academic.sftp_account import sftp_account
from reconciler.cli import run
from tests.simulator.academic.school import School, files, packed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A pretend organization into which the small school was imported."""
    path = tmp_path / "apple.sqlite"
    with Tenant.open(path) as tenant:
        tenant.academic.upload("archive.zip", packed(files()))
        tenant.academic.import_now()
    return path


def portal(file: Path, command: str, *arguments: str | Path) -> int:
    """`reconciler simulator portal COMMAND FILE …`."""
    return run(["simulator", "portal", command, str(file), *map(str, arguments)])


def test_people_are_listed_without_their_names(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """people lists every account with id, state, source and roles, and no name."""
    assert portal(file, "people") == 0
    told = capsys.readouterr().out
    assert "s1  Active  SFTP  Student at North\n" in told
    assert not [name for name in ("Ada", "Byron", "Turing", "Emmy", "ada@") if name.lower() in told.lower()]


def test_a_person_does_by_hand_what_schools_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Editing, creating, granting, revoking, deactivating and deleting work from the command line and show in the list."""
    steps: list[tuple[str | Path, ...]] = [
        ("edit-person", "s1", "--set", "last_name=Lovelace", "--set", "grade_level=7"),
        ("create-person", "Grace", "Hopper", "--person-id", "m1", "--role", "Staff@North"),
        ("grant", "t1", "Site Manager", "North"),
        ("grant", "t1", "Manager", "North"),
        ("revoke", "t1", "Site Manager", "North"),
        ("deactivate", "s2"),
        ("create-location", "South", "--location-id", "south"),
        ("create-class", "Chess", "South", "--instructor", "t1", "--student", "s1"),
        ("create-class", "Go", "South"),
        ("delete-class", "Go"),
    ]
    assert [portal(file, str(command), *rest) for command, *rest in steps] == [0] * len(steps)
    capsys.readouterr()
    portal(file, "people")
    listed = capsys.readouterr().out.splitlines()
    assert "s1  Active  MANUAL  Student at North" in listed
    assert "s2  InActive  SFTP  Student at North" in listed
    assert "m1  Active  MANUAL  Staff at North" in listed
    assert "t1  Active  SFTP  Instructor at North, Manager at North" in listed
    with Tenant.open(file) as tenant:
        assert sorted(one.name for one in tenant.academic.classes()) == ["Chess", "Maths A"]
    assert [portal(file, "reactivate", "s2"), portal(file, "delete-person", "m1")] == [0, 0]
    portal(file, "people")
    told = capsys.readouterr().out
    assert "s2  Active" in told
    assert "m1" not in told


def test_imports_and_their_logs(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """import-now lets waiting imports end, imports lists them with what went wrong, and activity-log writes a private file."""
    with Tenant.open(file) as tenant:
        tenant.academic.upload("second.zip", packed(files({"rosters": "r1,6a,s9"})))
    out = tmp_path / "log.csv"
    assert [portal(file, "import-now"), portal(file, "imports"), portal(file, "activity-log", "--out", out)] == [0, 0, 0]
    told = capsys.readouterr().out
    assert "second.zip  FAILED  INVALID_INPUT\n    rosters.csv:2 - student_id = 's9' does not reference any person_id" in told
    assert "archive.zip  COMPLETED  COMPLETED_WITH_SUCCESS" in told
    assert "STATUS,FAILED" in out.read_text()
    assert out.stat().st_mode & 0o077 == 0


def test_the_upload_account_is_changed(file: Path, tmp_path: Path) -> None:
    """sftp-key registers a public key, and sftp-password writes the new password into a private file."""
    key, password = tmp_path / "key.pub", tmp_path / "password"
    key.write_text(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode())
    assert [portal(file, "sftp-key", key), portal(file, "sftp-password", "--out", password)] == [0, 0]
    assert password.stat().st_mode & 0o077 == 0
    with Tenant.open(file) as tenant:
        account = sftp_account(tenant.store)
    assert (account.password, list(account.client_keys)) == (password.read_text(), [key.read_text().strip()])


def test_account_format_and_federation(file: Path) -> None:
    """account-format decides how new people are named, federate who signs in by address."""
    assert portal(file, "account-format", "person_id", "--domain", "school.example") == 0
    assert portal(file, "create-person", "Grace", "Hopper", "--person-id", "m1") == 0
    assert portal(file, "federate", "school.example") == 0
    with Tenant.open(file) as tenant:
        named = {person.person_id: person.managed_apple_id for person in tenant.academic.persons()}
    assert (named["m1"], named["s1"]) == ("m1@school.example", "ada@school.example")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("edit-person", "s1", "--set", "person_id=s9"), "The portal cannot edit person_id."),
        (("edit-person", "s9", "--set", "last_name=X"), "No accounts are called s9."),
        (("grant", "s1", "Headmaster", "North"), "There is no role Headmaster."),
        (("grant", "s1", "Staff", "Nowhere"), "No locations are called Nowhere."),
        (("revoke", "s1", "Manager", "North"), "s1 is not Manager at North."),
        (("delete-class", "6a"), "There is no manual class 6a."),
        (("account-format", "shoe_size", "--domain", "x.example"), "An account name cannot be made of shoe_size."),
        (("activity-log", "--import", "none", "--out", "/nonexistent/log.csv"), "No such import has ended."),
    ],
)
def test_what_the_portal_will_not_do(file: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], words: str) -> None:
    """What the portal does not offer is an error in one sentence with what to do, and no traceback."""
    assert portal(file, *command) == 1
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told


def test_an_account_with_licences_cannot_be_deleted() -> None:
    """Deleting an account that holds licences is refused with Apple's word."""
    with School() as school:
        school.upload()
        school.portal.set_licensed("s1", True)
        with pytest.raises(PortalError, match="OPERATION_NOT_ALLOWED_BY_VPP"):
            school.portal.delete_person("s1")


def test_people_of_other_sources_can_be_seeded() -> None:
    """create_persons makes accounts of any source, with their roles, for rehearsals that begin in the middle."""
    with School() as school:
        seeds = [
            PersonSeed("Head", "One", email_address="head@school.example", roles=[("Administrator", "primary")], source="SYSTEM"),
            PersonSeed("Ada", "Byron", "s1", source="SIS", others={"grade_level": "6"}),
        ]
        assert len(set(school.portal.create_persons(seeds))) == 2
        persons = school.portal.persons()
        assert [(one.source, [grant.role for grant in one.roles]) for one in persons] == [("SYSTEM", ["Administrator"]), ("SIS", [])]
