"""What the academic half holds from its first day, and the ids that the organization gives."""

from __future__ import annotations

import uuid

from providers.simulator.store import Store

PRIMARY = "primary"
"""The location_id of the location that was made with the organization."""
DEFAULT_NAME = "Pretend School District"
SIGNED_UP = 1_659_312_000.0
"""1 August 2022, before the first device was ordered."""


def found(store: Store) -> None:
    """Make the primary location, named after the organization, unless it is there; the caller holds a transaction."""
    if store.row("SELECT 1 FROM locations WHERE is_primary = 1") is None:
        values = (new_uid(), PRIMARY, DEFAULT_NAME, "ENROLLMENT", SIGNED_UP)
        store.rows("INSERT INTO locations (uid, location_id, name, source, is_primary, op_at) VALUES (?, ?, ?, ?, 1, ?)", *values)


def new_uid() -> str:
    """An opaque id, as the organization gives to whatever it makes."""
    return uuid.uuid4().hex
