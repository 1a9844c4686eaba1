"""The local back end's folder: what git gets, what it never gets, and words instead of tracebacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.errors import Damaged, Unavailable
from state.ledger import LedgerEntry
from state.local import LocalBackend
from state.lock import Holder


def used(folder: Path) -> LocalBackend:
    """A back end of which every part was used once."""
    backend = LocalBackend(folder, "Riverside")
    with backend.lock().acquire(Holder("jane", "laptop", 1, "", "r")):
        backend.journal().append("begin", run="r")
        backend.save(backend.record(), 0)
        backend.ledger().append([LedgerEntry("r", "done")])
        backend.scratch.put("budget", 1)
    return backend


def test_only_two_files_are_for_git(tmp_path: Path) -> None:
    """Besides record and ledger everything is in a private folder that the folder's own .gitignore keeps out of git."""
    used(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".gitignore", "ledger.jsonl", "private", "record.tsv"}
    assert (tmp_path / ".gitignore").read_text() == "private/\n*.tmp\n"
    assert (tmp_path / "private").stat().st_mode & 0o077 == 0


def test_an_own_gitignore_is_kept_and_completed(tmp_path: Path) -> None:
    """A .gitignore that somebody wrote keeps its lines and gets those that are missing."""
    (tmp_path / ".gitignore").write_text("*.bak\n*.tmp")
    used(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.bak\n*.tmp\nprivate/\n"


def test_the_last_twenty_runs_are_kept(tmp_path: Path) -> None:
    """Of finished runs the last twenty journals stay, named in order, whatever characters a run's id has."""
    journal = LocalBackend(tmp_path, "Riverside").journal()
    for number in range(25):
        journal.append("begin", run=f"run/{number}")
        journal.close_run()
    kept = sorted(path.name for path in (tmp_path / "private" / "runs").iterdir())
    assert kept == [f"{number + 1:08}-run_{number}.jsonl" for number in range(5, 25)]


def test_a_damaged_journal_is_explained(tmp_path: Path) -> None:
    """A journal line that cannot be understood is named, and nothing is written behind it."""
    backend = used(tmp_path)
    path = tmp_path / "private" / "journal.jsonl"
    path.write_bytes(path.read_bytes() + b"oops\n")
    with pytest.raises(Damaged, match=r"journal\.jsonl:2: "):
        backend.journal().lines()
    with pytest.raises(Damaged):
        backend.journal().append("next")


def test_a_damaged_scratch_file_is_explained(tmp_path: Path) -> None:
    """A scratch file that is not JSON is named with the advice to delete it."""
    backend = used(tmp_path)
    (tmp_path / "private" / "scratch" / "budget.json").write_text("{")
    with pytest.raises(Damaged, match=r"budget\.json") as damaged:
        backend.scratch.get("budget")
    assert "delete it" in damaged.value.hint


def test_a_damaged_note_of_the_holder_does_not_hold_the_lock(tmp_path: Path) -> None:
    """The lock does not depend on the file that names its holder: a damaged one costs only the name."""
    backend = used(tmp_path)
    (tmp_path / "private" / "holder.json").write_text("{")
    with backend.lock().acquire(Holder("jane", "laptop", 1, "", "r")) as held:
        assert str(held.took_over_from) == "somebody"


def test_a_place_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    """Where the folder cannot be made or read, every part says which place and why instead of a traceback."""
    (tmp_path / "file").write_text("")
    backend = LocalBackend(tmp_path / "file" / "state", "Riverside")
    record = LocalBackend(tmp_path, "Riverside").record()
    for action in (
        lambda: backend.save(record, 0),
        lambda: backend.journal().append("begin"),
        lambda: backend.ledger().append([LedgerEntry("r", "done")]),
        lambda: backend.scratch.put("x", 1),
        lambda: backend.lock().acquire(Holder("jane", "laptop", 1, "", "r")),
        backend.record,
    ):
        with pytest.raises(Unavailable, match=r"cannot use .*file") as refused:
            action()
        assert refused.value.hint
