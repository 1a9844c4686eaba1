"""Uploads to a real OpenSSH server."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.errors import ProviderError, ReconcilerError, Unauthorized
from tests.roster_upload.run import CONTENT, NAME, upload
from tests.roster_upload.sshd import PASSPHRASE, PASSWORD, ROOT, Server, serving

needs_root = pytest.mark.skipif(not ROOT, reason="only root can make accounts with passwords, and mount small disks")


def _files(server: Server) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (server.files / "dropbox").iterdir()}


def test_an_upload_is_whole_and_alone(server: Server) -> None:
    """The server holds the file byte for byte under its name, and nothing else of ours."""
    run = upload(server.account())
    assert run.error is None
    assert _files(server) == {NAME: CONTENT}


def test_an_upload_is_journaled_around_its_handing_over(server: Server) -> None:
    """The journal says "sending" with the path, then "received" with the file's name as reference."""
    run = upload(server.account())
    assert run.notes == ["sending", "received"]
    assert run.facts == [{"request": f"{server.folder()}/{NAME}"}, {"reference": NAME}]


def test_progress_counts_bytes(server: Server) -> None:
    """Progress rises to all bytes of the file."""
    done = [notice.done or 0 for notice in upload(server.account()).notices]
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)


def test_a_second_upload_replaces_the_first(server: Server) -> None:
    """An older upload of the same name that still waits there is replaced by the newer snapshot."""
    assert upload(server.account(), b"old").error is None
    assert upload(server.account(), b"new").error is None
    assert _files(server) == {NAME: b"new"}


def test_two_uploads_at_once_leave_one_of_them_whole(server: Server) -> None:
    """Uploads of the same name at the same time never mix: the last to be renamed stands there whole, and nothing else of ours."""
    contents = [CONTENT, CONTENT[::-1], b"short"]
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda content: upload(server.account(), content), contents))
    assert [run.error for run in runs] == [None] * 3
    assert list(_files(server)) == [NAME]
    assert _files(server)[NAME] in contents


@needs_root
def test_without_a_folder_uploads_go_where_one_arrives() -> None:
    """An account without a folder uploads to the place where its session begins."""
    with serving() as server:
        server.files.joinpath("dropbox").chmod(0o700)
        run = upload(server.account(folder=""))
        assert isinstance(run.error, ProviderError)  # the root of a lock-in is never writable
        assert "the folder where one arrives" in run.error.message


@needs_root
def test_password(server: Server) -> None:
    """A password signs in; the line break that a text file ends with is no part of it."""
    assert upload(server.account(private_key="", password=PASSWORD + "\n")).error is None


@needs_root
def test_a_wrong_password_is_refused_in_words(server: Server) -> None:
    """A wrong password is Unauthorized, says whose it is and where the right one stands, and is not shown itself."""
    run = upload(server.account(private_key="", password="hunter2"))  # noqa: S106 - a wrong one
    assert isinstance(run.error, Unauthorized)
    assert server.user in run.error.message
    assert "portal" in run.error.hint
    assert "hunter2" not in run.said
    assert run.notes == []


def test_a_key_with_passphrase(server: Server) -> None:
    """A private key that is locked opens with its passphrase."""
    assert upload(server.account(private_key=server.key("locked"), passphrase=PASSPHRASE)).error is None


@pytest.mark.parametrize(
    ("key", "passphrase", "words"),
    [
        ("locked", "wrong", "cannot be opened with this passphrase"),
        ("locked", "", "without its passphrase"),
        ("id.pub", "", "no private key"),
    ],
)
def test_a_key_that_cannot_be_used(server: Server, key: str, passphrase: str, words: str) -> None:
    """A private key that cannot be read is refused before anything is connected, without showing it."""
    run = upload(server.account(private_key=server.key(key), passphrase=passphrase, port=1))
    assert isinstance(run.error, ReconcilerError)
    assert words in run.error.message
    assert server.key(key).splitlines()[0] not in run.said


