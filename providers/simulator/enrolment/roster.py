"""The roster as a device-management service reads it: persons, classes, courses and locations, whole or since a cursor.

MDM Protocol Reference, "MDM Rosters": a list is a snapshot from its start, ordered by source_system_identifier; a sync is in the order
of the changes, may tell a record twice, and is nothing to learn of deletions from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from providers.simulator.answers import Answer
from providers.simulator.enrolment import cursor as cursors
from providers.simulator.enrolment import records, shapes
from providers.simulator.enrolment.cursor import Cursor
from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.visit import Visit

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One list: the array's name (also the table's), the table's column of the school's own id, what makes records of unique ids."""

    name: str
    own_id: str
    records: Callable[[Visit, Sequence[str]], Mapping[str, Told]]


PERSONS = Kind("persons", "person_id", records.persons)
CLASSES = Kind("classes", "class_id", records.classes)
COURSES = Kind("courses", "course_id", records.courses)
LOCATIONS = Kind("locations", "location_id", records.locations)


def listing(kind: Kind) -> Callable[[Visit], Answer]:
    """The handler of a list."""
    return lambda visit: _listed(visit, kind)


def sync(kind: Kind) -> Callable[[Visit], Answer]:
    """The handler of a sync."""
    return lambda visit: _synced(visit, kind)


def _listed(visit: Visit, kind: Kind) -> Answer:
    given, limit = visit.text("cursor"), visit.limit(visit.number("mdm_roster_limit"), visit.number("mdm_roster_limit"))
    at = _cursor(visit, kind, given) if given else Cursor(kind.name, _place(visit.now), _last(visit, kind), more=True)
    since, uid = orjson.loads(at.place)
    # The names are this package's own words, never input.
    ask = (
        f"SELECT uid FROM {kind.name} WHERE deleted_at IS NULL AND position <= ? AND ({kind.own_id}, uid) > (?, ?)"  # noqa: S608 - see above
        f" ORDER BY {kind.own_id}, uid LIMIT ?"
    )
    rows = visit.store.rows(ask, at.event, _own_id(visit, kind, uid), uid, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    place = _place(since, rows[-1][0]) if rows else at.place
    return _page(visit, kind, [row[0] for row in rows], Cursor(kind.name, place, at.event, more), given)


def _synced(visit: Visit, kind: Kind) -> Answer:
    given, limit = visit.text("cursor"), visit.limit(visit.number("mdm_roster_limit"), visit.number("mdm_roster_limit"))
    if not given and visit.quirk("mdm_roster_sync_without_cursor") == "refused":
        raise Refusal(400, "CURSOR_REQUIRED")
    name = f"{kind.name}/sync"
    at = _cursor(visit, kind, given) if given else Cursor(name, _place(0.0), 0, more=True)
    since, uid = orjson.loads(at.place)
    after = uid if at.walk == name else ""
    deleted = visit.quirk("mdm_roster_deletes") == "reported"
    # The names are this package's own words, never input.
    ask = (
        f"SELECT uid, op_at FROM {kind.name} WHERE (? OR deleted_at IS NULL) AND (op_at, uid) > (?, ?) AND op_at <= ?"  # noqa: S608 - see above
        " ORDER BY op_at, uid LIMIT ?"
    )
    rows = visit.store.rows(ask, deleted, since, after, visit.now - visit.number("mdm_roster_lag"), limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    place = _place(rows[-1][1], rows[-1][0]) if rows else _place(since, after)
    again = 2 if visit.quirk("mdm_roster_repeats") == "always" else 1
    answer = _page(visit, kind, [row[0] for row in rows for _ in range(again)], Cursor(name, place, at.event, more), given)
    assert isinstance(answer.document, dict)
    answer.document["fetched_until"] = shapes.moment(visit.now)
    return answer


def _place(since: float, uid: str = "") -> str:
    """Where a walk stands: the moment from which a sync has to go on, and the last record told. (Cursors have 512 characters at most.)"""
    return orjson.dumps([since, uid]).decode()


def _own_id(visit: Visit, kind: Kind, uid: str) -> str:
    found = visit.store.row(f"SELECT {kind.own_id} FROM {kind.name} WHERE uid = ?", uid)  # noqa: S608 - names of this package's own
    return str(found[0]) if found else ""


def _cursor(visit: Visit, kind: Kind, given: str) -> Cursor:
    """A cursor of this list or of its sync; a sync goes on from either."""
    life = visit.number("mdm_roster_cursor_life")
    walks = (kind.name, f"{kind.name}/sync") if visit.call.request.path.endswith("/sync") else (kind.name,)
    return cursors.read(visit, walks, given, life)


def _last(visit: Visit, kind: Kind) -> int:
    found = visit.store.row(f"SELECT MAX(position) FROM {kind.name}")  # noqa: S608 - a name of this package's own
    return int(found[0] or 0) if found else 0


def _page(visit: Visit, kind: Kind, uids: Sequence[str], at: Cursor, given: str) -> Answer:
    found = kind.records(visit, uids)
    loops = bool(given) and visit.quirk("mdm_roster_cursor_repeats") == "always"
    more: object = at.more or loops
    if visit.quirk("mdm_roster_more") == "string":
        more = "true" if more else "false"
    cursor = given if loops else cursors.written(visit, at)
    return Answer({kind.name: [found[uid] for uid in uids], "cursor": cursor, "more_to_follow": more})
