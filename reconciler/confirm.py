"""Attest what no channel can read back: a task that a person says is done, or a thing that is ours no longer."""

from __future__ import annotations

from uuid import uuid4

from reconciler.capability import Verb
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.plan import Change, Plan
from reconciler.resource import Address
from reconciler.session import Session
from state.ledger import LedgerEntry
from state.record import Entry, Record


def attest(session: Session, plan: Plan, record: Record, address: Address, note: str) -> None:
    """Record that the open task at `address` was done. The caller holds the lock.

    Raises ReconcilerError if there is no such task, if something else must be done first, or if the channel can read it for itself and
    says that it is not done.
    """
    task = _task(plan, address)
    if task.verdict.waits_for:
        raise ReconcilerError(
            f"{address} waits until {task.verdict.waits_for} is there, so it is not attested.", "`reconciler tasks` lists what comes first."
        )
    if not (task.verdict.capability.attested or _unreadable(task)):
        raise ReconcilerError(
            f"{address} can be read, and it is not done yet, so it is not attested.", "Do what `reconciler tasks` says, then plan again."
        )
    if task.verdict.verb is Verb.DELETE:
        record.drop(address.kind, address.name)
    else:
        today = session.provider.clock.now().date().isoformat()
        record.put(address.kind, address.name, Entry(task.verdict.fingerprint, task.remote_id, attested=f"{today} {session.person}"))
    _keep(session, record, "attested", task, note)


def disown(session: Session, plan: Plan, record: Record, address: Address, note: str) -> None:
    """Forget that a thing is ours, so that its absence from the configuration asks nothing of anybody. The caller holds the lock.

    Raises ReconcilerError unless it is a thing of ours that the configuration no longer has.
    """
    task = _task(plan, address)
    if task.verdict.verb is not Verb.DELETE:
        raise ReconcilerError(f"{address} is still in the configuration, so it stays ours.", "Remove it from the configuration first.")
    record.drop(address.kind, address.name)
    _keep(session, record, "disowned", task, note)


def _task(plan: Plan, address: Address) -> Change:
    found = next((task for task in plan.tasks if task.address == address), None)
    if found is None:
        raise ReconcilerError(f"There is no open task for {address}.", "`reconciler tasks` lists the open ones.")
    return found


def _unreadable(task: Change) -> bool:
    """Whether everything that the task asks for is something that the channel does not tell."""
    before, after = task.verdict.before, task.verdict.after
    if before is None or after is None:
        return before is not None and before.untold
    unread = dict.fromkeys(after.unread(before))
    return bool(unread) and after.model_copy(update=unread) == before


def _keep(session: Session, record: Record, event: str, task: Change, note: str) -> None:
    session.backend.save(record, record.serial)
    spec, kind = task.verdict.after or task.verdict.before, task.verdict.kind
    what: dict[str, object] = {"kind": kind, "names": [task.name], "note": note}
    if KINDS[kind].lapses and spec is not None:  # once its entry has left the files, the ledger alone knows what it was
        what["was"] = spec.model_dump(mode="json", exclude_none=True)
    session.backend.ledger().append([LedgerEntry(uuid4().hex[:12], event, dict(session.who), what)])
