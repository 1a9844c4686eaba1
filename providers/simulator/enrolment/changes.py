"""What changes about a device without it moving, written down for those that sync."""

from __future__ import annotations

from collections.abc import Sequence

from providers.simulator.store import Store


def modified(store: Store, service: str, serials: Sequence[str], now: float) -> None:
    """The devices of a service were changed at `now` (seconds since 1970)."""
    add = "INSERT INTO enrolment_events (service, serial, op, at) VALUES (?, ?, 'modified', ?)"
    store.many(add, [(service, serial, now) for serial in serials])


def fetched(store: Store, serials: Sequence[str], now: float) -> None:
    """Devices were switched on and fetched the profile that waits for them; those that have none are left alone."""
    for serial in serials:
        update = "UPDATE enrolment_devices SET profile_status = 'pushed', pushed_at = ? WHERE serial = ? AND profile IS NOT NULL"
        store.rows(update, now, serial)
        store.rows(
            "INSERT INTO enrolment_events (service, serial, op, at) SELECT service, serial, 'modified', ? FROM devices"
            " WHERE serial = ? AND service IS NOT NULL",
            now,
            serial,
        )


def replaced(store: Store, original: str, successor: str, now: float) -> None:
    """A device came in exchange for another one, which leaves the organization by that."""
    store.rows("INSERT OR REPLACE INTO enrolment_replacements VALUES (?, ?, ?)", successor, original, now)
