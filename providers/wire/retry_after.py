"""How long a 429 wants us to stay away."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MISSING = 60.0
"""Seconds to wait where the header is missing or means nothing; the pause that clients of Apple settled on."""


def pause(header: str | None, now: datetime) -> float:
    """Seconds to wait: Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3), and MISSING for anything else."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return MISSING
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)
