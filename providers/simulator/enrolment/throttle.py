"""Devices that were assigned too often cool down: version 9 of the protocol says THROTTLED, older ones say FAILED and no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

import orjson

from providers.simulator.enrolment.visit import Visit


def throttled(visit: Visit, serials: Sequence[str]) -> tuple[dict[str, str], int]:
    """Of the service's own devices, those that have to wait, with their status; and the seconds until the last of them may be tried."""
    ask = "SELECT serial, throttled_until FROM enrolment_devices WHERE serial IN (SELECT value FROM json_each(?))"
    known: dict[str, float] = dict(visit.store.rows(ask, orjson.dumps(list(serials)).decode()))
    until = visit.now + visit.number("enrolment_cool_down")
    struck = {serial: until for serial in _struck(visit, serials) if not known.get(serial)}
    put = "INSERT INTO enrolment_devices (serial, throttled_until) VALUES (?, ?) ON CONFLICT DO UPDATE"
    visit.store.many(f"{put} SET throttled_until = excluded.throttled_until", struck.items())
    waiting = {serial: moment for serial, moment in {**known, **struck}.items() if moment > visit.now}
    status = "THROTTLED" if visit.version >= 9 else "FAILED"
    return dict.fromkeys(waiting, status), math.ceil(max(waiting.values(), default=visit.now) - visit.now)


def _struck(visit: Visit, serials: Sequence[str]) -> Sequence[str]:
    """Which devices begin to cool down now; one that has done so already is let through."""
    if len(serials) > visit.number("enrolment_most_devices"):
        return serials
    every = int(visit.number("enrolment_throttled"))
    return [serial for n, serial in enumerate(serials, 1) if every and n % every == 0]
