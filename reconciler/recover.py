"""After a kill at any instant: read the journal, look at what was in flight, and finish it. Nothing is ever sent here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reconciler.errors import ProviderError, Unauthorized
from reconciler.landing import RECORD_STEP, finish, ledger_entry, read_intents, read_outcomes, write_outcomes
from reconciler.plan import Step
from reconciler.provider import Outcome, Receipt, Report, Result
from reconciler.render.document import step_from_json
from reconciler.resource import Address
from reconciler.session import Session

GIVE_UP = timedelta(days=1)
"""A write whose end cannot be seen for so long will not end any more; its things may be planned again."""

NOT_SENT = "interrupted before anything was sent"


@dataclass(slots=True)
class Flight:
    """One journaled step that is not done: what is known of it. `sent` is None if nothing left us."""

    run: str
    step: Step
    intents: Any
    sent: datetime | None = None
    reference: str = ""
    refused: bool = False
    outcomes: Any = None


@dataclass(slots=True)
class Recovered:
    """What the look back found: a line per step for people, and the addresses that may still change by themselves."""

    messages: list[str] = field(default_factory=list)
    in_flight: set[Address] = field(default_factory=set)


def flights(lines: list[dict[str, Any]]) -> list[Flight]:
    """The steps in these journal lines that were begun and are not done, in order."""
    found: dict[tuple[str, str], Flight] = {}
    for line in lines:
        event, key = line["event"], (str(line["run"]), str(line.get("step", "")))
        if event == "begin":
            found[key] = Flight(key[0], step_from_json(line["document"]), line["intents"])
        elif key in found and event == "done":
            del found[key]
        elif key in found:
            _note(found[key], line)
    return list(found.values())


def _note(flight: Flight, line: dict[str, Any]) -> None:
    match line["event"]:
        case "sending":
            flight.sent, flight.refused = datetime.fromisoformat(line["moment"]), False
        case "received":
            flight.reference = line["reference"]
        case "refused":
            flight.refused = True
        case "verified":
            flight.outcomes = line["outcomes"]


def recover(session: Session, report: Report, say: Callable[[str], None]) -> Recovered:
    """Finish every step that an interrupted run left open, or keep it open if its end cannot be seen yet.

    Raises Unauthorized if the channel refuses us; other failures leave a step open. The caller holds the lock.
    """
    journal = session.backend.journal()
    recovered = Recovered()
    open_steps = flights(journal.lines())
    for flight in open_steps:
        message = _recover_one(session, flight, report, recovered)
        recovered.messages.append(message)
        say(message)
    if not recovered.in_flight:
        journal.close_run()
    return recovered


def _recover_one(session: Session, flight: Flight, report: Report, recovered: Recovered) -> str:
    outcomes = read_outcomes(flight.outcomes) if flight.outcomes is not None else _look(session, flight, report)
    unknown = {address for address, outcome in outcomes.items() if outcome.result is Result.UNKNOWN}
    title = flight.step.title
    if unknown and not _hopeless(session, flight):
        recovered.in_flight |= unknown
        return f"In flight since {_when(flight)}: {title}. Its end cannot be seen yet; {len(unknown):,} things are left alone."
    if flight.outcomes is None:
        session.backend.journal().append("verified", run=flight.run, step=flight.step.id, outcomes=write_outcomes(outcomes))
    entry = ledger_entry(flight.run, session.who, flight.step, outcomes, flight.reference)
    finish(session.backend, session.backend.record(), read_intents(flight.intents), outcomes, entry)
    landed = sum(outcome.result is Result.LANDED for outcome in outcomes.values())
    return f"Interrupted: {title}. Looked again: {landed:,} of {len(outcomes):,} landed."


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
