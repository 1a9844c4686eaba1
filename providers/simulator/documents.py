"""The shapes of Apple's resources, filled from rows. Attribute names and spellings follow Apple's pages; quirks bend them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from providers.simulator.call import Call
from providers.simulator.clock import wire_time

MIGRATION = frozenset({"isMdmMigrationCapable", "mdmMigrationStatus", "mdmMigrationDeadlineDateTime"})
DEVICE_RELATIONS = ("assignedServer", "appleCareCoverage", "activationLockStatus")
DEVICE_FIELDS = frozenset(
    (
        *("serialNumber", "addedToOrgDateTime", "releasedFromOrgDateTime", "updatedDateTime", "orderDateTime", "deviceModel"),
        *("productFamily", "productType", "deviceCapacity", "partNumber", "orderNumber", "color", "status", "imei", "meid", "eid"),
        *("wifiMacAddress", "bluetoothMacAddress", "ethernetMacAddress"),
        *("purchaseSourceId", "purchaseSourceUid", "purchaseSourceType", *DEVICE_RELATIONS),
    )
)
SERVICE_ADDED = ("status", "deviceCount", "enableMdmDisownFlag", "defaultProductFamilies", "lastConnectedDateTime", "lastConnectedIp")
SERVICE_FIELDS = frozenset(("serverName", "serverType", "createdDateTime", "updatedDateTime", "devices", *SERVICE_ADDED))
DEVICE_COLUMNS = "position, serial, traits, added_at, updated_at, released_at, shown_service, migration, migration_deadline"
_MACS = ("wifiMacAddress", "bluetoothMacAddress", "ethernetMacAddress")


@dataclass(frozen=True, slots=True)
class Shape:
    """How this request wants resources: fields kept (None: all) and the quirks, read once for a page of a thousand."""

    origin: str
    fields: frozenset[str] | None
    quirks: Mapping[str, str]
    single: bool = False

    def keeps(self, field: str) -> bool:
        """Whether a field is wanted."""
        return self.fields is None or field in self.fields


_DEVICE_QUIRKS = ("mac_addresses", "imei_meid", "serial_number", "purchase_source", "migration_attributes", "extra_attributes")


def device_shape(call: Call, *, single: bool = False) -> Shape:
    """Judge fields[orgDevices] and read the quirks that bend devices."""
    allowed = DEVICE_FIELDS | MIGRATION if call.quirk("migration_fields") == "accepted" else DEVICE_FIELDS
    fields = call.fields("orgDevices", allowed)
    return Shape(call.origin, fields, {name: call.quirk(name) for name in _DEVICE_QUIRKS}, single)


def device(shape: Shape, row: tuple[Any, ...]) -> dict[str, Any]:
    """One orgDevice from a row of DEVICE_COLUMNS."""
    _, serial, traits, added_at, updated_at, released_at, service, migration, deadline = row
    attributes: dict[str, Any] = orjson.loads(traits)
    attributes["addedToOrgDateTime"] = wire_time(added_at)
    attributes["updatedDateTime"] = wire_time(updated_at)
    attributes["releasedFromOrgDateTime"] = wire_time(released_at)
    attributes["status"] = "ASSIGNED" if service else "UNASSIGNED"
    _bend(shape, serial, attributes)
    if migration or shape.quirks["migration_attributes"] == "null":
        attributes["mdmMigrationStatus"] = migration
        attributes["mdmMigrationDeadlineDateTime"] = wire_time(deadline)
    if shape.fields is not None:
        attributes = {name: value for name, value in attributes.items() if name in shape.fields}
    url = f"{shape.origin}/v1/orgDevices/{serial}"
    resource = {"type": "orgDevices", "id": serial, "attributes": attributes, "links": {"self": url}}
    relations = {name: _relation(url, name) for name in DEVICE_RELATIONS if shape.keeps(name)}
    return resource | {"relationships": relations} if relations else resource


def _relation(url: str, name: str) -> dict[str, Any]:
    links = {"related": f"{url}/{name}"}
    if name == "assignedServer":
        links = {"self": f"{url}/relationships/{name}"} | links
    return {"links": links}


def _bend(shape: Shape, serial: str, attributes: dict[str, Any]) -> None:
    """The spellings and types that differ between Apple's pages, their examples and what was seen."""
    quirks = shape.quirks
    if quirks["serial_number"] == "present" or (quirks["serial_number"] == "missing_in_single" and not shape.single):
        attributes["serialNumber"] = serial
    if quirks["mac_addresses"] != "documented":
        _bend_macs(quirks["mac_addresses"], attributes)
    if quirks["imei_meid"] == "string":
        attributes.update({name: attributes[name][0] for name in ("imei", "meid") if attributes.get(name)})
    if quirks["purchase_source"] != "purchaseSourceId":
        attributes["purchaseSourceUid"] = attributes.get("purchaseSourceId")
    if quirks["purchase_source"] == "purchaseSourceUid":
        attributes.pop("purchaseSourceId", None)
    if quirks["extra_attributes"] == "present":
        attributes |= {"releaserId": None, "releaserEntityType": None, "shelfMark": {"row": 7, "tags": ["simulated"]}}


def _bend_macs(manner: str, attributes: dict[str, Any]) -> None:
    for name in _MACS:
        value = attributes.pop(name, None)
        if value is None or manner == "missing":
            continue
        values = value if isinstance(value, list) else [value]
        attributes[name] = values if manner == "list" else values[0]


def linkage(type_: str, id_: str) -> dict[str, str]:
    """A resource identifier."""
    return {"type": type_, "id": id_}


SERVICE_COLUMNS = "position, id, name, type, status, created_at, updated_at, disown, families, connected_at, connected_ip"


def service_shape(call: Call) -> Shape:
    """Judge fields[mdmServers] and read the quirks that bend services."""
    fields = call.fields("mdmServers", SERVICE_FIELDS)
    if fields is None and call.quirk("service_default_fields") == "lean":
        fields = SERVICE_FIELDS - {"lastConnectedDateTime", "lastConnectedIp"}
    return Shape(call.origin, fields, {name: call.quirk(name) for name in ("service_attributes", "extra_attributes")})


def service(shape: Shape, row: tuple[Any, ...], count: int) -> dict[str, Any]:
    """One mdmServer from a row of SERVICE_COLUMNS."""
    _, id_, name, type_, status, created_at, updated_at, disown, families, connected_at, ip = row
    times = {"createdDateTime": wire_time(created_at), "updatedDateTime": wire_time(updated_at)}
    attributes: dict[str, Any] = {"serverName": name, "serverType": type_, **times}
    added = (status, count, bool(disown), orjson.loads(families), wire_time(connected_at), ip)
    if shape.quirks["service_attributes"] != "absent":
        missing = shape.quirks["service_attributes"] == "null"
        attributes |= {field: None if missing else value for field, value in zip(SERVICE_ADDED, added, strict=True)}
    kept = {field: value for field, value in attributes.items() if shape.keeps(field)}
    if shape.quirks["extra_attributes"] == "present":
        kept |= {"tenantShard": 7, "labels": ["simulated"]}
    url = f"{shape.origin}/v1/mdmServers/{id_}"
    resource: dict[str, Any] = {"type": "mdmServers", "id": id_, "attributes": kept, "links": {"self": url}}
    if shape.keeps("devices"):
        links = {"self": f"{url}/relationships/devices", "related": f"{url}/devices"}
        resource["relationships"] = {"devices": {"links": links}}
    return resource
