"""Licences that are not there: a plan that gives out an app of which there are too few refuses itself, and names who goes without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from reconciler.capability import Verb
from reconciler.guard import approval_text
from reconciler.kinds.licences import APP, LICENCE
from reconciler.licences.allot import Allotted
from reconciler.phrases import some
from reconciler.plan import Change, Refusal
from reconciler.settings import Approval

GUARD = "over_allocations"


def overallocated(changes: Iterable[Change], allotted: Allotted, approvals: Sequence[Approval], today: date) -> Iterator[Refusal]:
    """A refusal for each app of which this plan gives licences although there are not enough for all; approved, the rest wait."""
    giving = Counter(change.verdict.scope for change in changes if change.verdict.kind == LICENCE and change.verdict.verb is Verb.CREATE)
    short = {balance.app: balance.short for balance in allotted.balances}
    for app in sorted(giving):
        count, without = short.get(app, 0), allotted.without.get(app, ())
        allowed = _allowed(app, approvals, today)
        if count > allowed and without:
            title = allotted.titles.get(app, app)
            yield Refusal(GUARD, APP, app, count, allowed, _message(title, count, without), approval_text(GUARD, APP, app, count, today))


def _allowed(app: str, approvals: Sequence[Approval], today: date) -> int:
    fitting = (one for one in approvals if one.allow == GUARD and one.kind == APP and one.scope in ("*", app) and one.covers(today))
    return max((one.up_to for one in fitting), default=0)


def _message(title: str, count: int, without: Collection[str]) -> str:
    licences = f"{count:,} licence{'s are' if count != 1 else ' is'}"
    return f"{title}: {licences} lacking; without one would go {some(without)}. Buy or transfer some, or approve who goes first"


def titles(known: Mapping[str, dict[str, str]], allotted: Allotted) -> dict[str, dict[str, str]]:
    """What people call things, apps at their locations included."""
    return {**known, **({APP: allotted.titles} if allotted.titles else {})}
