"""The state: record, journal, lock and ledger."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.audit.chain import check
from reconciler.doctor.finding import Finding, Status
from reconciler.load import Configuration
from state.backend import Backend


def record(backend: Backend) -> Iterator[Finding]:
    """Whether the record can be read."""
    kept = backend.record()
    if not kept.serial:
        yield Finding("record", Status.OK, "Nothing is recorded yet; the first apply begins it.")
        return
    count = sum(map(len, kept.entries.values()))
    yield Finding("record", Status.OK, f"{count:,} things are ours, serial {kept.serial}, lineage {kept.lineage[:8]}.")


def journal(backend: Backend) -> Iterator[Finding]:
    """Whether a run was interrupted."""
    lines = backend.journal().lines()
    if not lines:
        yield Finding("journal", Status.OK, "No run is unfinished.")
        return
    begun = str(lines[0].get("at", ""))[:16].replace("T", " ")
    if backend.lock().holder() is not None:
        yield Finding("journal", Status.WARN, f"A run has been under way since {begun} UTC.", "Wait until it has ended.")
        return
    told = f"The run that began {begun} UTC was interrupted."
    yield Finding("journal", Status.WARN, told, "reconciler apply looks first at what it had sent, and finishes it.")


def lock(backend: Backend) -> Iterator[Finding]:
    """Whether somebody is writing, or died while writing."""
    handle = backend.lock()
    holder, dead = handle.holder(), handle.left_behind()
    if holder is not None:
        yield Finding("lock", Status.WARN, f"Another run is writing: {holder}.", "Wait until it has ended.")
    elif dead is not None:
        yield Finding(
            "lock", Status.WARN, f"It was left behind by {dead}, who is gone.", "The next apply takes it over; nothing is to be done."
        )
    else:
        yield Finding("lock", Status.OK, "Nobody holds it.")


def ledger(backend: Backend, configuration: Configuration) -> Iterator[Finding]:
    """Whether the ledger is what was written."""
    file = configuration.folder / configuration.settings.state.folder / "ledger.jsonl"
    checked = check(backend.ledger(), file)
    todo = "" if checked.sound else "reconciler ledger verify tells more; restore the file from git."
    yield Finding("ledger", Status.OK if checked.sound else Status.FAIL, " ".join(checked.says), todo)
