"""Uploads to servers that are not as kind as OpenSSH."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from reconciler.errors import ProviderError, Unclear
from tests.roster_upload.hostile import Mood, found, hostile
from tests.roster_upload.run import CONTENT, NAME, upload

ALL = ["sending", "received"]
TWICE = ["sending", "refused", "sending", "received"]


def test_a_server_that_takes_the_file_away_at_once(tmp_path: Path) -> None:
    """A file that is gone as soon as it has its name was handed over: nobody looks for it afterwards."""
    mood = Mood(takes="zip")
    with hostile(tmp_path, mood) as account:
        run = upload(account)
    assert run.error is None
    assert mood.taken == {NAME: CONTENT}
    assert "stat" not in mood.asked
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("refuses", "notes"),
    [
        ({"stat"}, ALL),
        ({"statvfs"}, ALL),
        ({"remove"}, ALL),
        ({"posix_rename"}, ALL),
        ({"temporary"}, ALL),
        ({"posix_rename", "rename"}, TWICE),
        ({"posix_rename", "rename", "remove", "stat"}, TWICE),
    ],
)
@pytest.mark.parametrize("no", [asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure, asyncssh.SFTPOpUnsupported])
def test_a_server_that_refuses_some_of_it(
    tmp_path: Path, refuses: set[str], notes: list[str], no: Callable[[str], asyncssh.SFTPError]
) -> None:
    """Whatever of looking, removing, renaming and temporary names a server refuses, the upload comes through by what is left."""
    mood = Mood(frozenset(refuses), takes="zip", no=no)
    with hostile(tmp_path, mood) as account:
        run = upload(account)
    assert run.error is None
    assert run.notes == notes
    assert mood.taken == {NAME: CONTENT}


def test_a_server_that_cannot_replace_a_file(tmp_path: Path) -> None:
    """Where renaming does not replace, the older upload is removed first."""
    (tmp_path / NAME).write_bytes(b"old")
    with hostile(tmp_path, Mood(frozenset({"posix_rename"}))) as account:
        run = upload(account)
    assert run.error is None
    assert run.notes == ALL
    assert (tmp_path / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("refuses", [set(), {"posix_rename", "rename"}])
def test_a_server_that_takes_any_file_at_once_is_unclear(tmp_path: Path, refuses: set[str]) -> None:
    """A file that was taken under its temporary name is not sent again; the hint names the setting for such servers."""
    mood = Mood(frozenset(refuses), takes="any")
    with hostile(tmp_path, mood) as account:
        run = upload(account)
    assert isinstance(run.error, Unclear)
    assert "temporary_name: false" in run.error.hint
    assert run.notes == ["sending"]
    assert len(mood.taken) == 1


def test_a_server_that_takes_any_file_gets_the_final_name(tmp_path: Path) -> None:
    """Without a temporary name the file is written straight to its own."""
    mood = Mood(takes="any")
    with hostile(tmp_path, mood) as account:
        run = upload(replace(account, temporary_name=False))
    assert run.error is None
    assert mood.taken == {NAME: CONTENT}


def test_a_file_taken_while_the_line_was_down_is_unclear(tmp_path: Path) -> None:
    """A whole file that is gone when the connection is made again may be imported: it is not sent again."""
    mood = Mood(takes="any", drops="close")
    with hostile(tmp_path, mood) as account:
        run = upload(account)
    assert isinstance(run.error, Unclear)
    assert run.notes == ["sending"]
    assert len(mood.taken) == 1


@pytest.mark.parametrize("refuses", [{"again"}, {"stat"}, {"again", "stat"}])
def test_a_server_that_does_not_let_us_go_on(tmp_path: Path, refuses: set[str]) -> None:
    """Where a file that is there may not be looked at or written further, a lost connection means to begin again."""
    mood = Mood(frozenset(refuses), drops="write", drops_after=300_000)
    with hostile(tmp_path, mood) as account:
        run = upload(account)
    assert run.error is None
    assert found(tmp_path, mood) == {NAME: CONTENT}


@pytest.mark.parametrize("how", ["silent", "drops"])
@pytest.mark.parametrize("request_", ["posix_rename", "open", "write", "close"])
def test_an_answer_lost_while_handing_over_is_unclear(tmp_path: Path, how: str, request_: str) -> None:
    """Whichever answer is lost from the moment that the file may be seen under its name, nothing is sent again."""
    mood = Mood(takes="zip", silent=request_ if how == "silent" else "", drops=request_ if how == "drops" else "")
    with hostile(tmp_path, mood) as account:
        run = upload(account if request_ == "posix_rename" else replace(account, temporary_name=False), seconds=1.0)
    assert isinstance(run.error, Unclear)
    assert "not uploaded again" in run.error.hint
    assert run.notes == ["sending"]
    assert set(found(tmp_path, mood)) == {NAME}


def test_a_server_that_never_answers_before_is_given_up(tmp_path: Path) -> None:
    """A server that lets us in and answers nothing is given up, and nothing was handed over."""
    with hostile(tmp_path, Mood(silent="open")) as account:
        run = upload(account, seconds=0.1)
    assert isinstance(run.error, ProviderError)
    assert "gave no answer in time, 5 times in a row" in run.error.message
    assert run.notes == []


def test_a_part_that_cannot_be_withdrawn_is_unclear(tmp_path: Path) -> None:
    """A server that breaks off a direct upload and lets nothing be removed may import the part: nothing is sent again."""
    with hostile(tmp_path, Mood(frozenset({"write", "remove"}))) as account:
        run = upload(replace(account, temporary_name=False))
    assert isinstance(run.error, Unclear)


@pytest.mark.parametrize("temporary", [True, False])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (14, "its disk is full"),
        (15, "the quota of somebody is used up"),
        (12, "may not write"),
        (4, "it says: my own words"),
        (99, "my own words"),
    ],
)
def test_a_refusal_is_said_in_words(tmp_path: Path, code: int, words: str, temporary: bool) -> None:
    """Full disks, quotas and everything else are told apart where the server tells; its own words are short and harmless."""
    with hostile(tmp_path, Mood(code=("write", code))) as account:
        run = upload(replace(account, temporary_name=temporary))
    assert isinstance(run.error, ProviderError)
    assert not isinstance(run.error, Unclear)
    assert words in run.error.message
    assert "\x1b" not in run.error.message
    assert len(run.error.message) < 400
    assert run.notes == ([] if temporary else ["sending", "refused"])
    assert list(tmp_path.iterdir()) == []
