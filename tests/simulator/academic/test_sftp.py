from __future__ import annotations

import asyncssh
import pytest

from providers.roster_upload.account import Account
from providers.simulator.academic import sftp_door
from providers.simulator.academic.sftp_account import change_host_key, change_password, register_key
from reconciler.errors import ReconcilerError, Unauthorized
from tests.roster_upload.run import upload
from tests.simulator.academic.dropbox import Dropbox
from tests.simulator.academic.reads import Reads
from tests.simulator.academic.school import School, files, packed

ROSTER = packed(files())


def _account(door: sftp_door.Door, *, password: str = "", private_key: str = "") -> Account:
    password = password or ("" if private_key else door.password)
    return Account(
        door.host, door.user, (door.host_key_line,), port=door.port, folder="/dropbox", password=password, private_key=private_key
    )


def test_an_upload_goes_all_the_way_to_the_read_back() -> None:
    """What the product's SFTP client uploads is taken in, imported minutes later, and told by the Roster API."""
    with School() as school, sftp_door.open(school.tenant) as door:
        assert upload(_account(door), ROSTER).error is None
        assert school.portal.persons() == []
        school.tenant.clock.sleep(600)
        names = {user["givenName"] for user in Reads(school.tenant).get("users").json()["users"]}
        assert names == {"Ada", "Alan", "Emmy"}


@pytest.mark.parametrize("switch", ["sftp_rename=refused", "sftp_stat=refused", "sftp_takes_away=never", "sftp_takes_away=after_import"])
def test_the_products_client_survives_the_door(switch: str) -> None:
    """Whatever the server refuses or leaves lying, one upload is one import."""
    name, _, value = switch.partition("=")
    with School(**{name: value}) as school, sftp_door.open(school.tenant) as door:
        run = upload(_account(door), ROSTER)
        assert run.error is None
        assert run.notes[-1] == "received"
        school.portal.import_now()
        assert [activity["status"] for activity in school.portal.activities()] == ["COMPLETED"]


def test_a_key_that_is_registered_signs_in() -> None:
    """A key that was registered in the portal signs in without a password; another one does not."""
    key, other = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    with School() as school, sftp_door.open(school.tenant) as door:
        register_key(school.tenant.store, key.export_public_key().decode())
        assert upload(_account(door, private_key=key.export_private_key().decode()), ROSTER).error is None
        assert isinstance(upload(_account(door, private_key=other.export_private_key().decode()), ROSTER).error, Unauthorized)


def test_a_changed_password_locks_the_old_one_out() -> None:
    """A new password of the portal works at once, and the old one no longer."""
    with School() as school, sftp_door.open(school.tenant) as door:
        new = change_password(school.tenant.store)
        assert isinstance(upload(_account(door), ROSTER).error, Unauthorized)
        assert upload(_account(door, password=new), ROSTER).error is None


def test_a_changed_host_key_is_noticed() -> None:
    """After the server got another key, a client that pinned the old one uploads nothing."""
    with School() as school:
        with sftp_door.open(school.tenant) as door:
            line = door.host_key_line.partition(" ")[2]
        change_host_key(school.tenant.store)
        with sftp_door.open(school.tenant) as door:
            account = Account(door.host, door.user, (line,), port=door.port, folder="/dropbox", password=door.password)
            assert isinstance(upload(account, ROSTER).error, ReconcilerError)
        school.tenant.clock.sleep(3600)
        assert school.portal.activities() == []


def test_only_what_ends_in_zip_is_an_upload() -> None:
    """A file under another name stays where it is and is not imported until it is renamed."""
    with School() as school, sftp_door.open(school.tenant) as door, Dropbox(door) as box:
        assert box.put("roster.part", ROSTER) == "ok"
        assert box.names() == ("ok", ["roster.part"])
        assert box.rename("roster.part", "Roster.ZIP") == "ok"
        assert box.names() == ("ok", [])
        school.portal.import_now()
        assert len(school.portal.activities()) == 1


def test_reading_an_upload_is_not_another_one() -> None:
    """Where zips are left lying, looking at one does not upload it again."""
    with School(sftp_takes_away="never") as school, sftp_door.open(school.tenant) as door, Dropbox(door) as box:
        box.put("roster.zip", ROSTER)
        assert box.get("roster.zip") == "ok"
        school.portal.import_now()
        assert len(school.portal.activities()) == 1


def test_half_a_zip_is_taken_as_it_is() -> None:
    """A zip whose connection is cut while it is written under its final name fails to import and changes nothing."""
    with School(sftp_write="cut") as school:
        with sftp_door.open(school.tenant) as door, Dropbox(door) as box:
            assert box.put("roster.zip", ROSTER * 20) != "ok"
        school.portal.import_now()
        assert [activity["messages"] for activity in school.portal.activities()] == [["The file is not a zip that can be read."]]


def test_there_is_no_way_out_of_the_folder() -> None:
    """A client sees the upload folder and nothing else of the machine."""
    with School() as school, sftp_door.open(school.tenant) as door, Dropbox(door) as box:
        assert box.stat("../../../../etc/passwd") == "SFTPNoSuchFile"


def test_nobody_comes_in_without_the_password() -> None:
    """A wrong password and a wrong user name are refused."""
    with School() as school, sftp_door.open(school.tenant) as door:
        for sign_in in ({"password": "wrong"}, {"password": door.password, "username": "somebody"}):
            with Dropbox(door, **sign_in) as box:
                assert box.put("roster.zip", ROSTER) == "PermissionDenied"
