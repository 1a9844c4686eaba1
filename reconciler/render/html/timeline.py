"""What ends one day, on a line from today to a year ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reconciler.kinds.renewals import State
from reconciler.plan import Expiry, Plan
from reconciler.renewals.words import in_words

AHEAD = 365
"""Days that are drawn to scale; what ends later stands at the right end, what has ended at the left."""
TONES = {State.REVOKED: "danger", State.EXPIRED: "danger", State.UNREADABLE: "caution", State.DUE: "caution", State.FINE: "new"}

_OVER, _TODAY, _YEAR, _LATER = 4.0, 10.0, 88.0, 96.0  # hundredths of the width
_APART = 9.0  # hundredths that a mark needs on a phone
_WORD = 5.0  # hundredths that half of two labels need
_ROW = 28  # pixels


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing that ends, under the number that it has on the line; 0 if it is not on it. `when` says its day in words."""

    number: int
    item: Expiry
    tone: str
    when: str

    @property
    def pressing(self) -> bool:
        """Whether somebody has to do something about it now."""
        return self.item.state not in (State.FINE, State.UNDATED)


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on the line: `x` in hundredths of the width, `y` in pixels above the line."""

    number: int
    tone: str
    x: float
    y: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month; without a label beside today's. `minor` ones are left out where there is little room."""

    label: str
    x: float
    minor: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The line, and everything that ends, soonest first. `height`: pixels above the line."""

    endings: tuple[Ending, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    today: float
    height: int


def timeline(plan: Plan) -> Timeline | None:
    """None if nothing is known to end."""
    if not plan.renewals:
        return None
    today = plan.binding.day
    endings = tuple(_endings(plan.renewals))
    marks = tuple(_marks(endings))
    return Timeline(endings, marks, tuple(_ticks(today)), _TODAY, max((mark.y for mark in marks), default=0) + _ROW)


def _endings(items: Sequence[Expiry]) -> Iterator[Ending]:
    number = 0
    for item in items:
        number += bool(item.ends)
        yield Ending(number if item.ends else 0, item, TONES.get(item.state, "quiet"), _when(item))


def _when(item: Expiry) -> str:
    if not item.ends:
        return str(item.state)
    day = date.fromisoformat(item.ends)
    words = f"{day.day} {day:%B %Y}, {in_words(item.days or 0)}"
    return words if item.state in (State.DUE, State.FINE) else f"{item.state}: {words}"


def _marks(endings: Sequence[Ending]) -> Iterator[Mark]:
    """As low as each can stand beside those that are drawn already."""
    rows: list[float] = []
    for ending in sorted((one for one in endings if one.number), key=lambda one: one.item.ends):
        x = _place(ending.item.days or 0)
        row = next((row for row, last in enumerate(rows) if last + _APART <= x), len(rows))
        rows[row:] = [x, *rows[row + 1 :]]
        yield Mark(ending.number, ending.tone, x, row * _ROW)


def _place(days: int) -> float:
    if days < 0:
        return _OVER
    return round(_TODAY + (_YEAR - _TODAY) * days / AHEAD, 2) if days <= AHEAD else _LATER


def _ticks(today: date) -> Iterator[Tick]:
    month = today.replace(day=1)
    for number in range(1, 13):
        month = (month + timedelta(days=32)).replace(day=1)
        x = _place((month - today).days)
        label = f"{month:%Y}" if month.month == 1 else f"{month:%b}"
        yield Tick(label if x > _TODAY + _WORD else "", x, number % 3 != 0)
