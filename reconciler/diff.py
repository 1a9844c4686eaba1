"""What differs between two specs, in words. Equality was asked long before; this explains the few that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.resource import Spec

LONG = 5
"""A list of more items is told by what comes and what goes: nobody compares two lines of forty words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute: its path within the spec and both values as text; empty text where there is none. `was`, `now`: items of a list."""

    path: str
    before: str
    after: str
    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.was and self.now and max(len(self.was), len(self.now)) > LONG:
            return _coming_and_going(self.was, self.now)
        return f"{self.before} → {self.after or 'not set'}" if self.before else self.after


@lru_cache(maxsize=4096)
def explain(before: Spec | None, after: Spec | None, time_zone: str = "UTC") -> tuple[Difference, ...]:
    """Every attribute that differs, sorted by path; moments are local to `time_zone`. None stands for "nothing there"."""
    # A short list is shown whole: "iPad, Mac → iPad" says more to people than "item 1 removed".
    zone = ZoneInfo(time_zone)
    old, new = (spec.model_dump(exclude_none=True) if spec else {} for spec in (before, after))
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    found = (_difference(path, old.get(path), new.get(path), zone) for path in paths)
    return tuple(difference for difference in found if difference.before != difference.after)


def _difference(path: str, old: Any, new: Any, zone: ZoneInfo) -> Difference:
    was, now = (tuple(_text(item, zone) for item in value) if isinstance(value, (list, tuple)) else () for value in (old, new))
    return Difference(path, _text(old, zone), _text(new, zone), was, now)


def _coming_and_going(was: tuple[str, ...], now: tuple[str, ...]) -> str:
    from deepdiff import DeepDiff  # 95 ms that only a plan with such a change needs to pay

    levels = [level for found in DeepDiff(sorted(was), sorted(now), view="tree").values() for level in found]
    added = ", ".join(level.t2 for level in levels if isinstance(level.t2, str))
    dropped = ", ".join(level.t1 for level in levels if isinstance(level.t1, str))
    return "; ".join(filter(None, (f"adds {added}" if added else "", f"drops {dropped}" if dropped else ""))) or "the same in another order"


def _text(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item, zone) for item in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(item, zone)}" for key, item in sorted(value.items()))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
