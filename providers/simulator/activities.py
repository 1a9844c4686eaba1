"""The orgDeviceActivities endpoints: the only write that schools have, and the read that tells how it went."""

from __future__ import annotations

import math
import uuid
from typing import Any

import orjson

from providers.simulator.answers import Answer
from providers.simulator.call import Call, not_found
from providers.simulator.clock import wire_time
from providers.simulator.logs import log_url
from providers.simulator.requested import Requested, requested

FIELDS = frozenset({"status", "subStatus", "createdDateTime", "completedDateTime", "downloadUrl"})
COURSE = ((0.05, "SUBMITTED"), (0.15, "PRE_PROCESSING"), (0.25, "PENDING"), (0.8, "PROCESSING"), (math.inf, "POST_PROCESSING"))
"""What an activity says of itself until so much of its time has passed. Apple names the words; their order is by name only."""
COLUMNS = "id, type, created_at, ends_at, ending, settled, substatus"


def create(call: Call) -> Answer:
    """POST /v1/orgDeviceActivities: 201 with an activity that has just been submitted. Not idempotent."""
    call.only()
    wanted = requested(call)
    id_ = str(uuid.uuid4())
    end = call.quirk("activity_end")
    ends_at = math.inf if end == "stuck" else call.now + call.number("activity_seconds")
    fate = {"end": end, "lying": call.quirk("lying"), "every": int(call.number("partial_failure"))}
    _keep(call, wanted, (id_, ends_at, orjson.dumps(fate).decode()))
    attributes: dict[str, Any] = {"status": "IN_PROGRESS", "subStatus": "SUBMITTED", "createdDateTime": wire_time(call.now)}
    if call.quirk("activity_type") == "present":
        attributes["activityType"] = wanted.type
    collection = f"{call.origin}/v1/orgDeviceActivities"
    return Answer({"data": _resource(collection, id_, attributes), "links": {"self": collection}}, 201)


def single(call: Call, activity: str) -> Answer:
    """GET /v1/orgDeviceActivities/{id}."""
    call.only("fields[orgDeviceActivities]")
    fields = call.fields("orgDeviceActivities", FIELDS)
    row = call.store.row(f"SELECT {COLUMNS} FROM activities WHERE id = ?", activity)  # noqa: S608 - COLUMNS is our own text
    memory = call.number("activity_memory")
    if row is None or (memory and call.now >= row[2] + memory):
        raise not_found("orgDeviceActivities", activity)
    attributes = {name: value for name, value in _attributes(call, row).items() if fields is None or name in fields}
    resource = _resource(f"{call.origin}/v1/orgDeviceActivities", activity, attributes)
    return Answer({"data": resource, "links": {"self": resource["links"]["self"]}})


def _keep(call: Call, wanted: Requested, fate: tuple[str, float, str]) -> None:
    id_, ends_at, ending = fate
    values = (id_, wanted.type, wanted.service, wanted.deadline, orjson.dumps(wanted.serials).decode(), call.now, ends_at, ending)
    call.store.rows(
        "INSERT INTO activities (id, type, service, deadline, serials, created_at, ends_at, ending) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *values,
    )
    call.store.rows("INSERT INTO counts VALUES ('activities', ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", wanted.type)


def _resource(collection: str, id_: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "orgDeviceActivities", "id": id_, "attributes": attributes, "links": {"self": f"{collection}/{id_}"}}


def _attributes(call: Call, row: tuple[Any, ...]) -> dict[str, Any]:
    id_, type_, created_at, ends_at, ending, settled, substatus = row
    end = orjson.loads(ending)["end"]
    told: dict[str, Any] = {"status": "IN_PROGRESS", "createdDateTime": wire_time(created_at)}
    if call.quirk("activity_type") == "present":
        told["activityType"] = type_
    if not settled or end == "stuck_after_moving":
        return told | {"subStatus": "PROCESSING" if settled else _progress(call.now, created_at, ends_at)}
    if end in ("failed", "stopped"):
        return told | {"status": end.upper(), "subStatus": "STOPPING" if end == "stopped" else "PROCESSING"}
    told |= {"status": "COMPLETED", "subStatus": substatus, "completedDateTime": wire_time(ends_at)}
    return told if end == "post_processing_failed" or call.quirk("log") == "missing" else told | {"downloadUrl": log_url(call, id_)}


def _progress(now: float, created_at: float, ends_at: float) -> str:
    # Something that never ends stays where the work is.
    share = 0.5 if math.isinf(ends_at) else (now - created_at) / max(ends_at - created_at, 1e-9)
    return next(word for until, word in COURSE if share < until)
