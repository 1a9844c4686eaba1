from __future__ import annotations

from pathlib import Path

import pytest

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
