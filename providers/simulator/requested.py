"""What a POST of an activity asks for, judged member by member; everything wrong is collected into one refusal.

Apple, "Create an OrgDeviceActivity": 409 for an invalid service, serial or deadline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from providers.simulator.answers import ApiError, Refusal
from providers.simulator.call import Call

TYPES = (
    "ASSIGN_DEVICES",
    "UNASSIGN_DEVICES",
    "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE",
    "UPDATE_MDM_MIGRATION_DEADLINE",
    "CANCEL_MDM_MIGRATION",
)
"""School's five; RELEASE_DEVICES is Business's alone."""
WITH_SERVICE = TYPES[:3]
WITH_DEADLINE = TYPES[2:4]
LONGEST_DEADLINE = 90 * 86400.0
TOLD = 100
"""At most so many unknown serials are named one by one."""
_SERIAL = re.compile(r"[A-Za-z0-9]{1,32}")
_DEADLINE = "/data/attributes/activityTypeMetadata/mdmMigrationDeadlineDateTime"


@dataclass(frozen=True, slots=True)
class Requested:
    """A well-formed request. `deadline` in seconds since 1970."""

    type: str
    service: str | None
    serials: list[str]
    deadline: float | None


def requested(call: Call) -> Requested:
    """Read and judge the body; Refusal with every finding."""
    data = _data(call)
    findings: list[ApiError] = []
    attributes, relations = _mapping(data, "attributes", findings), _mapping(data, "relationships", findings)
    _only(data, ("type", "attributes", "relationships"), "/data", findings)
    _only(attributes, ("activityType", "activityTypeMetadata"), "/data/attributes", findings)
    _only(relations, ("mdmServer", "devices"), "/data/relationships", findings)
    if data.get("type") != "orgDeviceActivities":
        findings.append(_finding("TYPE.INVALID", "/data/type", "The type must be 'orgDeviceActivities'"))
    kind = _type(attributes, findings)
    wanted = Requested(
        kind, _service(call, kind, relations, findings), _serials(relations, findings), _deadline(call, kind, attributes, findings)
    )
    if findings:
        raise Refusal(*findings)
    _judge_devices(call, wanted)
    return wanted


def _data(call: Call) -> Mapping[str, Any]:
    try:
        body = orjson.loads(call.request.get_data())
    except orjson.JSONDecodeError as problem:
        raise _unprocessable(f"The request body is not valid JSON: {problem}") from problem
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise _unprocessable("The request body must be an object with the member 'data'")
    return data


def _unprocessable(detail: str) -> Refusal:
    return Refusal(ApiError(422, "ENTITY_UNPROCESSABLE", "The request entity is not a valid request document object", detail))


def _finding(code: str, pointer: str, detail: str) -> ApiError:
    return ApiError(409, f"ENTITY_ERROR.{code}", "There is a problem with the request entity", detail, pointer=pointer)


def _mapping(data: Mapping[str, Any], name: str, findings: list[ApiError]) -> Mapping[str, Any]:
    value = data.get(name)
    if isinstance(value, dict):
        return value
    findings.append(_finding("REQUIRED", f"/data/{name}", f"The member '{name}' must be an object"))
    return {}


def _only(given: Mapping[str, Any], known: tuple[str, ...], pointer: str, findings: list[ApiError]) -> None:
    findings += [_finding("ATTRIBUTE.UNKNOWN", f"{pointer}/{name}", f"'{name}' is not known here") for name in given if name not in known]


def _type(attributes: Mapping[str, Any], findings: list[ApiError]) -> str:
    kind = attributes.get("activityType")
    if kind in TYPES:
        return str(kind)
    code = "ATTRIBUTE.REQUIRED" if kind is None else "ATTRIBUTE.INVALID"
    detail = f"'{kind}' is not a valid value for the attribute 'activityType'. Valid values are: {', '.join(TYPES)}"
    findings.append(_finding(code, "/data/attributes/activityType", detail))
    return ""


def _service(call: Call, kind: str, relations: Mapping[str, Any], findings: list[ApiError]) -> str | None:
    pointer = "/data/relationships/mdmServer"
    if "mdmServer" not in relations:
        if kind in WITH_SERVICE:
            findings.append(_finding("RELATIONSHIP.REQUIRED", pointer, f"{kind} needs the relationship 'mdmServer'"))
        return None
    service = _identifier(relations["mdmServer"].get("data") if isinstance(relations["mdmServer"], dict) else None, "mdmServers")
    there = service and call.store.row("SELECT 1 FROM services WHERE id = ? AND status != 'DELETED'", service)
    if not there:
        findings.append(_finding("RELATIONSHIP.INVALID", f"{pointer}/data/id", f"There is no mdmServer with the id '{service or ''}'"))
    return service


def _identifier(value: object, type_: str) -> str | None:
    """The id of a resource identifier that has exactly type and id."""
    well_formed = isinstance(value, dict) and value.keys() == {"type", "id"} and value["type"] == type_ and isinstance(value["id"], str)
    return value["id"] if well_formed and isinstance(value, dict) else None


def _serials(relations: Mapping[str, Any], findings: list[ApiError]) -> list[str]:
    pointer = "/data/relationships/devices/data"
    listed = relations["devices"].get("data") if isinstance(relations.get("devices"), dict) else None
    if not isinstance(listed, list) or not listed:
        findings.append(_finding("RELATIONSHIP.REQUIRED", pointer, "The relationship 'devices' must name at least one device"))
        return []
    serials = [_identifier(item, "orgDevices") for item in listed]
    for n, serial in enumerate(serials):
        if serial is None or not _SERIAL.fullmatch(serial):
            findings.append(_finding("RELATIONSHIP.INVALID", f"{pointer}/{n}", f"'{serial or ''}' is not a valid orgDevices identifier"))
    good = [serial for serial in serials if serial is not None]
    if len(set(good)) != len(good):
        findings.append(_finding("RELATIONSHIP.INVALID", pointer, "A device is named more than once"))
    return good


def _deadline(call: Call, kind: str, attributes: Mapping[str, Any], findings: list[ApiError]) -> float | None:
    metadata = attributes.get("activityTypeMetadata")
    text = metadata.get("mdmMigrationDeadlineDateTime") if isinstance(metadata, dict) else None
    if kind not in WITH_DEADLINE:
        if metadata is not None:
            findings.append(_finding("ATTRIBUTE.INVALID", "/data/attributes/activityTypeMetadata", f"{kind} takes no metadata"))
        return None
    if text is None:
        findings.append(_finding("ATTRIBUTE.REQUIRED", _DEADLINE, f"{kind} needs the migration deadline"))
        return None
    return _moment(call, kind, str(text), findings)


def _moment(call: Call, kind: str, text: str, findings: list[ApiError]) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        findings.append(_finding("ATTRIBUTE.INVALID", _DEADLINE, f"'{text}' is not an ISO 8601 date-time"))
        return None
    stamp = moment.timestamp()
    # An update may lie in the past: the migration is then enforced without deferral. A first deadline may not.
    if stamp > call.now + LONGEST_DEADLINE or (kind == TYPES[2] and stamp <= call.now):
        findings.append(_finding("ATTRIBUTE.INVALID", _DEADLINE, "The deadline must be in the future and within 90 days"))
    return stamp


def _judge_devices(call: Call, wanted: Requested) -> None:
    most = int(call.number("max_devices"))
    if most and len(wanted.serials) > most:
        detail = f"An activity may name at most {most} devices"
        status = int(call.quirk("too_many_devices"))
        raise Refusal(
            ApiError(status, "ENTITY_ERROR.RELATIONSHIP.INVALID", "Too many devices", detail, pointer="/data/relationships/devices/data")
        )
    manner = call.quirk("unknown_serial")
    if manner not in ("409", "422"):
        return
    ask = "SELECT serial FROM devices WHERE released_at IS NULL AND serial IN (SELECT value FROM json_each(?))"
    known = {row[0] for row in call.store.rows(ask, orjson.dumps(wanted.serials).decode())}
    unknown = [(n, serial) for n, serial in enumerate(wanted.serials) if serial not in known]
    if unknown:
        raise Refusal(*(_unknown(int(manner), n, serial) for n, serial in unknown[:TOLD]))


def _unknown(status: int, n: int, serial: str) -> ApiError:
    pointer = f"/data/relationships/devices/data/{n}"
    detail = f"There is no resource of type 'orgDevices' with id '{serial}'"
    return ApiError(status, "ENTITY_ERROR.RELATIONSHIP.INVALID", "A device is not in the organization", detail, pointer=pointer)
