"""Licences in a reviewer's words: who gets what, and how many there are, app by app."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.capability import Verb
from reconciler.kinds.licences import APP, LICENCE, TOKEN, USER, App, Licence
from reconciler.licences.balance import Balance
from reconciler.phrases import counted
from reconciler.plan import Plan, Verdict

COLUMNS = ("owned", "used", "planned", "by others", "reserve", "short", "idle")
_LICENCES = {
    Verb.CREATE: "{count} of {app} to {holders}",
    Verb.DELETE: "{count} of {app} back from {holders}",
    Verb.ADOPT: "{count} of {app}, already with {holders}",
    Verb.FORGET: "{count} of {app}, gone already",
}
_USERS = {
    Verb.CREATE: "{count} to make for apps and books at {place}",
    Verb.DELETE: "{count} to retire at {place}",
    Verb.ADOPT: "{count} already at {place}",
    Verb.FORGET: "{count} gone already at {place}",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One app's numbers, in the order of COLUMNS."""

    title: str
    numbers: tuple[str, ...]


def _licences(plan: Plan, verdict: Verdict, count: int) -> str:
    spec = verdict.after or verdict.before
    device = not isinstance(spec, Licence) or spec.holder == "device"
    one, many = ("a device", "devices") if device else ("a person", "people")
    app = plan.titles.get(APP, {}).get(verdict.scope, verdict.scope) or "an app that is declared no longer"
    return _LICENCES[verdict.verb].format(count=counted(count, "licence"), app=app, holders=one if count == 1 else many)


def _users(plan: Plan, verdict: Verdict, count: int) -> str:
    place = plan.titles.get(TOKEN, {}).get(verdict.scope, verdict.scope)
    return _USERS[verdict.verb].format(count=counted(count, "library user"), place=place)


def _apps(plan: Plan, verdict: Verdict, count: int) -> str:
    """An app is told of by itself, whatever `count` says."""
    del plan, count
    spec = verdict.after or verdict.before
    if not isinstance(spec, App):
        return str(verdict.verb)
    at = f"{spec.title or 'an app'} at {spec.location}"
    return f"{at}: buy {spec.buy:,}, so that there are {spec.licences:,}" if verdict.after and spec.buy else f"{verdict.verb} {at}"


SENTENCES: Mapping[str, Callable[[Plan, Verdict, int], str]] = {APP: _apps, LICENCE: _licences, USER: _users}
"""Kind → what becomes of so many of them; their names are shown without what the sentence has said already (`holder`)."""


def holder(name: str) -> str:
    """Who has a licence, or who the user is: the last part of its name."""
    return name.rpartition(".")[2]


def notable(plan: Plan) -> Sequence[Balance]:
    """Every app that is lacking or of which anything changes; those that need nobody's attention are left out."""
    changing = {change.verdict.scope for change in plan.changes if change.verdict.kind == LICENCE}
    return [one for one in plan.balances if one.short or one.app in changing]


def rows(plan: Plan) -> Sequence[Row]:
    """The numbers of those."""
    return [_row(plan, one) for one in notable(plan)]


def rest(plan: Plan) -> str:
    """The other apps, in one sentence; empty if there are none."""
    shown = len(rows(plan))
    others = len(plan.balances) - shown
    idle = sum(one.idle for one in plan.balances)
    apps = f"{counted(others, 'app')}{' more' if shown else ''} {'is' if others == 1 else 'are'} as declared"
    return f"{apps}; {counted(idle, 'licence')} idle in all." if others else ""


def table(plan: Plan) -> Iterator[str]:
    """The rows as text, in columns."""
    found = rows(plan)
    if found:
        width = max(len(row.title) for row in found)
        yield f"  {'':<{width}}" + "".join(f"{column:>11}" for column in COLUMNS)
        yield from (f"  {row.title:<{width}}" + "".join(f"{number:>11}" for number in row.numbers) for row in found)


def title(plan: Plan, app: str) -> str:
    """What people call an app of a balance."""
    return plan.titles.get(APP, {}).get(app, app)


def _row(plan: Plan, one: Balance) -> Row:
    owned = "no limit" if one.owned < 0 else f"{one.owned:,}"
    numbers = (f"{number:,}" for number in (one.used, one.planned, one.others, one.reserve, one.short, one.idle))
    return Row(title(plan, one.app), (owned, *numbers))
