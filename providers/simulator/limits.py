"""The organization's budget of requests. Apple publishes none; clients found about 20 reads a minute and 10 writes an hour."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from wsgiref.handlers import format_date_time

from providers.simulator.answers import ApiError, Refusal
from providers.simulator.call import Call

WINDOWS = {"get": 60.0, "post": 3600.0}
"""Seconds over which each sort of request is counted."""


def spend(call: Call) -> None:
    """Take one request from the budget; 429 if there is none left (a refused request costs nothing)."""
    sort = call.request.method.lower()
    if sort not in WINDOWS:
        return
    if call.quirk("rate_limited") == "always":
        raise _too_many(call, WINDOWS[sort])
    most, window = int(call.number(f"rate_limit_{sort}")), WINDOWS[sort]
    call.store.rows("DELETE FROM budget WHERE sort = ? AND at <= ?", sort, call.now - window)
    taken = call.store.rows("SELECT at FROM budget WHERE sort = ? ORDER BY at DESC LIMIT ?", sort, most) if most else []
    if most and len(taken) == most:
        raise _too_many(call, taken[-1][0] + window - call.now)
    call.store.rows("INSERT INTO budget VALUES (?, ?)", sort, call.now)


def retry_after(call: Call, seconds: float, switch: str = "retry_after") -> dict[str, str]:
    """The Retry-After header for a pause of `seconds`, in the form that the switch (of the door) wants."""
    manner = call.quirk(switch)
    wait = math.ceil(seconds)
    if manner == "missing":
        return {}
    if manner == "http_date":
        until = datetime.fromtimestamp(call.now + wait, UTC)
        return {"Retry-After": format_date_time(until.timestamp())}
    return {"Retry-After": {"seconds": str(wait), "garbage": "soon"}.get(manner, manner)}


def _too_many(call: Call, seconds: float) -> Refusal:
    error = ApiError(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.", "Try again later.")
    return Refusal(error, headers=retry_after(call, seconds))
