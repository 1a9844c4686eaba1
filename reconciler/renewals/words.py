"""Renewals as findings: what every plan says of them, once each, with the way to renew in one line."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.renewals import State
from reconciler.plan import Expiry
from reconciler.renewals.due import Due, Renewals


def warnings(found: Renewals) -> Iterator[Diagnostic]:
    """A warning for each that needs somebody, the most urgent first, and for what the files say of it that cannot be right."""
    for due in found.items:
        if due.state not in (State.FINE, State.UNDATED):
            yield Diagnostic(due.source, sentence(due), remedy(due), Severity.WARNING)
    yield from found.disputes


def expiries(found: Renewals) -> Iterator[Expiry]:
    """Everything that ends, as plans keep it: when, and in words; nothing of what it is that ends."""
    for due in found.items:
        ends = due.ends.isoformat() if due.ends else ""
        said = sentence(due), remedy(due)
        yield Expiry(due.name, due.what, due.title, due.place, due.state, ends, due.days, due.owner, *said)


def sentence(due: Due) -> str:
    """What is the matter, with its consequence."""
    subject, trouble = due.title[:1].upper() + due.title[1:], due.trouble.rstrip(".")
    match due.state:
        case State.REVOKED:
            return f"{subject}: no longer accepted ({trouble}), so {due.breaks}."
        case State.EXPIRED:
            return f"{subject}: expired on {due.ends}, so {due.breaks}."
        case State.UNREADABLE:
            return f"{subject}: when it ends cannot be read: {trouble}."
        case State.UNDATED:
            return f"{subject}: nothing tells when it ends; then {due.breaks}."
        case _:
            return f"{subject}: ends {in_words(due.days or 0)}, on {due.ends}; then {due.breaks}."


def in_words(days: int) -> str:
    """`today`, `tomorrow`, `in 29 days`, `3 days ago`."""
    if days < 0:
        return "yesterday" if days == -1 else f"{-days:,} days ago"
    return ("today", "tomorrow")[days] if days < 2 else f"in {days:,} days"


def remedy(due: Due) -> str:
    """How to renew in one line, and who must."""
    how = "Correct the file, or where its entry looks for it." if due.state is State.UNREADABLE else due.how
    who = (f"Owner: {due.owner}." if due.owner else "", f"Account: {due.account}." if due.account else "")
    return " ".join(filter(None, (how, *who)))
