"""Licences as bars: what of an app is given out, kept, idle and lacking, and what to buy where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.kinds.licences import APP, App
from reconciler.licences.balance import Balance
from reconciler.plan import Plan
from reconciler.render.licences import notable, title


@dataclass(frozen=True, slots=True)
class Segment:
    """So many licences of one sort: `fill` is a class of page.css, `start` and `width` are hundredths of the bar."""

    fill: str
    label: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One app at one location. `owned` is negative where there is no limit, and then nothing is drawn. `edge`: where the owned ones end, in
    hundredths of the bar, and the lacking ones begin. `buy` says what to buy and where; empty if nothing lacks."""

    title: str
    owned: int
    used: int
    after: int
    short: int
    segments: tuple[Segment, ...]
    edge: float
    buy: str


def bars(plan: Plan) -> tuple[Bar, ...]:
    """Apps that are lacking or of which anything changes: those that lack most first."""
    orders = {change.name: change.verdict.after for change in plan.changes if change.verdict.kind == APP}
    found = [_bar(plan, one, orders.get(one.app)) for one in notable(plan)]
    return tuple(sorted(found, key=lambda bar: (-bar.short, bar.title)))


def _bar(plan: Plan, one: Balance, order: object) -> Bar:
    edge = 100 * one.owned / one.needed if one.short and one.needed else 100.0
    return Bar(
        title=title(plan, one.app),
        owned=one.owned,
        used=one.used,
        after=one.planned + one.others,
        short=one.short,
        segments=tuple(_segments(one)),
        edge=round(edge, 2),
        buy=_buy(one, order),
    )


def _segments(one: Balance) -> Iterator[Segment]:
    """From the left, none of them reaching beyond what is owned but the lacking ones. Empty ones are left out."""
    begun, whole = 0, max(one.needed, one.planned + one.others, 1)
    parts = (
        ("given", "given out", one.planned),
        ("others", "given by others", one.others),
        ("reserve", "in reserve", one.reserve),
        ("idle", "idle", one.idle),
        ("short", "short", one.short),
    )
    for fill, label, count in parts:
        room = whole if fill == "short" or one.owned < 0 else one.owned
        drawn = max(0, min(count, room - begun))
        if count:
            yield Segment(fill, label, count, round(100 * begun / whole, 2), round(100 * drawn / whole, 2))
        begun += drawn


def _buy(one: Balance, order: object) -> str:
    if not one.short:
        return ""
    where = f" at {order.location}" if isinstance(order, App) else ""
    instead = f" {order.instead}" if isinstance(order, App) and order.instead else ""
    return f"Buy {one.short:,} more{where} in Apps and Books.{instead}"
