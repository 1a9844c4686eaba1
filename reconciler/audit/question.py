"""What an auditor looks for in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.actor import PEOPLE
from reconciler.kinds.serials import clean_serial
from reconciler.resource import Address
from state.ledger import Ledger, LedgerLine


@dataclass(frozen=True, slots=True)
class Question:
    """All that is asked must hold; what is empty is not asked.

    `names` are of persons (as pseudonyms) and devices; `since` and `until` moments as the ledger writes them; `actor` is a part of what
    tells who did it: login, user, author, e-mail address.
    """

    text: str = ""
    names: tuple[str, ...] = ()
    address: str = ""
    run: str = ""
    event: str = ""
    actor: str = ""
    since: str = ""
    until: str = ""


def answers(ledger: Ledger, question: Question) -> Iterator[LedgerLine]:
    """The lines that answer, oldest first. Raises ValueError if the address is none, Damaged at a line that cannot be understood."""
    kind = name = ""
    if question.address:
        address = Address.parse(question.address)
        kind, name = address.kind, address.name
    names = (*question.names, *([name] if name and not question.names else []))
    found = ledger.search(
        question.text, kind=kind, name=names[0] if names else "", run=question.run, since=question.since, until=question.until
    )
    for line in found:
        if _holds(line, question, names[1:]):
            yield line


def _holds(line: LedgerLine, question: Question, names: tuple[str, ...]) -> bool:
    if question.event and line.event != question.event:
        return False
    if question.actor and not any(question.actor.casefold() in line.who.get(word, "").casefold() for word in PEOPLE):
        return False
    return all(_touches(line, name) for name in names)


def _touches(line: LedgerLine, name: str) -> bool:
    return any(name in touched for _, _, touched in touched_by(line))


def touched_by(line: LedgerLine) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """What a line tells of single things: kind, result and word, and the names, group by group."""
    outcomes = line.what.get("outcomes")
    for group in outcomes if isinstance(outcomes, list) else ():
        if isinstance(group, dict):
            told = {key: str(group.get(key, "")) for key in ("result", "word")}
            yield str(group.get("kind", "")), told, [str(name) for name in group.get("names", ())]


def device(serial: str) -> str:
    """A serial number as it was pasted, as the ledger writes it."""
    return clean_serial(serial)
