"""What time does by itself: activities that are due end, and reads catch up with what they moved.

Run at the start of every request, at the moments when things were due, so that the outcome does not depend on who asked when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from providers.simulator.academic import importer
from providers.simulator.store import Store
from providers.simulator.switches import Setting

FAILURES = {
    "unknown": "DEVICE_NOT_FOUND",
    "same": "ALREADY_ASSIGNED",
    "unassigned": "NOT_ASSIGNED",
    "elsewhere": "ASSIGNED_TO_OTHER_SERVER",
    "no_migration": "NO_MIGRATION_IN_PROGRESS",
    "incapable": "MIGRATION_NOT_SUPPORTED",
    "partial": "INTERNAL_ERROR",
}
"""Why one device of an activity failed, and the word for it in the log. Apple publishes no list of these words."""


@dataclass(frozen=True, slots=True)
class Due:
    """An activity whose end has come. `ending` is how it was fated at creation; `every` > 0 fails every so-manieth device."""

    id: str
    type: str
    service: str | None
    deadline: float | None
    serials: list[str]
    ends_at: float
    ending: str
    lying: str
    every: int


@dataclass(frozen=True, slots=True)
class Held:
    """What settling must know of a device."""

    service: str | None
    migration: str | None
    capable: bool


def settle(store: Store, settings: Mapping[str, Setting], now: float) -> None:
    """Bring the organization up to `now` (seconds since 1970); the caller holds a transaction."""
    due = "SELECT id, type, service, deadline, serials, ends_at, ending FROM activities WHERE settled = 0 AND ends_at <= ?"
    for row in store.rows(f"{due} ORDER BY ends_at, position", now):
        _end(store, settings, _due(row))
    store.rows("UPDATE devices SET shown_service = service, shows_at = NULL WHERE shows_at IS NOT NULL AND shows_at <= ?", now)
    importer.settle(store, settings, now)


def _due(row: tuple[Any, ...]) -> Due:
    id_, type_, service, deadline, serials, ends_at, ending = row
    fate = orjson.loads(ending)
    return Due(id_, type_, service, deadline, orjson.loads(serials), ends_at, fate["end"], fate["lying"], fate["every"])


def _end(store: Store, settings: Mapping[str, Setting], due: Due) -> None:
    """Judge each device, move those that move, write down the outcome."""
    held = _held(store, due.serials)
    failures = {serial: why for n, serial in enumerate(due.serials, 1) if (why := _failure(due, n, held.get(serial), settings))}
    moved = _moved(due, [serial for serial in due.serials if serial not in failures])
    _move(store, due, moved, due.ends_at + float(settings["linkage_lag"].word))
    told = {} if due.lying != "no" else failures
    results = orjson.dumps([[serial, FAILURES.get(told.get(serial, ""), "")] for serial in due.serials]).decode()
    substatus = _substatus(due, set(told.values()))
    store.rows("UPDATE activities SET settled = 1, substatus = ?, results = ? WHERE id = ?", substatus, results, due.id)


def _held(store: Store, serials: list[str]) -> dict[str, Held]:
    found: dict[str, Held] = {}
    ask = "SELECT serial, service, migration, traits FROM devices WHERE released_at IS NULL AND serial IN (SELECT value FROM json_each(?))"
    for serial, service, migration, traits in store.rows(ask, orjson.dumps(serials).decode()):
        found[serial] = Held(service, migration, '"isMdmMigrationCapable":true' in traits)
    return found


def _failure(due: Due, n: int, held: Held | None, settings: Mapping[str, Setting]) -> str:
    """Why the n-th device of the activity fails (a key of FAILURES); empty if it does not."""
    if held is None:
        return "" if settings["unknown_serial"].word == "silent_success" else "unknown"
    if due.every and n % due.every == 0:
        return "partial"
    return _JUDGES[due.type](due, held, settings)


def _assigning(due: Due, held: Held, settings: Mapping[str, Setting]) -> str:
    same = held.service == due.service and settings["reassign_same"].word == "completed_with_error"
    return "same" if same else ""


def _migrating(due: Due, held: Held, settings: Mapping[str, Setting]) -> str:
    return _assigning(due, held, settings) if held.capable else "incapable"


def _unassigning(due: Due, held: Held, settings: Mapping[str, Setting]) -> str:
    if held.service is None:
        return "unassigned" if settings["reassign_same"].word == "completed_with_error" else ""
    return "elsewhere" if held.service != due.service and settings["unassign_elsewhere"].word == "error" else ""


def _in_migration(_due: Due, held: Held, _settings: Mapping[str, Setting]) -> str:
    return "" if held.migration in ("REQUESTED", "STARTED") else "no_migration"


_JUDGES = {
    "ASSIGN_DEVICES": _assigning,
    "UNASSIGN_DEVICES": _unassigning,
    "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE": _migrating,
    "UPDATE_MDM_MIGRATION_DEADLINE": _in_migration,
    "CANCEL_MDM_MIGRATION": _in_migration,
}


def _moved(due: Due, good: list[str]) -> list[str]:
    """Which of the devices that could move really do."""
    if due.ending in ("failed", "stuck") or due.lying == "nothing":
        return []
    return good[: len(good) // 2] if due.ending == "stopped" or due.lying == "half" else good


def _move(store: Store, due: Due, serials: Iterable[str], shows_at: float) -> None:
    """Change the devices themselves. An assignment is seen by reads only at `shows_at`."""
    place = "UPDATE devices SET service = ?, shows_at = ?, updated_at = ? WHERE serial = ? AND released_at IS NULL"
    migrate = "UPDATE devices SET migration = ?, migration_deadline = ?, updated_at = ? WHERE serial = ? AND released_at IS NULL"
    if due.type in ("ASSIGN_DEVICES", "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE", "UNASSIGN_DEVICES"):
        target = None if due.type == "UNASSIGN_DEVICES" else due.service
        store.many(place, [(target, shows_at, due.ends_at, serial) for serial in serials])
    if due.type == "CANCEL_MDM_MIGRATION":
        # Clients saw a cancelled migration as FAILED; the device stays with its new service.
        store.many(migrate, [("FAILED", None, due.ends_at, serial) for serial in serials])
    elif due.deadline is not None:
        # A deadline that has passed is enforced without deferral.
        state = "REQUESTED" if due.deadline > due.ends_at else "STARTED"
        store.many(migrate, [(state, due.deadline, due.ends_at, serial) for serial in serials])


def _substatus(due: Due, failures: set[str]) -> str:
    if due.ending == "post_processing_failed":
        return "COMPLETED_POST_PROCESSING_FAILED"
    if "partial" in failures:
        return "COMPLETED_WITH_FAILURE"
    return "COMPLETED_WITH_ERROR" if failures else "COMPLETED_WITH_SUCCESS"