def test_a_wrong_key_is_refused_in_words(server: Server) -> None:
    """A key that the server does not know is Unauthorized."""
    run = upload(server.account(private_key=server.key("stranger")))
    assert isinstance(run.error, Unauthorized)
    assert "private key" in run.error.message


def test_a_changed_host_key_is_refused_with_both_fingerprints(server: Server) -> None:
    """A server that shows another key than the pinned one gets nothing, and both fingerprints are shown as ssh-keygen shows them."""
    pinned = server.home / "keys" / "stranger.pub"
    run = upload(server.account(host_keys=(pinned.read_text(),)))
    assert isinstance(run.error, ProviderError)
    for public in (pinned, server.home / "host_key.pub"):
        assert _fingerprint(public) in run.error.message
    assert run.notes == []
    assert _files(server) == {}


def test_a_host_key_of_another_type_is_refused_with_both_fingerprints(server: Server, tmp_path: Path) -> None:
    """The key that the server shows is named even if it is of a type that was not pinned."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(tmp_path / "other")], check=True)
    run = upload(server.account(host_keys=((tmp_path / "other.pub").read_text(),)))
    assert run.error is not None
    assert _fingerprint(server.home / "host_key.pub") in run.error.message
    assert _fingerprint(tmp_path / "other.pub") in run.error.message


def _fingerprint(public: Path) -> str:
    return subprocess.run(["ssh-keygen", "-l", "-f", str(public)], check=True, capture_output=True, text=True).stdout.split()[1]


def test_what_stands_in_the_home_folder_plays_no_part(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, keys and known hosts of the person who runs us are not used: only what the account says."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  Port 1\n  ProxyCommand false\n  User nobody\n")
    (tmp_path / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
    (tmp_path / ".ssh" / "id_ed25519").write_text(server.key())
    (tmp_path / ".ssh" / "id_ed25519").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert upload(server.account()).error is None
    assert isinstance(upload(server.account(private_key="", password="hunter2")).error, Unauthorized)  # noqa: S106 - a wrong one
    assert "not pinned" in str(upload(server.account(host_keys=(server.key("stranger.pub"),))).error)


def test_a_missing_folder_is_named(server: Server) -> None:
    """A folder that does not exist is named, and nothing is journaled."""
    run = upload(server.account(folder=server.folder("nowhere")))
    assert isinstance(run.error, ProviderError)
    assert f"no folder {server.folder('nowhere')}" in run.error.message
    assert run.notes == []


def test_a_readonly_folder_is_named(server: Server) -> None:
    """A folder that may not be written to is named, and the journal ends with a definite no."""
    run = upload(server.account(folder=server.folder("readonly")))
    assert isinstance(run.error, ProviderError)
    assert f"may not write to the folder {server.folder('readonly')}" in run.error.message
    assert run.notes == ["sending", "refused"]


@needs_root
def test_a_full_disk_is_said(server: Server) -> None:
    """A disk that fills up while writing is named as full, and what was written is removed again."""
    small = server.files / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k,mode=777", "tmpfs", str(small)], check=True)
    try:
        run = upload(server.account(folder="/small"))
        assert isinstance(run.error, ProviderError)
        assert "its disk is full" in run.error.message
        assert list(small.iterdir()) == []
        assert "received" not in run.notes
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)  # the server's child may be on its way out
        small.rmdir()


def test_a_quota_is_said() -> None:
    """A server that stops in the middle of the file is quoted, and what was written is removed again."""
    with serving(most=200_000) as server:
        run = upload(server.account())
        assert isinstance(run.error, ProviderError)
        assert "quota" in run.error.hint
        assert _files(server) == {}
        assert "received" not in run.notes


@pytest.mark.parametrize("sftp", ["", "/bin/echo Maintenance until Monday", "/bin/false"])
def test_a_server_without_sftp_is_said(sftp: str) -> None:
    """A server that lets us in and speaks no SFTP, or something else in its place, is told apart from one that does not answer."""
    with serving(sftp) as server:
        run = upload(server.account())
        assert isinstance(run.error, ProviderError)
        assert "no file transfer (SFTP)" in run.error.message
