from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.pseudonyms import REHEARSED
from tests.roster_upload.academy import Academy


@pytest.fixture
def blind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Academy:
    """A district that cannot read back anything."""
    made = Academy(tmp_path, capsys, devices=3)
    made.begin(reads=False)
    assert made.run("plan").code == 2
    return made


def _log(academy: Academy) -> bytes:
    """The log of the newest import, once it has ended."""
    with academy.tenant() as tenant:
        tenant.academic.import_now()
        return tenant.academic.activity_log()


def _verify(academy: Academy, log: bytes) -> tuple[int, str, str]:
    academy.write("log.csv", "")
    (academy.folder / "log.csv").write_bytes(log)
    ran = academy.run("verify", "roster", "--log", str(academy.folder / "log.csv"))
    return ran.code, ran.out, ran.err


def test_a_log_proves_what_was_taken(blind: Academy) -> None:
    """What Apple's log says was taken is proven, and plans no longer say that nobody has seen it."""
    assert blind.apply().code == 0
    code, out, _ = _verify(blind, _log(blind))
    assert (code, "Apple took 78 things of this roster." in out) == (0, True)
    assert "nobody has seen" not in blind.run("plan").out


@pytest.mark.parametrize("switches", [{}, {"activity_log_bom": "present", "activity_log_repeats": "present"}], ids=["plain", "odd"])
def test_what_the_log_refuses_is_planned_again(blind: Academy, switches: dict[str, str]) -> None:
    """People whom Apple refused leave the record under their pseudonyms with Apple's word, and the next plan has them again."""
    blind.switch(import_partial_failure="22", **switches)
    assert blind.apply().code == 0
    code, out, _ = _verify(blind, _log(blind))
    assert (code, "Refused, INTERNAL_ERROR: " in out) == (7, True)
    again = blind.names(blind.plan(), kind="person", verb="create")
    assert len(again) == 3
    assert all(f"person/{name}" in out for name in again)


def test_a_failed_import_is_planned_again(blind: Academy) -> None:
    """A log that says the import failed as a whole brings back everything that the upload covered."""
    blind.switch(import_end="failed")
    assert blind.apply().code == 0
    assert _verify(blind, _log(blind))[0] == 7
    assert len(blind.names(blind.plan(), kind="person", verb="create")) == 66


def test_the_log_of_an_earlier_upload_settles_nothing(blind: Academy) -> None:
    """A log of an import before our last upload is recognised, said, and changes nothing."""
    assert blind.apply().code == 0
    earlier = _log(blind)
    blind.without_people("s-0")
    assert blind.apply().code == 0
    record = (blind.folder / "state" / "record.tsv").read_bytes()
    _, out, _ = _verify(blind, earlier)
    assert "which began before our last upload: nothing was settled by it." in out
    assert (blind.folder / "state" / "record.tsv").read_bytes() == record


BROKEN = {
    "a roster file": (b"person_id,first_name\ns-1,Xi\n", "log.csv:1:1  does not say ACTIVITY_ID, STARTED AT, STATUS"),
    "another log": (b"a,b,c\n", "log.csv:1:1  is no line of an activity log of rosters."),
    "not text": (b"\xff\xfe\x00", "log.csv:1:1  is not UTF-8 text, so it is no log of Apple's."),
    "a short row": (
        b"ACTIVITY_ID,1\nSTARTED AT,2026-11-23T08:01:00Z\nSTATUS,COMPLETED\n\n"
        b"location_id,location_name,operation_status,operation_substatus,timestamp\nnorth,North\n",
        "log.csv:6:1  has 2 values where its section has 5 columns.",
    ),
    "an unknown status": (
        b"ACTIVITY_ID,1\nSTARTED AT,2026-11-23T08:01:00Z\nSTATUS,COMPLETED\n\n"
        b"location_id,location_name,operation_status,operation_substatus,timestamp\nnorth,North,WELL,CREATED,2026-11-23T08:01:00Z\n",
        "log.csv:6:3  has no operation_status (SUCCESS or ISSUE) and timestamp where they belong.",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_log_is_named_line_by_line(blind: Academy, what: str) -> None:
    """A file that is no activity log of rosters is refused with the line that is wrong, and nothing is settled by it."""
    assert blind.apply().code == 0
    content, sentence = BROKEN[what]
    code, _, err = _verify(blind, content)
    assert (code, sentence in err) == (1, True), err


def _deleted(academy: Academy) -> str:
    """Upload everybody, then all but one, of whom the pseudonym is returned; nobody has seen the end of the second upload."""
    assert academy.apply().code == 0
    academy.without_people("s-0")
    return REHEARSED.of("person", "s-0")


@pytest.mark.parametrize("copies", ["kept", "lost"])
def test_a_failed_import_has_ended_nobody(blind: Academy, copies: str) -> None:
    """When the import failed as a whole, who was to leave is ours again, so that the next plan lets them leave again, and nobody else."""
    gone = _deleted(blind)
    blind.switch(import_end="failed")
    assert blind.apply().code == 0
    if copies == "lost":
        for file in (blind.folder / "state" / "private" / "scratch").glob("roster-*"):
            file.unlink()
    assert _verify(blind, _log(blind))[0] == 7
    again = blind.plan()
    assert blind.names(again, kind="person", verb="delete") == [gone]
    assert blind.names(again, kind="person", verb="create") == []
    blind.switch(import_end="completed")
    blind.settings(guards={"rosters": {"locations": {"percent": 100, "count": 100}, "files": {"percent": 100, "count": 100}}})
    assert blind.apply().code == 0
    assert _verify(blind, _log(blind))[0] == 0
    assert blind.plan()["changes"] == []


@pytest.mark.parametrize(("end", "code", "again"), [("completed", 0, 0), ("failed", 7, 78)])
def test_a_log_closes_what_is_in_flight(tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str, code: int, again: int) -> None:
    """An upload whose end nobody has seen is settled by the log of its import, and the roster can be planned again at once."""
    academy = Academy(tmp_path, capsys, devices=3)
    academy.begin()
    assert academy.run("plan").code == 2
    academy.switch(import_end=end, import_wait="600")
    assert academy.apply().code == 7
    assert "an earlier write may still change them" in academy.run("plan").out
    found, out, _ = _verify(academy, _log(academy))
    assert (found, "Nobody had seen the end of this upload" in out) == (code, True)
    plan = academy.plan()
    assert len(academy.names(plan, verb="create")) == again
    assert not any("an earlier write" in left["why"] for left in plan["left_alone"])
    assert academy.run("ledger", "verify").code == 0


def test_a_log_closes_an_upload_whose_answer_was_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An upload that nothing reads back and whose answer never came is settled by the log of its import, and is proven by it."""
    academy = Academy(tmp_path, capsys, devices=3)
    academy.begin(switches={"import_wait": "600"})
    assert academy.apply().code == 7
    academy.begin(reads=False)
    journal = academy.folder / "state" / "private" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    assert json.loads(lines[-1])["event"] == "received"
    journal.write_text("".join(lines[:-1]))
    log = _log(academy)
    for _ in range(2):  # the second time nothing else comes of it
        assert _verify(academy, log)[0] == 0
        assert academy.plan()["changes"] == []
        assert "nobody has seen" not in academy.run("plan").out
