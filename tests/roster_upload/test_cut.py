"""Uploads over lines that are cut, fall silent, or only trickle; to a real OpenSSH server."""

from __future__ import annotations

import pytest

from reconciler.errors import ProviderError, Unclear
from tests.roster_upload.line import Cut, Line, line
from tests.roster_upload.run import CONTENT, NAME, Run, upload
from tests.roster_upload.sshd import Server

SIGN_IN = 6_000
"""More bytes than it takes to sign in, and fewer than a window of writes."""


SMALL = CONTENT[:20_000]


def _through(server: Server, *cuts: Cut, content: bytes = CONTENT, lag: float = 0.0, seconds: float = 30.0) -> tuple[Run, Line]:
    with line(server.port, *cuts, lag=lag) as way:
        return upload(server.account(port=way.port), content, seconds=seconds), way


def _must_hold(server: Server, run: Run, content: bytes = CONTENT) -> None:
    """What must hold however the line behaved: whole or not there, and never a success that is none, nor a failure that is one."""
    file = server.files / "dropbox" / NAME
    there = file.exists()
    assert not there or file.read_bytes() == content
    if run.error is None:
        assert there
        assert run.notes == ["sending", "received"]
    elif isinstance(run.error, Unclear):
        assert run.notes == ["sending"]
    else:
        assert not there
        assert run.notes in ([], ["sending", "refused"])


@pytest.mark.parametrize("offset", [0, 1, 40, 1_500, 3_000, SIGN_IN, 100_000, 300_000, 500_000])
def test_a_cut_line_is_made_again(server: Server, offset: int) -> None:
    """A connection that is cut before the file is handed over, at whatever byte, is made again and the upload comes through."""
    run, way = _through(server, Cut(up=offset))
    assert run.error is None
    assert len(way.carried) == 2
    assert [path.name for path in (server.files / "dropbox").iterdir()] == [NAME]
    _must_hold(server, run)


def test_an_upload_goes_on_where_it_was_cut(server: Server) -> None:
    """What the server acknowledged is not sent again."""
    run, way = _through(server, Cut(up=1_400_000), Cut(up=SIGN_IN), content=CONTENT * 3)
    assert run.error is None
    assert way.carried[-1]["up"] < len(CONTENT) * 1.5  # what was on its way unanswered, at most half a megabyte, and the rest


def test_progress_never_falls_on_a_server_that_lets_us_go_on(server: Server) -> None:
    """The bar stays where it was when the line is cut, and the pause is shown with its reason."""
    run, _ = _through(server, Cut(up=300_000))
    done = [notice.done for notice in run.notices if notice.done is not None]
    assert done == sorted(done)
    assert [notice.text for notice in run.notices if notice.wait] == ["127.0.0.1 lost the connection: trying again"]


def test_a_line_that_is_always_cut_is_given_up(server: Server) -> None:
    """Five connections in a row that gain nothing are enough; the error says that nothing was handed over."""
    run, way = _through(server, *[Cut(up=SIGN_IN)] * 20)
    assert isinstance(run.error, ProviderError)
    assert "5 times in a row" in run.error.message
    assert "Nothing was handed over" in run.error.message
    assert len(way.carried) == 5
    _must_hold(server, run)


def test_a_line_that_is_often_cut_comes_to_its_end(server: Server) -> None:
    """As long as every connection gains something, we go on."""
    run, way = _through(server, *[Cut(up=120_000)] * 6)
    assert run.error is None
    assert len(way.carried) > 5
    _must_hold(server, run)


@pytest.mark.parametrize(("way", "there"), [("up", False), ("down", True)])
def test_a_line_cut_while_handing_over_is_unclear(server: Server, way: str, there: bool) -> None:
    """Whether the request to rename is lost or the answer to it: the outcome is unclear, and nothing is sent a second time."""
    with line(server.port) as between:
        run = upload(server.account(port=between.port), before=lambda: between.stopped.add(way))
        assert isinstance(run.error, Unclear)
        assert len(between.carried) == 1
    assert (server.files / "dropbox" / NAME).exists() is there
    _must_hold(server, run)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_anywhere_leaves_the_file_whole_or_absent(server: Server, way: str) -> None:
    """At whatever byte a line is cut, the file stands whole under its name or not at all, and the outcome is never a wrong one."""
    _, whole = _through(server, content=SMALL)
    end = whole.carried[0][way]
    for offset in [*range(end, end - 1_000, -25), *range(end - 1_000, 0, -400)]:
        (server.files / "dropbox" / NAME).unlink(missing_ok=True)
        run, _ = _through(server, Cut(up=offset) if way == "up" else Cut(down=offset), content=SMALL)
        _must_hold(server, run, SMALL)


def test_a_silent_line_is_given_up_after_the_answers_time(server: Server) -> None:
    """A connection on which nothing comes any more counts as lost, and the upload goes on over another."""
    run, way = _through(server, Cut(up=200_000, silent=True), seconds=1.0)
    assert run.error is None
    assert len(way.carried) > 1
    _must_hold(server, run)


def test_a_line_that_trickles_is_waited_for(server: Server) -> None:
    """The time is for each answer, not for the whole: a slow line comes through on one connection."""
    run, way = _through(server, content=CONTENT * 4, lag=0.02, seconds=2.0)
    assert run.error is None
    assert len(way.carried) == 1


def test_a_line_slower_than_expected_gets_more_time(server: Server) -> None:
    """Each lost connection doubles the time that an answer may take, so that a line slower than thought comes through all the same."""
    run, way = _through(server, content=SMALL, lag=0.05, seconds=0.25)
    assert run.error is None
    assert len(way.carried) > 1
