"""How numbers, spans and other people's words are written, wherever somebody reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

# Line ends, what moves a terminal's cursor or colours, and what turns the direction of writing: a name may hold any of them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def plain(text: str) -> str:
    """Text of others (names, messages) on one line, without control characters."""
    return _UNPRINTABLE.sub(" ", text)


def counted(count: int, noun: str) -> str:
    """`1 iPad`, `412 iPads`, `1,200 Apple Watches`."""
    plural = noun + ("es" if noun.endswith(("ch", "sh", "s", "x")) else "s")
    return f"{count:,} {noun if count == 1 else plural}"


def some(words: Collection[str], shown: int = 5) -> str:
    """The first few words and how many more there are: `A, B, C and 9 more`."""
    listed = ", ".join(list(words)[:shown])
    return listed if len(words) <= shown else f"{listed} and {len(words) - shown:,} more"


def either(words: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def duration(seconds: float) -> str:
    """A span for people: `40 seconds`, `3 minutes`, `2 hours 10 minutes`."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (counted(hours, "hour") if hours else "", counted(rest, "minute") if rest else "") if part)
