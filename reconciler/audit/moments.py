"""Days as auditors write them: parts of a date, in the organization's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.errors import ReconcilerError

_MOMENT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?(Z|[+-]\d\d:\d\d)?")
_LAST = timedelta(milliseconds=1)


def period(text: str, zone: ZoneInfo) -> tuple[str, str]:
    """The first and the last moment of `2026`, `2026-11`, `2026-11-23` or `2026-11-23T08:15`, as the ledger writes moments.

    Days are those of the zone, unless the text says otherwise (Z, +01:00). Raises ReconcilerError for what is no such date.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise _no_date(text)
    given = [int(part) for part in found.groups()[:-1] if part is not None]
    try:
        first = _aware(datetime(*_filled(given)), found[7], zone)
        last = _aware(_next(datetime(*_filled(given)), len(given)), found[7], zone) - _LAST
    except (ValueError, OverflowError):
        raise _no_date(text) from None
    return _written(first), _written(last)


def _no_date(text: str) -> ReconcilerError:
    return ReconcilerError(f'"{text}" is not an ISO date; write for example 2026-11-23, 2026-11 or 2026-11-23T08:15.')


def _filled(given: list[int]) -> tuple[int, int, int, int, int, int]:
    year, month, day, hour, minute, second = (*given, *(0, 1, 1, 0, 0, 0)[len(given) :])
    return year, month, day, hour, minute, second


def _aware(moment: datetime, offset: str | None, zone: ZoneInfo) -> datetime:
    if offset:
        return datetime.fromisoformat(f"{moment.isoformat()}{offset}").astimezone(UTC)
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _next(moment: datetime, parts: int) -> datetime:
    """The beginning of the year, month, day, hour, minute or second after."""
    if parts == 1:
        return moment.replace(year=moment.year + 1)
    if parts == 2:
        return moment.replace(year=moment.year + moment.month // 12, month=moment.month % 12 + 1)
    return moment + (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[parts - 3]


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(at: str, zone: ZoneInfo) -> str:
    """A moment of the ledger as people of the zone read it, to the minute: `2026-11-23 09:15 CET`."""
    try:
        return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
    except ValueError:
        return at
