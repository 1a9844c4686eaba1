"""Cursors: opaque to clients, bound to one list of one service, and old after a while."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.visit import Visit


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk stands: `place` is the last one told, `event` the last change known, `more` whether the walk has not ended."""

    walk: str
    place: str
    event: int
    more: bool
    issued_at: float = 0.0


def written(visit: Visit, cursor: Cursor) -> str:
    """The cursor as clients get it: base64 without padding."""
    text = ":".join((cursor.walk, cursor.place.encode().hex(), str(cursor.event), str(int(cursor.more)), str(int(visit.now * 1000))))
    return base64.b64encode(f"{text}:{_seal(visit, text)}".encode()).decode().rstrip("=")


def read(visit: Visit, walks: Collection[str], value: str, life: float) -> Cursor:
    """The cursor that a client sends back; 400 INVALID_CURSOR if it is of none of these walks, EXPIRED_CURSOR after `life` seconds."""
    try:
        text, _, seal = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode().rpartition(":")
    except (binascii.Error, ValueError) as problem:
        raise Refusal(400, "INVALID_CURSOR") from problem
    parts = text.split(":")
    if not hmac.compare_digest(seal.encode(), _seal(visit, text).encode()) or parts[0] not in walks:
        raise Refusal(400, "INVALID_CURSOR")
    cursor = Cursor(parts[0], bytes.fromhex(parts[1]).decode(), int(parts[2]), parts[3] == "1", int(parts[4]) / 1000)
    if visit.now >= cursor.issued_at + life:
        raise Refusal(400, "EXPIRED_CURSOR")
    return cursor


def _seal(visit: Visit, text: str) -> str:
    key = f"{visit.store.meta('log_secret')}{visit.service}".encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]
