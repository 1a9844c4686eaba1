"""What expires, for eyes, for comments and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.kinds.renewals import State
from reconciler.phrases import plain
from reconciler.render.markdown import escape
from reconciler.renewals.due import Due, Renewals
from reconciler.renewals.words import in_words, remedy, sentence

_COLUMNS = ("Ends", "What", "Owner", "Account", "Read from")
_NOTHING = "Nothing that expires is known: declare it under renewals:, or connect more channels."


def text(found: Renewals) -> str:
    """As a table for a terminal, the most urgent first; below it, whatever needs somebody, step by step."""
    if not found.items:
        return _NOTHING
    rows = [_COLUMNS, *(tuple(map(plain, _cells(due))) for due in found.items)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*table, *(line for due in _pressing(found) for line in _steps(due)), *_notes(found)])


def _cells(due: Due) -> tuple[str, ...]:
    return when(due), due.title, due.owner, due.account, due.told


def when(due: Due) -> str:
    """When it ends, or that it is over, in a few words."""
    match due.state:
        case State.REVOKED:
            return f"REVOKED{f' (until {due.ends})' if due.ends else ''}"
        case State.EXPIRED:
            return f"EXPIRED {due.ends}"
        case State.UNREADABLE:
            return "cannot be read" + (f" ({due.ends} declared)" if due.ends else "")
        case State.UNDATED:
            return "no date"
    return f"{due.ends}, {in_words(due.days or 0)}"


def _pressing(found: Renewals) -> Sequence[Due]:
    return [due for due in found.items if due.state not in (State.FINE, State.UNDATED)]


def _steps(due: Due) -> Iterator[str]:
    yield f"\n{plain(sentence(due))}"
    if due.state is State.UNREADABLE:
        yield f"  {plain(remedy(due))}"
        return
    who = ", ".join(filter(None, (due.owner, f"with the account {due.account}" if due.account else "")))
    yield from [f"  Renewed by {plain(who)}:"] if who else []
    yield from (f"  {number}. {plain(step)}" for number, step in enumerate(due.steps, 1))
    yield from [f"  See {due.link}"] if due.link else []


def _notes(found: Renewals) -> Iterator[str]:
    """What the table has no room for: credentials that could not be tried, and contradictions."""
    tried = [f"{due.title}: {due.trouble}" for due in found.items if due.trouble and due in _untold(found)]
    notes = [*tried, *map(str, found.disputes)]
    yield from ["", *(plain(f"Note: {note}") for note in notes)] if notes else []


def _untold(found: Renewals) -> Sequence[Due]:
    """Those whose trouble no sentence tells."""
    return [due for due in found.items if due.state not in (State.REVOKED, State.UNREADABLE)]


def markdown(found: Renewals) -> str:
    """As a table for a comment or an issue, with a box to tick for whatever needs somebody."""
    if not found.items:
        return f"### Renewals\n\n{_NOTHING}\n"
    lines = ["### Renewals", "", "| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    lines += ["| " + " | ".join(map(escape, _cells(due))) + " |" for due in found.items]
    for due in _pressing(found):
        page = f" [Apple's page]({due.link})" if due.link else ""
        lines += ["", f"- [ ] **{escape(sentence(due))}** {escape(remedy(due))}{page}"]
        lines += [f"  {number}. {escape(step)}" for number, step in enumerate(due.steps, 1) if due.state is not State.UNREADABLE]
    lines += [escape(line) for line in _notes(found)]
    return "\n".join(lines) + "\n"


def document(found: Renewals) -> dict[str, Any]:
    """As JSON values."""
    return {
        "renewals": [
            {
                **{name: getattr(due, name) for name in ("name", "what", "title", "state", "days", "owner", "account", "breaks")},
                "ends": due.ends.isoformat() if due.ends else None,
                "connection": due.place,
                "read_from": due.told,
                "trouble": due.trouble,
                "steps": due.steps,
                "link": due.link,
                "source": str(due.source) if due.source else None,
            }
            for due in found.items
        ],
        "disputes": [str(dispute) for dispute in found.disputes],
    }
