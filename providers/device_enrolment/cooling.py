"""Devices that Apple holds back because they were assigned too often: until when, across processes.

An assignment that comes too early was seen to fail for days on end (Fleet's issues 14957 and 36770), so none is sent before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from reconciler.provider import Scratch


class Cooling:
    """The devices of one mdm_server that are held back, kept in a scratch store."""

    def __init__(self, server: str, scratch: Scratch) -> None:
        self._name = f"device_enrolment-{server}-cool-down"
        self._scratch = scratch

    def at(self, now: datetime) -> Mapping[str, datetime]:
        """Serial → when it may be tried again, for those that have to wait."""
        kept = self._scratch.get(self._name)
        found = {str(serial): _moment(until) for serial, until in kept.items()} if isinstance(kept, dict) else {}
        return {serial: until for serial, until in found.items() if until and until > now}

    def hold(self, serials: Iterable[str], until: datetime, now: datetime) -> None:
        """These have to wait."""
        waiting = {**self.at(now), **dict.fromkeys(serials, until)}
        self._scratch.put(self._name, {serial: moment.isoformat() for serial, moment in sorted(waiting.items())})


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
