"""What differs between two specs, in words. Equality was asked long before; this explains the few that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.resource import Spec


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute: its path within the spec and both values as text; empty text where there is none."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} → {self.after or 'not set'}" if self.before else self.after


@lru_cache(maxsize=4096)
def explain(before: Spec | None, after: Spec | None, time_zone: str = "UTC") -> tuple[Difference, ...]:
    """Every attribute that differs, sorted by path; moments are local to `time_zone`. None stands for "nothing there"."""
    # A list is shown whole: "iPad, Mac → iPad" says more to people than "item 1 removed".
    zone = ZoneInfo(time_zone)
    old, new = (spec.model_dump(exclude_none=True) if spec else {} for spec in (before, after))
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    found = (Difference(path, _text(old.get(path), zone), _text(new.get(path), zone)) for path in paths)
    return tuple(difference for difference in found if difference.before != difference.after)


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
