"""Who holds a lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that writes. `since` is an ISO moment; `str()` is a phrase for people."""

    who: str
    host: str
    pid: int
    since: str
    run: str

    def __str__(self) -> str:
        place = f"@{self.host}" if self.host else ""
        process = f" (process {self.pid})" if self.pid else ""
        since = f" since {_readable(self.since)}" if self.since else ""
        return f"{self.who or 'somebody'}{place}{process}{since}"


def _readable(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return moment
