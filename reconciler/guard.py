"""Guards: a plan that changes too much refuses itself, and says which dated approval would let it pass."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from reconciler.capability import Route, Verb
from reconciler.kinds import KINDS
from reconciler.kinds.hierarchy import ADMINISTRATOR
from reconciler.kinds.roles import Grant
from reconciler.observed import Observed
from reconciler.plan import Change, Refusal, Verdict
from reconciler.resource import Spec
from reconciler.settings import Approval, Guards, Limit

APPROVAL_DAYS = 7


@dataclass(frozen=True, slots=True)
class _Count:
    """How many things of a kind, in one scope, a guard sees: `count` of `total`."""

    guard: str
    kind: str
    scope: str
    count: int
    total: int


def refusals(
    changes: Iterable[Change], observed: Observed, guards: Guards, approvals: Sequence[Approval], today: date
) -> tuple[Refusal, ...]:
    """Every guard that these changes exceed after the approvals that are in force today. Record-only changes and tasks are not counted:
    nothing is sent for them."""
    verdicts = Counter(id(change.verdict) for change in changes if _guarded(change.verdict))
    by_id = {id(change.verdict): change.verdict for change in changes}
    counted = [(by_id[key], count) for key, count in verdicts.items()]
    totals = _totals(observed)
    found = [*_counts(counted, totals), *_emptied(counted, totals)]
    refused = (_refuse(count, _allowed(count, guards, approvals, today), observed, today) for count in found)
    return tuple(sorted((refusal for refusal in refused if refusal), key=lambda refusal: (refusal.kind, refusal.guard, refusal.scope)))


def _guarded(verdict: Verdict) -> bool:
    """Of kinds that are taken as a whole, only what was not ours: how they may shrink is guarded in their own way (reconciler.shrink)."""
    return verdict.route is Route.AUTOMATIC and (verdict.takes_over or not KINDS[verdict.kind].whole)


def allowance(limit: Limit, total: int) -> int:
    """How many of `total` a limit lets pass: the smaller of its count and its percentage, but one where any are allowed at all."""
    return min(limit.count, max(1, total * limit.percent // 100))


def _totals(observed: Observed) -> dict[tuple[str, str], int]:
    """(kind, scope) → how many there are now; scopes of a kind are its places."""
    totals: Counter[tuple[str, str]] = Counter()
    for kind, items in ((kind, items) for kind, items in observed.items.items() if not KINDS[kind].whole):
        place = KINDS[kind].place
        for seen, run in groupby(items.values()):  # a service's devices stand together and share one object
            totals[kind, place(seen.spec)] += len(list(run))
    return totals


def _counts(verdicts: Iterable[tuple[Verdict, int]], totals: Mapping[tuple[str, str], int]) -> list[_Count]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for verdict, count in verdicts:
        if verdict.takes_over:
            counts["take_overs", verdict.kind, verdict.scope] += count
        if KINDS[verdict.kind].whole:
            continue
        if verdict.verb is Verb.DELETE:
            counts["deletes", verdict.kind, verdict.scope] += count
        if verdict.verb is Verb.UPDATE:
            counts["updates", verdict.kind, verdict.scope] += count
    return [_Count(guard, kind, scope, count, totals.get((kind, scope), 0)) for (guard, kind, scope), count in counts.items()]


def _emptied(verdicts: Iterable[tuple[Verdict, int]], totals: Mapping[tuple[str, str], int]) -> list[_Count]:
    """Scopes that lose all they have and gain nothing."""
    leaving: Counter[tuple[str, str]] = Counter()
    joining: Counter[tuple[str, str]] = Counter()
    for verdict, count in verdicts:
        place = KINDS[verdict.kind].place
        if verdict.before and (before := place(verdict.before)):
            leaving[verdict.kind, before] += count
        if verdict.after and (after := place(verdict.after)):
            joining[verdict.kind, after] += count
    return [
        _Count("empties", kind, scope, count, count)
        for (kind, scope), count in leaving.items()
        if count >= totals.get((kind, scope), 0) and not joining[kind, scope]
    ]


def _allowed(found: _Count, guards: Guards, approvals: Sequence[Approval], today: date) -> int:
    approved = [
        approval.up_to
        for approval in approvals
        if approval.allow == found.guard and approval.kind == found.kind and approval.scope in ("*", found.scope) and approval.covers(today)
    ]
    return max([_own_allowance(found, guards), *approved])


def _own_allowance(found: _Count, guards: Guards) -> int:
    if found.guard == "empties":
        return found.total if guards.empties else 0
    limits = {"deletes": guards.deletes, "updates": guards.updates, "take_overs": guards.take_overs}
    return allowance(limits[found.guard], found.total)


_SENTENCES = {
    "deletes": "{count} of {total} {nouns} on {title} would lose their place; {allowed} may without leave",
    "updates": "{count} of {total} {nouns} on {title} would change; {allowed} may without leave",
    "take_overs": "{count} {nouns} on {title} were not put there by us and would change; {allowed} may be taken over without leave",
    "empties": "{title} would lose all its {count} {nouns}",
}


_OF_OTHERS = "{count} of the {nouns} that others made would be changed or ended; {allowed} may be taken over without leave"


def _refuse(found: _Count, allowed: int, observed: Observed, today: date) -> Refusal | None:
    if found.count <= allowed:
        return None
    kind = KINDS[found.kind]
    sentence = _OF_OTHERS if kind.whole else _SENTENCES[found.guard]
    message = sentence.format(
        count=found.count,
        total=found.total,
        allowed=allowed,
        nouns=kind.noun[found.total != 1],
        title=_title(found, observed) or "the organization",
    )
    approval = approval_text(found.guard, found.kind, found.scope, found.count, today)
    return Refusal(found.guard, found.kind, found.scope, found.count, allowed, message, approval)


def _title(found: _Count, observed: Observed) -> str:
    """What people call the scope; a device's place is a service, so the titles of every kind are asked."""
    return next((titles[found.scope] for titles in observed.titles.values() if found.scope in titles), found.scope)


