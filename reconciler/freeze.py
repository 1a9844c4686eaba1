"""Freezes: from one day to another, nothing is sent to the organization without leave. Plans show it, and apply refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from reconciler.capability import Route
from reconciler.guard import approval_text
from reconciler.kinds import KINDS
from reconciler.plan import Change, Refusal
from reconciler.settings import Approval, Freeze, Settings

GUARD = "freezes"


def frozen(changes: Iterable[Change], settings: Settings, today: date) -> tuple[Refusal, ...]:
    """A refusal for each freeze of today and each kind that would be changed in it, after the approvals that are in force."""
    counts = Counter(change.verdict.kind for change in changes if change.verdict.route is Route.AUTOMATIC)
    return tuple(
        _refusal(freeze, kind, counts[kind], allowed, today)
        for freeze in settings.freezes
        if freeze.covers(today)
        for kind in sorted(counts.keys() - set(freeze.allow))
        if counts[kind] > (allowed := _approved(settings.approvals, freeze, kind, today))
    )


def _approved(approvals: Sequence[Approval], freeze: Freeze, kind: str, today: date) -> int:
    leave = (one for one in approvals if one.allow == GUARD and one.kind == kind and one.covers(today))
    return max((one.up_to for one in leave if one.scope in ("*", freeze.name)), default=0)


def _refusal(freeze: Freeze, kind: str, count: int, allowed: int, today: date) -> Refusal:
    nouns = KINDS[kind].noun[count != 1]
    message = f"{freeze.name}: nothing is changed until {freeze.until} is over, and {count:,} {nouns} would"
    return Refusal(GUARD, kind, freeze.name, count, allowed, message, approval_text(GUARD, kind, freeze.name, count, today))
