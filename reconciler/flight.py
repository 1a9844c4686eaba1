"""Steps in flight: what the journal knows of steps that were begun and are not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.landing import Intent, read_begin
from reconciler.plan import Step
from reconciler.resource import Address


@dataclass(slots=True)
class Flight:
    """One journaled step that is not done: what is known of it. `sent` is None if nothing left us."""

    run: str
    step: Step
    intents: list[Intent]
    sent: datetime | None = None
    reference: str = ""
    refused: bool = False
    outcomes: Any = None


def flights(lines: Iterable[Mapping[str, Any]]) -> list[Flight]:
    """The steps in these journal lines that were begun and are not done, in order."""
    found: dict[tuple[str, str], Flight] = {}
    for line in lines:
        event, key = line["event"], (str(line["run"]), str(line.get("step", "")))
        if event == "begin":
            found[key] = Flight(key[0], *read_begin(line))
        elif key in found and event == "done":
            del found[key]
        elif key in found:
            _note(found[key], line)
    return list(found.values())


def _note(flight: Flight, line: Mapping[str, Any]) -> None:
    match line["event"]:
        case "sending":
            flight.sent, flight.refused = datetime.fromisoformat(line["moment"]), False
        case "received":
            flight.reference = line["reference"]
        case "refused":
            flight.refused = True
        case "verified":
            flight.outcomes = line["outcomes"]


def in_flight(found: Iterable[Flight]) -> frozenset[Address]:
    """The addresses that these steps may still change by themselves."""
    return frozenset(address for flight in found for address in flight.step.covers)
