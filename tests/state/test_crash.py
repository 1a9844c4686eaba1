"""Processes that die at the worst moments, and bytes that were only half written."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from state.errors import LockedElsewhere
from state.ledger import LedgerEntry
from state.local import LocalBackend
from state.lock import Holder
from state.record import Entry
from tests.state import children


def backend(folder: Path) -> LocalBackend:
    return LocalBackend(folder / "state", "Riverside")


def killed_everywhere(folder: Path, action: Callable[[Path], None], check: Callable[[Path], None]) -> int:
    """Run `action` in children that die one file operation later each time, and `check` after each; how many deaths until one lived."""
    moment = 0
    while True:
        moment += 1
        place = folder / str(moment)

        def child(place: Path = place, moment: int = moment) -> None:
            backend(place).save(backend(place).record(), 0)
            children.die_at(moment, str(place))
            action(place)

        status = children.run(child)
        check(place)
        if status == 0:
            return moment - 1
        assert status == -signal.SIGKILL


def test_save_survives_death(tmp_path: Path) -> None:
    """A process that dies at any file operation of a save leaves the old record or the new one, and the next save works."""
    seen = set()

    def save(place: Path) -> None:
        record = backend(place).record()
        record.put("person", "anna", Entry("f"))
        backend(place).save(record, 1)

    def check(place: Path) -> None:
        record = backend(place).record()
        seen.add((record.serial, *record.kind("person")))
        assert backend(place).save(record, record.serial).serial == record.serial + 1

    assert killed_everywhere(tmp_path, save, check) >= 5
    assert seen == {(1,), (2, "anna")}


def test_append_survives_death(tmp_path: Path) -> None:
    """A process that dies at any file operation of the journal or ledger leaves whole lines, and the next append works."""

    def append(place: Path) -> None:
        backend(place).journal().append("begin", run="r", step=1)
        backend(place).ledger().append([LedgerEntry("r", "done", what={"step": 1})])
        backend(place).journal().close_run()

    def check(place: Path) -> None:
        events = [line["event"] for line in backend(place).journal().lines()]
        assert events in ([], ["begin"])
        if not backend(place).ledger().has("r", "done", 1):
            backend(place).ledger().append([LedgerEntry("r", "done", what={"step": 1})])
        assert backend(place).ledger().verify() == 1
        backend(place).journal().append("resumed")

    assert killed_everywhere(tmp_path, append, check) >= 8


def test_the_journal_archive_survives_death(tmp_path: Path) -> None:
    """A run is either unfinished or in the archive, whenever its process dies while closing it."""

    for moment in range(1, 8):
        place = tmp_path / str(moment)
        backend(place).journal().append("begin", run="r")

        def child(place: Path = place, moment: int = moment) -> None:
            children.die_at(moment, str(place))
            backend(place).journal().close_run()

        children.run(child)
        archived = len(list((place / "state" / "private" / "runs").glob("*.jsonl")))
        assert len(backend(place).journal().lines()) + archived == 1


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_a_torn_journal_line_is_dropped_and_repaired(tmp_path: Path, cut: int) -> None:
    """A last line that was only partly written is not read, and the next append takes its place."""
    journal = backend(tmp_path).journal()
    journal.append("begin", run="r")
    journal.append("sending")
    path = tmp_path / "state" / "private" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    assert [line["event"] for line in journal.lines()] == ["begin"]
    journal.append("sending", again=True)
    assert [line["event"] for line in journal.lines()] == ["begin", "sending"]
    assert len(path.read_bytes().splitlines()) == 2


def test_zeros_after_a_power_cut_are_dropped(tmp_path: Path) -> None:
    """Zero bytes that a file system leaves behind the last line after a power cut count as torn."""
    ledger = backend(tmp_path).ledger()
    ledger.append([LedgerEntry("r", "one")])
    path = tmp_path / "state" / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b"\0" * 4096)
    assert ledger.verify() == 1
    ledger.append([LedgerEntry("r", "two")])
    assert [line.event for line in ledger] == ["one", "two"]


def test_a_torn_ledger_line_is_dropped_and_repaired(tmp_path: Path) -> None:
    """A torn ledger line, longer than any buffer, was never acknowledged: the chain verifies without it and goes on in its place."""
    ledger = backend(tmp_path).ledger()
    ledger.append([LedgerEntry("r", "one", what={"names": ["x" * 30] * 5000})])
    ledger.append([LedgerEntry("r", "two", what={"names": ["y" * 30] * 5000})])
    path = tmp_path / "state" / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-2])
    assert ledger.verify() == 1
    ledger.append([LedgerEntry("r", "three")])
    assert [line.event for line in ledger] == ["one", "three"]
    assert ledger.verify() == 2


def test_a_dead_holder_is_recognised(tmp_path: Path) -> None:
    """The lock of a process that died is free, nobody is said to hold it, and whoever takes it is told which run left it."""
    jane = Holder("jane", "laptop", 4711, "2026-11-23T09:14:00+00:00", "run-1")

    def child() -> None:
        backend(tmp_path).lock().acquire(jane)
        children.die()

    assert children.run(child) == -signal.SIGKILL
    lock = backend(tmp_path).lock()
    assert lock.holder() is None
    with lock.acquire(Holder("john", "desk", 1, "", "run-2")) as held:
        assert held.took_over_from == jane
    with lock.acquire(jane) as held:
        assert held.took_over_from is None


def test_a_living_holder_elsewhere_is_respected(tmp_path: Path) -> None:
    """A lock held by another process is refused here with that process's holder."""
    jane = Holder("jane", "laptop", 4711, "2026-11-23T09:14:00+00:00", "run-1")
    with backend(tmp_path).lock().acquire(jane):

        def child() -> None:
            other = backend(tmp_path).lock()
            assert other.holder() == jane
            with pytest.raises(LockedElsewhere, match="held by jane@laptop"):
                other.acquire(jane)

        assert children.run(child) == 0
