"""The log of an import, byte-like the one that the portal lets a person download.

As asm-data-creator's authors saw it on real uploads: rows of two cells, then one table for each sort of thing behind a blank line.
A thing may stand there several times; its latest timestamp counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from providers.simulator.academic.journal import ISSUE, SUCCESS
from providers.simulator.academic.reader import Quirk
from providers.simulator.store import Store

_OPERATION = ("operation_status", "operation_substatus", "timestamp")
HEADERS: dict[str, tuple[str, ...]] = {
    "person": ("person_id", "last_name", "first_name", "person_number", *_OPERATION, "email"),
    "class": ("class_id", "course_name", "class_number", *_OPERATION),
    "location": ("location_id", "location_name", *_OPERATION),
    "course": ("course_id", "course_number", "course_name", "location_id", *_OPERATION),
    "roster": ("roster_id", "class_id", "student_id", *_OPERATION),
}
"""Section → header, in the order of the file."""
FIELDS = ("id", "name", "arrived_at", "starts_at", "ends_at", "status", "substatus", "messages")
Activity = dict[str, Any]


def activities(store: Store, now: float) -> list[Activity]:
    """What the portal's activity list shows now, newest first: FIELDS by name; imports that have not begun are not in it."""
    ask = f"SELECT {', '.join(FIELDS)}, settled FROM imports WHERE starts_at <= ? ORDER BY starts_at DESC, position DESC"  # noqa: S608 - this module's own words
    return [_activity(row) for row in store.rows(ask, now)]


def download(store: Store, quirk: Quirk, activity: Activity) -> bytes:
    """The log of an activity."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("OPERATION", "SYNC_SOURCE"))
    writer.writerow(("ACTIVITY_ID", activity["id"]))
    writer.writerow(("STARTED AT", _moment(activity["starts_at"])))
    writer.writerow(("ENDED AT", _moment(activity["ends_at"])))
    writer.writerow(("STATUS", activity["status"]))
    writer.writerow(("SUB_STATUS", activity["substatus"]))
    rows = store.rows("SELECT section, cells, status, substatus FROM import_rows WHERE import = ? ORDER BY position", activity["id"])
    for section, header in HEADERS.items():
        of_it = [row[1:] for row in rows if row[0] == section]
        if of_it:
            out.write("\n")
            writer.writerow(header)
            writer.writerows(_lines(of_it, header, activity, quirk("activity_log_repeats") == "present"))
    return (b"\xef\xbb\xbf" if quirk("activity_log_bom") == "present" else b"") + out.getvalue().encode()


def _activity(row: Sequence[Any]) -> Activity:
    *values, settled = row
    found = dict(zip(FIELDS, values, strict=True))
    found["messages"] = orjson.loads(found["messages"])
    return found if settled else found | {"status": "PROCESSING", "ends_at": None}


def _lines(rows: Sequence[tuple[str, str, str]], header: Sequence[str], activity: Activity, repeats: bool) -> Iterator[list[str]]:
    """Moments spread over the run of the import, in the order of the rows."""
    start, end = activity["starts_at"], activity["ends_at"]
    for n, (cells, status, substatus) in enumerate(rows, 1):
        at = start + (end - start) * n / (len(rows) + 1)
        yield _line(cells, header, (status, substatus, _moment(at)))
        if repeats:  # behind it in the file, before it in time, and untrue
            other = (SUCCESS, "UPDATED") if status == ISSUE else (ISSUE, "INTERNAL_ERROR")
            yield _line(cells, header, (*other, _moment(start + (at - start) / 2)))


def _line(cells: str, header: Sequence[str], operation: Sequence[str]) -> list[str]:
    values, place = [str(cell) for cell in orjson.loads(cells)], header.index(_OPERATION[0])
    return [*values[:place], *operation, *values[place:]]


def _moment(stamp: float | None) -> str:
    if stamp is None:
        return ""
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
