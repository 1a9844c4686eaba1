"""Uploads over lines that are cut, fall silent, or only trickle; to a real OpenSSH server."""

from __future__ import annotations

from collections.abc import Sequence

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
    run, way = _through(server, Cut(up=450_000), Cut(up=SIGN_IN))
    assert run.error is None
    assert way.carried[-1]["up"] < len(CONTENT) / 2


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
    run, way = _through(server, *[Cut(up=120_000)] * 9)
    assert run.error is None
    assert len(way.carried) > 5
    _must_hold(server, run)


def _sweep(server: Server, steps: Sequence[int], way: str) -> list[Run]:
    """Cut uploads so many bytes before the end of what goes this way."""
    _, whole = _through(server, content=SMALL)
    runs = []
    for step in steps:
        for file in (server.files / "dropbox").iterdir():
            file.unlink()
        offset = whole.carried[0][way] - step
        runs.append(_through(server, Cut(up=offset) if way == "up" else Cut(down=offset), content=SMALL)[0])
        _must_hold(server, runs[-1], SMALL)
    return runs


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_at_the_end_is_unclear_and_not_repeated(server: Server, way: str) -> None:
    """Once the file may have been handed over, a cut line makes the outcome unclear, and nothing is sent a second time."""
    runs = _sweep(server, range(0, 320, 80), way)
    assert any(isinstance(run.error, Unclear) for run in runs)
    assert any(run.error is None for run in runs)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_anywhere_leaves_the_file_whole_or_absent(server: Server, way: str) -> None:
    """At whatever byte a line is cut, the file stands whole under its name or not at all, and the outcome is never a wrong one."""
    _sweep(server, [*range(0, 2_000, 11), *range(2_000, 20_000, 501)], way)


def test_a_silent_line_is_given_up_after_the_answers_time(server: Server) -> None:
    """A connection on which nothing comes any more counts as lost, and the upload goes on over another."""
    run, way = _through(server, Cut(up=200_000, silent=True), seconds=1.0)
    assert run.error is None
    assert len(way.carried) == 2
    _must_hold(server, run)


def test_a_line_that_trickles_is_waited_for(server: Server) -> None:
    """The time is for each answer, not for the whole: a slow line comes through on one connection."""
    run, way = _through(server, content=CONTENT * 3, lag=0.02, seconds=1.5)
    assert run.error is None
    assert len(way.carried) == 1


def test_a_line_slower_than_expected_gets_more_time(server: Server) -> None:
    """Each lost connection doubles the time that an answer may take, so that a line slower than thought comes through all the same."""
    run, way = _through(server, content=SMALL, lag=0.05, seconds=0.25)
    assert run.error is None
    assert len(way.carried) > 1
