"""The devices of a service: the whole list, what changed since, and single ones.

Apple, "Fetch Devices" and "Sync Devices": a cursor that has told everything is exhausted for fetching and good for syncing, for seven
days; a sync may tell a device several times, and the newest op_date wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from providers.simulator.answers import Answer
from providers.simulator.enrolment import cursor as cursors
from providers.simulator.enrolment import shapes
from providers.simulator.enrolment.cursor import Cursor
from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.visit import Visit

COLUMNS = f"d.position, {shapes.COLUMNS}"
SOURCE = "devices d LEFT JOIN enrolment_devices e ON e.serial = d.serial"


def fetch(visit: Visit) -> Answer:
    """POST /server/devices: every device of the service, in pages."""
    given, limit = visit.text("cursor"), _limit(visit)
    at = _started(visit, given) if given else Cursor("devices", "0", _last_event(visit), more=True)
    rows = _held(visit, int(at.place), limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    place = str(rows[-1][0]) if rows else at.place
    return _page(visit, [shapes.device(visit, row[1:]) for row in rows], Cursor("devices", place, at.event, more), given)


def sync(visit: Visit) -> Answer:
    """POST /devices/sync: what came, changed and left since the cursor, oldest first."""
    given, limit = visit.text("cursor"), _limit(visit)
    if not given:
        raise Refusal(400, "CURSOR_REQUIRED")
    at = cursors.read(visit, ["devices"], given, visit.number("enrolment_cursor_life"))
    events = _events(visit, at.event, limit + 1)
    if not events and not at.more and visit.quirk("enrolment_exhausted") == "fetch_and_sync":
        raise Refusal(400, "EXHAUSTED_CURSOR")
    more = len(events) > limit
    events = events[:limit]
    last = int(events[-1][0]) if events else at.event
    told = [device for event in events for device in _told(visit, event)]
    return _page(visit, told, Cursor("devices", at.place, last, more), given)


def details(visit: Visit) -> Answer:
    """POST /devices: the named devices; one that is not the service's own is told by its status alone."""
    serials = visit.serials()
    found = {row[1]: row[1:] for row in mine(visit, serials)}
    refused = {"response_status": visit.quirk("enrolment_unknown_serial")}
    told = {
        serial: shapes.device(visit, found[serial]) | {"response_status": "SUCCESS"} if serial in found else refused for serial in serials
    }
    return Answer({"devices": told})


def mine(visit: Visit, serials: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of those named devices that are the service's own."""
    ask = f"SELECT {COLUMNS} FROM {SOURCE} WHERE d.service = ? AND d.serial IN (SELECT value FROM json_each(?))"  # noqa: S608 - own text
    return visit.store.rows(ask, visit.service, orjson.dumps(list(serials)).decode())


def _limit(visit: Visit) -> int:
    return visit.limit(*(visit.number(f"enrolment_limit_{name}") for name in ("default", "maximum")))


def _started(visit: Visit, given: str) -> Cursor:
    """The cursor of a walk that goes on. Only the page on syncing knows expired cursors: to a fetch they are invalid."""
    try:
        at = cursors.read(visit, ["devices"], given, visit.number("enrolment_cursor_life"))
    except Refusal as refusal:
        raise Refusal(400, "INVALID_CURSOR") from refusal
    if not at.more and visit.quirk("enrolment_exhausted") != "never":
        raise Refusal(400, "EXHAUSTED_CURSOR")
    return at


def _held(visit: Visit, after: int, count: int) -> list[tuple[Any, ...]]:
    """Devices of the service; those that came too lately are not told yet."""
    late = "SELECT 1 FROM enrolment_events v WHERE v.serial = d.serial AND v.service = d.service AND v.op = 'added' AND v.at > ?"
    # COLUMNS and SOURCE are this module's own words, never input.
    ask = f"SELECT {COLUMNS} FROM {SOURCE} WHERE d.service = ? AND d.position > ? AND NOT EXISTS ({late})"  # noqa: S608 - see above
    return visit.store.rows(f"{ask} ORDER BY d.position LIMIT ?", visit.service, after, _ripe(visit), count)


def _last_event(visit: Visit) -> int:
    """The last change that may be told. Activities end late and in any order, so one that is not due yet holds back those after it."""
    due = visit.store.row("SELECT MIN(n) FROM enrolment_events WHERE service = ? AND at > ?", visit.service, _ripe(visit))
    if due and due[0] is not None:
        return int(due[0]) - 1
    found = visit.store.row("SELECT MAX(n) FROM enrolment_events WHERE service = ?", visit.service)
    return int(found[0] or 0) if found else 0


def _events(visit: Visit, after: int, count: int) -> list[tuple[Any, ...]]:
    """n, serial, op, at, moved of what happened and may be told."""
    hidden = "SELECT 1 FROM enrolment_devices e WHERE e.serial = v.serial AND e.throttled_until > ?"
    now = visit.now if visit.quirk("enrolment_throttled_in_sync") == "hidden" else float("inf")
    # `hidden` is this module's own text, never input.
    ask = f"SELECT n, serial, op, at, moved FROM enrolment_events v WHERE service = ? AND n > ? AND n <= ? AND NOT EXISTS ({hidden})"  # noqa: S608 - see above
    every = int(visit.number("enrolment_sync_misses"))
    silent = "op != 'deleted'" if visit.quirk("enrolment_deletes") == "missing" else "1"
    skip = f" AND {silent} AND (? = 0 OR n % MAX(?, 1) != 0) ORDER BY n LIMIT ?"
    return visit.store.rows(ask + skip, visit.service, after, _last_event(visit), now, every, every, count)


def _ripe(visit: Visit) -> float:
    return visit.now - visit.number("enrolment_lag")


def _told(visit: Visit, event: tuple[Any, ...]) -> list[dict[str, Any]]:
    """What a sync says of one change: usually one entry."""
    _, serial, op, at, moved = event
    if op == "deleted" and visit.quirk("enrolment_deletes") == "sparse":
        return [shapes.changed({"serial_number": serial}, "deleted", at)]
    ask = f"SELECT {shapes.COLUMNS} FROM {SOURCE} WHERE d.serial = ?"  # noqa: S608 - own text
    whole = shapes.device(visit, visit.store.rows(ask, serial)[0])
    gone = {**whole, "profile_status": "removed"}
    if op == "deleted":
        return [shapes.changed(gone, "deleted", at)]
    manner = visit.quirk("enrolment_moved") if moved and op == "added" else "added"
    as_modified, as_added = shapes.changed(gone, "modified", at), shapes.changed(whole, op, at)
    return {"added": [as_added], "modified": [as_modified], "both": [as_added, as_modified]}[manner]


def _page(visit: Visit, devices: list[dict[str, Any]], at: Cursor, given: str) -> Answer:
    loops = bool(given) and visit.quirk("enrolment_cursor_repeats") == "always"
    document = {
        "devices": devices,
        "fetched_until": shapes.moment(visit.now),
        "more_to_follow": at.more or loops,
        "cursor": given if loops else cursors.written(visit, at),
    }
    return Answer(document)
