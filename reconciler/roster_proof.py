"""What the portal's log says of an upload, brought into the record: what Apple took is proven, what it refused is planned again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from reconciler.errors import ReconcilerError
from reconciler.flight import Flight, flights
from reconciler.kinds.roster import UNKNOWN
from reconciler.landing import finish, ledger_entry, read_outcomes, write_outcomes
from reconciler.provider import Outcome, Outcomes, Result
from reconciler.resource import Address
from reconciler.roster.activity_log import ActivityLog, issues
from reconciler.roster.copies import Copies, Copy
from reconciler.session import Session
from state.ledger import LedgerEntry, LedgerLine
from state.record import Entry, Record

CHANNEL = "roster_upload"
COMPLETED = "COMPLETED"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a log. `earlier`: it is of an import before our last upload, so that nothing was changed by it.

    `refused`: Apple's word → addresses that are planned again. `closed`: the upload was still in flight, and is not any more.
    """

    activity: str
    earlier: bool
    proven: int
    refused: Mapping[str, tuple[Address, ...]]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _Upload:
    """Our last one: what it covered, when it left in the channel's own time, and the open step if nobody has seen its end.

    `activity`: Apple's id where a log told it and the server's answer never did.
    """

    covers: tuple[Address, ...]
    left: datetime | None
    activity: str = ""
    flight: Flight | None = None

    def later_than(self, log: ActivityLog) -> bool:
        """Whether the log is of an import before this upload."""
        if self.left is None:
            return log.activity != self.activity
        return log.started is not None and log.started < self.left


def verify_roster(session: Session, log: ActivityLog) -> Verified:
    """Settle what the last upload left unproven. The caller holds the lock.

    Raises ReconcilerError if nothing was uploaded from here.
    """
    upload = _in_flight(session) or _last_landed(session)
    if upload is None:
        raise ReconcilerError(
            "The ledger knows of no roster upload, so there is nothing that a log could prove.", "Upload first: reconciler apply"
        )
    refused = _refused(session, log, upload)
    if upload.later_than(log):
        return Verified(log.activity, True, 0, refused)
    if upload.flight is not None:
        _close(session, upload.flight, log, refused)
    record = session.backend.record()
    if upload.flight is None:
        _take_back(session, record, log, upload, refused)
    proven = _prove(session, record, log) if log.status == COMPLETED else 0
    session.backend.save(record, record.serial)
    _note(session, log, proven, refused)
    return Verified(log.activity, False, proven, refused, upload.flight is not None)


def _in_flight(session: Session) -> _Upload | None:
    """An upload that left and whose end nobody has seen."""
    for flight in flights(session.backend.journal().lines()):
        if flight.step.provider == CHANNEL and flight.sent is not None and not flight.refused and flight.outcomes is None:
            return _Upload(flight.step.covers, flight.sent.replace(microsecond=0), flight=flight)
    return None


def _last_landed(session: Session) -> _Upload | None:
    last = None
    for line in session.backend.ledger().lines():
        if line.event == "step" and line.what.get("provider") == CHANNEL and line.what.get("reference"):
            last = line
    return None if last is None else _upload(last)


def _upload(line: LedgerLine) -> _Upload:
    """From its step: our file is named after the second in which it left."""
    reference, covers = str(line.what["reference"]), tuple(read_outcomes(line.what["outcomes"]))
    name, _, rest = reference.partition("-")
    if name != "roster":
        return _Upload(covers, None, reference)
    return _Upload(covers, datetime.strptime(rest.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))


def _refused(session: Session, log: ActivityLog, upload: _Upload) -> dict[str, tuple[Address, ...]]:
    found: dict[str, set[Address]] = defaultdict(set)
    for kind, name, word in issues(log):
        found[word].add(Address(kind, _called(session, kind, name)))
    if log.status != COMPLETED:
        found[f"the import ended as {log.status}"].update(upload.covers)
    return {word: tuple(sorted(addresses)) for word, addresses in sorted(found.items())}


def _called(session: Session, kind: str, name: str) -> str:
    return session.pseudonyms.of(kind, name) if kind == "person" else name


def _close(session: Session, flight: Flight, log: ActivityLog, refused: Mapping[str, tuple[Address, ...]]) -> None:
    """End the open step as the log tells it: record, ledger and journal, in the order in which an apply would have done it."""
    words = {address: word for word, addresses in refused.items() for address in addresses}
    outcomes: Outcomes = {
        address: Outcome(Result.FAILED, words[address]) if address in words else Outcome(Result.TAKEN, f"activity {log.activity}")
        for address in flight.step.covers
    }
    journal, backend = session.backend.journal(), session.backend
    if log.status == COMPLETED:
        Copies(backend.scratch).accept(flight.step.body["content"])
    journal.append("verified", run=flight.run, step=flight.step.id, outcomes=write_outcomes(outcomes))
    entry = ledger_entry(flight.run, session.who, flight.step, flight.intents, outcomes, flight.reference or log.activity)
    finish(backend, backend.record(), flight.intents, outcomes, entry)
    if not flights(journal.lines()):
        journal.close_run()


def _take_back(session: Session, record: Record, log: ActivityLog, upload: _Upload, refused: Mapping[str, tuple[Address, ...]]) -> None:
    """Make the record say again what it said before the upload, for all that was refused."""
    copies = Copies(session.backend.scratch)
    before = copies.before()
    for address in set().union(*refused.values()):
        _restore(record, address, before, ended=address in upload.covers)
    if log.status != COMPLETED:
        copies.take_back()


def _restore(record: Record, address: Address, before: Copy, *, ended: bool) -> None:
    """One thing. What the upload was to end is ours again, even where nothing here tells how it was."""
    known, mark = record.kind(address.kind).get(address.name), before.mark(address.kind, address.name)
    if mark and (known is None or known.fingerprint != mark):
        record.put(address.kind, address.name, Entry(mark))
    elif known is not None:
        record.drop(address.kind, address.name)
    elif ended:
        record.put(address.kind, address.name, Entry(UNKNOWN))


def _prove(session: Session, record: Record, log: ActivityLog) -> int:
    """Mark what Apple took. Returns how many of our things it is."""
    word = f"{log.started:%Y-%m-%d} activity {log.activity}"
    taken = list(_taken(session, log))
    found = 0
    for kind, name in taken:
        entry = record.kind(kind).get(name)
        if entry is not None:
            record.put(kind, name, replace(entry, attested=word))
            found += 1
    return found


def _taken(session: Session, log: ActivityLog) -> Iterator[tuple[str, str]]:
    for kind, rows in log.rows.items():
        names = [name for name, row in rows.items() if row.ok and row.word != "DEACTIVATED"] if kind != "member" else []
        yield from ((kind, name) for name in (session.pseudonyms.all(kind, names) if kind == "person" else names))


def _note(session: Session, log: ActivityLog, proven: int, refused: Mapping[str, tuple[Address, ...]]) -> None:
    what: dict[str, object] = {
        "activity": log.activity,
        "status": log.status,
        "proven": proven,
        "refused": {word: [str(address) for address in addresses] for word, addresses in refused.items()},
    }
    session.backend.ledger().append([LedgerEntry(uuid4().hex[:12], "verified", dict(session.who), what)])