def lockout(
    changes: Iterable[Change], held: Mapping[str, Spec], guards: Guards, approvals: Sequence[Approval], today: date
) -> tuple[Refusal, ...]:
    """The refusal of a plan that takes the role Administrator from somebody and leaves fewer than the organization wants.

    `held`: the roles that count before it, by name.
    """
    ending = (change for change in changes if change.verdict.kind == "role" and change.verdict.verb is Verb.DELETE)
    going = {change.name: change.verdict.before for change in ending}
    count = len(_administrators(going.values()))
    left = {grant.person for grant in _administrators(spec for name, spec in held.items() if name not in going) if grant.granted}
    approved = [one.up_to for one in approvals if one.allow == "administrators" and one.kind in ("role", "*") and one.covers(today)]
    if not count or len(left) >= guards.administrators.minimum or count <= max(approved, default=0):
        return ()
    message = f"{count} would lose the role Administrator, which leaves {len(left)}; {guards.administrators.minimum} must remain"
    return (Refusal("administrators", "role", "*", count, 0, message, approval_text("administrators", "role", "*", count, today)),)


def _administrators(roles: Iterable[Spec | None]) -> list[Grant]:
    return [spec for spec in roles if isinstance(spec, Grant) and spec.role == ADMINISTRATOR]


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _quoted(scope: str) -> str:
    return json.dumps(scope or "*", ensure_ascii=False)


def approval_text(guard: str, kind: str, scope: str, count: int, today: date) -> str:
    """The YAML of an approval that would lift a refusal, ready to be pasted below `approvals:` and given a reason."""
    return "\n".join(
        (
            f"- allow: {guard}",
            f"  kind: {kind}",
            f"  scope: {scope if _PLAIN.fullmatch(scope) else _quoted(scope)}",
            f"  up_to: {count}",
            f"  until: {(today + timedelta(days=APPROVAL_DAYS)).isoformat()}",
            '  reason: ""    # say why; a reviewer and an auditor will read it',
        )
    )
