"""What every back end must do, whatever it keeps its state in: see state/backend.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from state.backend import Backend
from state.errors import Conflict, LockedElsewhere, OtherOrganization
from state.ledger import LedgerEntry
from state.local import LocalBackend
from state.lock import Holder
from state.record import Entry
from tests.state import children

Open = Callable[[], Backend]

JANE = Holder("jane", "laptop", 4711, "2026-11-23T09:14:00+00:00", "run-1")
JOHN = Holder("john", "desk", 42, "2026-11-23T10:00:00+00:00", "run-2")


class Ticking:
    """A clock that moves by a second each time it is read."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 30, 23, 59, 55, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The next second."""
        self.moment += timedelta(seconds=1)
        return self.moment


def local(folder: Path) -> Open:
    return lambda: LocalBackend(folder / "state", "Riverside", Ticking())


BACK_ENDS = {"local": local}


@pytest.fixture(params=BACK_ENDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    return BACK_ENDS[request.param](tmp_path)


def test_nothing_saved_is_an_empty_record(reopen: Open) -> None:
    """Before the first save, the record is empty, has serial 0 and no lineage."""
    record = reopen().record()
    assert (record.organization, record.serial, record.lineage, record.entries, record.awaiting) == ("Riverside", 0, "", {}, {})


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Reading every part of a state that does not exist leaves no file behind."""
    backend = LocalBackend(tmp_path / "state", "Riverside")
    backend.record()
    assert (backend.journal().lines(), list(backend.ledger()), backend.ledger().verify(), backend.scratch.get("x")) == ([], [], 0, None)
    assert backend.lock().holder() is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_is_read(reopen: Open) -> None:
    """What is saved is read back by another handle, one serial higher, and the caller's own record stays as it was."""
    record = reopen().record()
    record.put("device_assignment", "DMPX4K2Q1", Entry("f1", "id-1", "2026-11-23 jane@example.org"))
    record.put_awaiting("device_assignment", "DMPX4K2Q2", "2026-11-01")
    saved = reopen().save(record, 0)
    assert (saved.serial, len(saved.lineage), record.serial) == (1, 32, 0)
    assert reopen().record() == saved
    saved.put("device_assignment", "OTHER", Entry("f2"))
    assert "OTHER" not in reopen().record().kind("device_assignment")


def test_the_lineage_outlives_saves(reopen: Open) -> None:
    """The lineage is made at the first save and stays."""
    first = reopen().save(reopen().record(), 0)
    assert reopen().save(first, 1).lineage == first.lineage


def test_a_moved_record_is_not_overwritten(reopen: Open) -> None:
    """A save that expects another serial than the stored one is a Conflict that says both, and changes nothing."""
    stale = reopen().record()
    saved = reopen().save(stale, 0)
    with pytest.raises(Conflict, match=r"expected at serial 0 and is at serial 1") as refused:
        reopen().save(stale, 0)
    assert "plan again" in refused.value.hint
    assert reopen().record() == saved


def test_another_lineage_is_not_overwritten(reopen: Open) -> None:
    """A record of another lineage is a Conflict even where the serials happen to agree."""
    saved = reopen().save(reopen().record(), 0)
    saved.lineage = "0" * 32
    with pytest.raises(Conflict, match="another record"):
        reopen().save(saved, 1)


def test_another_organization_is_refused(reopen: Open) -> None:
    """A record of another organization is never saved here."""
    record = reopen().record()
    record.organization = "Hillside"
    with pytest.raises(OtherOrganization, match='"Hillside", not of "Riverside"'):
        reopen().save(record, 0)


def test_racing_writers_lose_nothing(reopen: Open) -> None:
    """Of writers in different processes that expect the same serial exactly one succeeds, so that no update is ever lost."""

    def add(writer: str) -> None:
        for number in range(8):
            while True:
                record = reopen().record()
                record.put("person", f"{writer}{number}", Entry("f"))
                try:
                    reopen().save(record, record.serial)
                    break
                except Conflict:
                    continue

    started = [children.start(lambda writer=writer: add(writer)) for writer in "ab"]  # type: ignore[misc]  # a default binds the loop's value
    assert [children.wait(child) for child in started] == [0, 0]
    assert reopen().record().serial == 16
    assert sorted(reopen().record().kind("person")) == sorted(f"{writer}{number}" for writer in "ab" for number in range(8))


def test_the_journal_tells_the_unfinished_run(reopen: Open) -> None:
    """The journal gives back its events in order, each with moment and run, until the run is closed."""
    reopen().journal().append("begin", run="run-1", step="s1", names=["Zoë", "\ud800"])
    reopen().journal().append("sending", step="s1")
    begin, sending = reopen().journal().lines()
    assert (begin["event"], begin["run"], begin["names"]) == ("begin", "run-1", ["Zoë", "\ud800"])
    assert (sending["event"], sending["run"], sending["at"]) == ("sending", "run-1", "2026-11-30T23:59:56.000Z")
    reopen().journal().close_run()
    assert reopen().journal().lines() == []
    reopen().journal().close_run()


def test_a_run_without_a_name_gets_one(reopen: Open) -> None:
    """A run that gives itself no id gets one, and keeps it from line to line."""
    reopen().journal().append("begin")
    reopen().journal().append("done")
    runs = {line["run"] for line in reopen().journal().lines()}
    assert len(runs) == 1
    assert runs != {""}


def test_the_ledger_keeps_what_was_told(reopen: Open) -> None:
    """The ledger gives back what was appended, numbered without gaps and chained, and verifies."""
    names = [f"DMPX{number:06}" for number in range(1000)]
    told = reopen().ledger().append([LedgerEntry("r", "done", {"user": "jané"}, {"step": 1, "names": names}), LedgerEntry("r", "closed")])
    told += reopen().ledger().append([LedgerEntry("r2", "done", what={"pair": (1, 2), "by": {2: "b", 10: "a"}})])
    assert list(reopen().ledger()) == told
    assert [line.n for line in told] == [1, 2, 3]
    assert [line.previous for line in told] == ["", told[0].hash, told[1].hash]
    assert reopen().ledger().verify() == 3


def test_the_ledger_knows_what_it_was_told(reopen: Open) -> None:
    """A run that resumes can ask whether an event of a step is already in the ledger."""
    reopen().ledger().append([LedgerEntry("r", "done", what={"step": "s1"})])
    ledger = reopen().ledger()
    assert ledger.has("r", "done", "s1")
    assert not ledger.has("r", "done", "s2")
    assert not ledger.has("r", "failed", "s1")
    assert not ledger.has("s1", "done", "s1")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"text": "MERAKI"}, [1]),
        ({"kind": "device_assignment"}, [1, 2]),
        ({"kind": "device_assignment", "name": "D2"}, [2]),
        ({"name": "D1"}, [1]),
        ({"kind": "person", "name": "D1"}, []),
        ({"run": "r2"}, [2, 3]),
        ({"until": "2026-11-30"}, [1, 2, 3]),
        ({"since": "2026-12"}, [4]),
        ({"since": "2026-11-30T23:59:57", "until": "2026-11-30T23:59:58"}, [2, 3]),
        ({}, [1, 2, 3, 4]),
    ],
)
def test_the_ledger_answers_questions(reopen: Open, question: dict[str, str], found: list[int]) -> None:
    """The ledger finds lines by text, kind, name, run and time, and by all of those together."""
    backend = reopen()
    told = [
        LedgerEntry("r1", "done", what={"kind": "device_assignment", "names": ["D1"], "from": "Meraki"}),
        LedgerEntry("r2", "done", what={"changes": [{"address": "device_assignment/D2"}]}),
        LedgerEntry("r2", "done", what={"kind": "person", "names": {"p1": "landed"}}),
    ]
    backend.ledger().append(told)
    backend.journal().append("a moment passes")
    backend.ledger().append([LedgerEntry("r3", "done", what={"kind": "person", "names": ["p2"]})])
    assert [line.n for line in backend.ledger().search(**question)] == found


def test_one_run_at_a_time(reopen: Open) -> None:
    """While a run holds the lock, another is refused and told who holds it and since when; afterwards it is free."""
    with reopen().lock().acquire(JANE) as held:
        assert held.took_over_from is None
        assert reopen().lock().holder() == JANE
        with pytest.raises(LockedElsewhere, match=r"jane@laptop \(process 4711\) since 2026-11-23 09:14 UTC") as refused:
            reopen().lock().acquire(JOHN)
        assert refused.value.holder == JANE
    assert reopen().lock().holder() is None
    with reopen().lock().acquire(JOHN) as held:
        assert held.took_over_from is None


def test_scratch_keeps_json(reopen: Open) -> None:
    """The scratch store gives back the last JSON value put under a name, whatever characters the name has."""
    reopen().scratch.put("budget/a b:é", {"spent": [1.5, 2]})
    reopen().scratch.put("budget/a b:é", {"spent": [3]})
    assert reopen().scratch.get("budget/a b:é") == {"spent": [3]}
    assert reopen().scratch.get("other") is None
