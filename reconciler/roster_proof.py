"""What the portal's log says of an upload, brought into the record: what Apple took is proven, what it refused is planned again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from reconciler.errors import ReconcilerError
from reconciler.landing import read_outcomes
from reconciler.resource import Address
from reconciler.roster.activity_log import ActivityLog, issues
from reconciler.session import Session
from state.ledger import LedgerEntry, LedgerLine
from state.record import Record

CHANNEL = "roster_upload"
COMPLETED = "COMPLETED"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a log. `earlier`: it is of an import before our last upload, so that nothing was changed by it.

    `refused`: Apple's word → addresses that are planned again.
    """

    activity: str
    earlier: bool
    proven: int
    refused: Mapping[str, tuple[Address, ...]]


def verify_roster(session: Session, log: ActivityLog) -> Verified:
    """Settle what the last upload left unproven. The caller holds the lock.

    Raises ReconcilerError if nothing was uploaded from here.
    """
    upload = _last_upload(session)
    if upload is None:
        raise ReconcilerError(
            "The ledger knows of no roster upload, so there is nothing that a log could prove.", "Upload first: reconciler apply"
        )
    refused = _refused(session, log, upload)
    earlier = log.started is not None and log.started < _left(upload)
    if earlier:
        return Verified(log.activity, earlier, 0, refused)
    record = session.backend.record()
    for addresses in refused.values():
        for address in addresses:
            record.drop(address.kind, address.name)
    proven = _prove(session, record, log) if log.status == COMPLETED else 0
    session.backend.save(record, record.serial)
    _note(session, log, proven, refused)
    return Verified(log.activity, earlier, proven, refused)


def _last_upload(session: Session) -> LedgerLine | None:
    last = None
    for line in session.backend.ledger().lines():
        if line.event == "step" and line.what.get("provider") == CHANNEL and line.what.get("reference"):
            last = line
    return last


def _left(upload: LedgerLine) -> datetime:
    """When the upload left, in the channel's own time: its file is named after the second."""
    return datetime.strptime(str(upload.what["reference"]).split("-")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _refused(session: Session, log: ActivityLog, upload: LedgerLine) -> dict[str, tuple[Address, ...]]:
    found: dict[str, set[Address]] = defaultdict(set)
    for kind, name, word in issues(log):
        found[word].add(Address(kind, _called(session, kind, name)))
    if log.status != COMPLETED:
        found[f"the import ended as {log.status}"].update(read_outcomes(upload.what["outcomes"]))
    return {word: tuple(sorted(addresses)) for word, addresses in sorted(found.items())}


def _called(session: Session, kind: str, name: str) -> str:
    return session.pseudonyms.of(kind, name) if kind == "person" else name


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
