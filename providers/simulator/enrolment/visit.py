"""A request that got past the door: who asks, in which version of the protocol, and with which body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from providers.simulator.call import Call
from providers.simulator.enrolment.refusal import MALFORMED, Refusal
from providers.simulator.store import Store

NEWEST = 10
"""The newest version of the protocol that Apple documents."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request in its session: `service` is the id of the device-management service whose server token opened it."""

    call: Call
    service: str
    version: int
    body: Mapping[str, Any]

    @property
    def store(self) -> Store:
        """The organization's rows."""
        return self.call.store

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self.call.now

    def quirk(self, name: str) -> str:
        """See Call.quirk."""
        return self.call.quirk(name)

    def number(self, name: str) -> float:
        """See Call.number."""
        return self.call.number(name)

    def text(self, name: str) -> str:
        """An optional text of the body, empty if it is missing; 400 if it is something else."""
        value = self.body.get(name) or ""
        if not isinstance(value, str):
            raise Refusal(400, MALFORMED)
        return value

    def serials(self) -> list[str]:
        """The serial numbers that the body names; 400 if it names none."""
        given = self.body.get("devices")
        if given is not None and not isinstance(given, list):
            raise Refusal(400, MALFORMED)
        serials = [serial for serial in given or () if isinstance(serial, str) and serial]
        if not serials or len(serials) != len(given or ()):
            raise Refusal(400, "DEVICE_ID_REQUIRED")
        return serials

    def limit(self, default: float, most: float) -> int:
        """How many a page may hold; what is above the maximum is cut to it."""
        wanted = self.body.get("limit", int(default))
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
            raise Refusal(400, MALFORMED)
        return min(wanted, int(most))


def version(call: Call) -> int:
    """The version that both sides speak; one that is too new for this side is answered in its newest."""
    text = call.request.headers.get("X-Server-Protocol-Version", str(int(call.number("enrolment_default_version")))).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text)):
        raise Refusal(400, MALFORMED)
    return min(int(text), NEWEST, int(call.number("enrolment_newest_version")))


def body(call: Call) -> Mapping[str, Any]:
    """The JSON object that was sent; empty if nothing was sent with a request that needs nothing."""
    raw = call.request.get_data()
    if not raw:
        return {}
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise Refusal(400, MALFORMED) from problem
    if not isinstance(found, dict):
        raise Refusal(400, MALFORMED)
    return found
