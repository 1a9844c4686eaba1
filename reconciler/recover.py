"""After a kill at any instant: read the journal, look at what was in flight, and finish it. Nothing is ever sent here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from reconciler.errors import ProviderError, Unauthorized
from reconciler.flight import Flight, flights
from reconciler.landing import RECORD_STEP, finish, ledger_entry, read_outcomes, write_outcomes
from reconciler.outcome import Done, told
from reconciler.provider import Outcome, Receipt, Report, Result
from reconciler.resource import Address
from reconciler.session import Session

GIVE_UP = timedelta(days=1)
"""A write whose end cannot be seen for so long will not end any more; its things may be planned again."""

NOT_SENT = "interrupted before anything was sent"


def recover(session: Session, report: Report, say: Callable[[str], None]) -> None:
    """Finish every step that an interrupted run left open, or keep it open if its end cannot be seen yet. `say` gets a line for each.

    Raises Unauthorized if the channel refuses us; other failures leave a step open. The caller holds the lock.
    """
    journal = session.backend.journal()
    for flight in flights(journal.lines()):
        say(_recover_one(session, flight, report))
    if not flights(journal.lines()):
        journal.close_run()


def _recover_one(session: Session, flight: Flight, report: Report) -> str:
    outcomes = read_outcomes(flight.outcomes) if flight.outcomes is not None else _look(session, flight, report)
    unknown = {address for address, outcome in outcomes.items() if outcome.result is Result.UNKNOWN}
    title = flight.step.title
    if unknown and not _hopeless(session, flight):
        return f"In flight since {_when(flight)}: {title}. Its end cannot be seen yet, so its {len(outcomes):,} things are left alone."
    if flight.outcomes is None:
        session.backend.journal().append("verified", run=flight.run, step=flight.step.id, outcomes=write_outcomes(outcomes))
    entry = ledger_entry(flight.run, session.who, flight.step, flight.intents, outcomes, flight.reference)
    finish(session.backend, session.backend.record(), flight.intents, outcomes, entry)
    return f"Interrupted: {title}. Looked again: {told(Done(flight.step, outcomes))}."


def _look(session: Session, flight: Flight, report: Report) -> dict[Address, Outcome]:
    """What became of a step whose outcomes were not verified."""
    if flight.step.id == RECORD_STEP:
        return dict.fromkeys(flight.step.covers, Outcome(Result.LANDED))
    if flight.sent is None or flight.refused:
        return dict.fromkeys(flight.step.covers, Outcome(Result.FAILED, NOT_SENT))
    try:
        return dict(session.provider.settle(flight.step, Receipt(flight.reference, flight.sent), report))
    except Unauthorized:
        raise
    except ProviderError as error:
        return dict.fromkeys(flight.step.covers, Outcome(Result.UNKNOWN, error.message))


def _hopeless(session: Session, flight: Flight) -> bool:
    return flight.sent is None or session.provider.clock.now() - flight.sent > GIVE_UP


def _when(flight: Flight) -> str:
    return f"{flight.sent:%Y-%m-%d %H:%M} UTC" if flight.sent else "an unknown time"
