"""Devices: device-management services, and which device belongs to which of them.

What a service and a device carry is Apple's MdmServer and OrgDevice objects (Apple School Manager API).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from reconciler.desired import Dormant, Rule
from reconciler.diagnostic import Severity
from reconciler.kinds.claims import Claim, claim
from reconciler.kinds.declare import declare
from reconciler.kinds.devices_found import export_devices, export_servers
from reconciler.kinds.entry import Board, Entry, Listed
from reconciler.kinds.fields import DAY, FLAG, MOMENT, TEXT, Choice, Filled, Json, OneOrMany, Reader, Serial, Text, read_text, wrong
from reconciler.kinds.kind import Kind
from reconciler.kinds.match import Match, MatchEntry, Traits
from reconciler.kinds.rollout import ROLLOUT
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.resource import Address, Declared, Spec

ASSIGNMENT = "device_assignment"
LONGEST_DEADLINE = timedelta(days=90)
"""Apple's limit (Create an OrgDeviceActivity, activity type ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE)."""

Family = Literal["AppleTV", "Mac", "Vision", "Watch", "iPad", "iPhone", "iPod"]
"""Apple's productFamily, as devices carry it (a service's default families come in capitals on the wire)."""
FamilyChoice = Annotated[Family, Choice()]


def _read_id(value: object) -> str:
    text = read_text(value)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", text):
        raise wrong(f"{short(text)} is not an id of Apple's.", "The plan prints it where two services share a name; else leave it out.")
    return text


APPLE_ID = Reader(_read_id, {"type": ["string", "number"], "pattern": "^[A-Za-z0-9-]{1,64}$"})


def _devices_said(schema: Json) -> None:
    schema["anyOf"] = [{"required": ["serials"]}, {"required": ["file"]}, {"required": ["match"]}]
    schema["dependentRequired"] = {"column": ["file"]}


class MdmServer(Spec):
    """A device-management service. None: not managed."""

    name: str
    id: str | None = None
    default_for: tuple[Family, ...] | None = None
    allow_release: bool | None = None

    @field_validator("default_for")
    @classmethod
    def _sorted(cls, families: tuple[Family, ...] | None) -> tuple[Family, ...] | None:
        return None if families is None else tuple(sorted(set(families)))


class DeviceAssignment(Spec):
    """Which service a device belongs to, and until when its user may put off a running migration (None: no migration runs)."""

    server: str
    migration_deadline: datetime | None = None

    def given(self, observed: Spec | None, *, ours: bool) -> DeviceAssignment:
        """A deadline is a means: it matters while a device moves between services, and is forgotten once it has.

        Nothing of ours is running and none is declared: somebody else's migration is left alone.
        """
        if not isinstance(observed, DeviceAssignment):
            return self.model_copy(update={"migration_deadline": None})
        if observed.server != self.server:
            return self
        running = observed.migration_deadline
        if running is None or (self.migration_deadline is None and not ours):
            return self.model_copy(update={"migration_deadline": running})
        return self

    def managed(self, by: Spec) -> DeviceAssignment:
        """Everything: a deadline that is no longer declared is still ours to cancel."""
        del by
        return self

    def claimed(self, by: Spec) -> DeviceAssignment:
        """Without a deadline that is not declared: somebody else's migration does not become ours to cancel."""
        declared = isinstance(by, DeviceAssignment) and by.migration_deadline is not None
        return self if declared else self.model_copy(update={"migration_deadline": None})


class MdmServerEntry(Entry):
    """A device-management service of the organization. Its key is its name in these files for ever; `name` may change."""

    name: Text = Field(description="Display name, exactly as Apple School Manager shows it.", examples=["Jamf School"])
    id: Annotated[str | None, APPLE_ID] = Field(default=None, description="Apple's id; needed only if two services share a display name.")
    default_for: Annotated[tuple[FamilyChoice, ...] | None, OneOrMany(empty=True)] = Field(
        default=None, description="Product families whose new devices go to this service. [] means none.", examples=[["iPad"], "Mac"]
    )
    allow_release: Annotated[bool | None, FLAG] = Field(default=None, description="Whether the service may release devices.")
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")


class Devices(Entry):
    """Which devices: any mix of the three ways."""

    model_config = ConfigDict(json_schema_extra=_devices_said)

    serials: Annotated[tuple[Serial, ...] | None, OneOrMany()] = Field(default=None, description="Serial numbers.")
    file: Annotated[tuple[Text, ...] | None, OneOrMany()] = Field(
        default=None, description="CSV files with serial numbers, relative to the configuration folder.", examples=["devices/grade-6.csv"]
    )
    column: Annotated[str | None, TEXT] = Field(
        default=None, description="The column that holds them; without it, serial_number or Serial Number.", examples=["Serial Number"]
    )
    match: Annotated[MatchEntry | None, Filled()] = Field(default=None, description="Every device like this, devices to come included.")

    @model_validator(mode="after")
    def _sound(self) -> Devices:
        if self.serials is None and self.file is None and self.match is None:
            raise wrong("names no devices.", "Write serials, file or match below it.")
        if self.column is not None and self.file is None:
            raise wrong("has a column but no file.", "Write file: devices/list.csv, or delete column.")
        return self


class DeviceAssignmentEntry(Entry):
    """These devices belong to this service, from one day to another if days are given."""

    server: Text = Field(description="The key of the service under mdm_servers.", examples=["jamf"])
    devices: Devices
    from_: Annotated[date | None, DAY] = Field(default=None, alias="from", description="The first day on which this counts.")
    until: Annotated[date | None, DAY] = Field(default=None, description="The last day on which this counts.")
    migration_deadline: Annotated[datetime | None, MOMENT] = Field(
        default=None, description="Until when users may put off the move of an enrolled device; at most 90 days ahead (Apple's limit)."
    )
    rollout: Annotated[tuple[int, ...] | None, ROLLOUT] = Field(
        default=None,
        description="In waves: each apply carries one, the next only when it has landed whole.",
        examples=[["1%", "10%", "rest"]],
    )
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")

    @model_validator(mode="after")
    def _in_order(self) -> DeviceAssignmentEntry:
        if self.from_ and self.until and self.until < self.from_:
            raise wrong(f"ends on {self.until}, before it begins on {self.from_}.", "Correct from or until.")
        return self


def build_servers(entries: Mapping[str, MdmServerEntry], board: Board) -> None:
    """Declare every service; no two may share an id, a default family or, where no id tells them apart, a display name."""
    declare("mdm_server", {key: MdmServer(**entry.model_dump(exclude={"description"})) for key, entry in entries.items()}, board)
    _one_owner(board, ((key, "name", entry.name.strip().casefold(), entry.name) for key, entry in entries.items() if not entry.id))
    _one_owner(board, ((key, "id", entry.id.casefold(), entry.id) for key, entry in entries.items() if entry.id))
    _one_owner(board, ((key, "default_for", family, family) for key, entry in entries.items() for family in set(entry.default_for or ())))


_SHARED = {
    "name": ('name: "{shown}" is also the display name of "{other}" ({place}).', "Two services cannot be told apart by one name."),
    "id": ('id: "{shown}" is also the id of "{other}" ({place}).', "One service has one entry."),
    "default_for": (
        'default_for: {shown} is already the default family of "{other}" ({place}).',
        "New devices of a family can go to one service only.",
    ),
}


def _one_owner(board: Board, claims: Iterable[tuple[str, str, str, str]]) -> None:
    """Report what two services claim. `claims`: key, field, the value that must be unique, and how it was written."""
    owners: dict[str, str] = {}
    for key, field, value, shown in claims:
        other = owners.setdefault(value, key)
        if other != key:
            message, hint = _SHARED[field]
            place = board.source("mdm_server", other, field)
            board.say(board.source("mdm_server", key, field), message.format(shown=shown, other=other, place=place), hint)


def build_assignments(entries: Mapping[str, DeviceAssignmentEntry], board: Board) -> None:
    """Declare the devices of every entry that is in effect today, and its rule; the others are dormant."""
    claims: list[Claim] = []
    rules: list[Rule] = []
    servers = board.known("mdm_server")
    for name, entry in entries.items():
        if entry.server not in servers:
            place = board.source(ASSIGNMENT, name, "server")
            board.say(place, f"server: {short(entry.server)} is not a known mdm_server.", did_you_mean(entry.server, servers))
        lists = list(listed(ASSIGNMENT, name, entry.devices, board))  # read even where they are dormant: their errors are wanted today
        if why := _dormant(entry, board.today):
            board.desired.dormant.append(Dormant(ASSIGNMENT, name, why))
            continue
        deadline = entry.migration_deadline and _deadline(name, entry.migration_deadline, board)
        declared = Declared(_assignment(entry.server, deadline), board.source(ASSIGNMENT, name), name)
        if entry.rollout:
            board.desired.rollouts[name] = entry.rollout
        claims.extend(Claim(listed, declared) for listed in lists)
        rules.extend([Rule(Match(entry.devices.match), declared)] if entry.devices.match else [])
    board.desired.items[ASSIGNMENT] = claim(claims, board)
    board.desired.rules[ASSIGNMENT] = rules


@lru_cache(maxsize=1024)
def _assignment(server: str, deadline: datetime | None) -> DeviceAssignment:
    """Entries that want the same share one spec: there are few services and many entries."""
    return DeviceAssignment(server=server, migration_deadline=deadline)


def _dormant(entry: DeviceAssignmentEntry, today: date) -> str:
    if entry.from_ and today < entry.from_:
        return f"from {entry.from_}"
    return f"until {entry.until}" if entry.until and today > entry.until else ""


def _deadline(name: str, deadline: datetime, board: Board) -> datetime | None:
    """The deadline if it may be sent today. Past ones would end every deferral at once, so they are dropped, aloud."""
    day = deadline.astimezone(board.zone).date()
    if board.today <= day <= board.today + LONGEST_DEADLINE:
        return deadline
    place = board.source(ASSIGNMENT, name, "migration_deadline")
    if day < board.today:
        board.say(place, f"migration_deadline: {day} is over and has no effect any more.", "Delete the line.", Severity.WARNING)
        return None
    message = f"migration_deadline: {day} is more than 90 days ahead, and Apple takes 90 at most."
    board.say(place, message, f"This date becomes possible on {day - LONGEST_DEADLINE}.")
    return None


def listed(kind: str, name: str, devices: Devices, board: Board) -> Iterable[Listed]:
    """The serial numbers that an entry of a kind names, place by place; what is wrong with its files is reported."""
    if devices.serials:
        yield Listed(devices.serials, lambda index: board.source(kind, name, "devices", "serials", index))
    for index, file in enumerate(devices.file or ()):
        found = board.table(file, devices.column, board.source(kind, name, "devices", "file", index))
        if found:
            yield found


def _service(spec: DeviceAssignment) -> tuple[Address, ...]:
    return (Address("mdm_server", spec.server),)


_PRODUCTS = {"AppleTV": "Apple TV", "Watch": "Apple Watch", "Vision": "Apple Vision"}


def _product(traits: Traits) -> str:
    """What people call such a device."""
    return _PRODUCTS.get(traits.family, traits.family)


MDM_SERVER = Kind(
    "mdm_server",
    "mdm_servers",
    ("device-management service", "device-management services"),
    MdmServer,
    labels={"default_for": "default for", "allow_release": "may release devices"},
    entry=MdmServerEntry,
    build=build_servers,
    export=export_servers,
)
DEVICE_ASSIGNMENT = Kind(
    ASSIGNMENT,
    "device_assignments",
    ("device", "devices"),
    DeviceAssignment,
    needs=_service,
    placed="server",
    idle="unassigned",
    labels={"migration_deadline": "users may put it off until"},
    describe=_product,
    entry=DeviceAssignmentEntry,
    build=build_assignments,
    export=partial(export_devices, call=_product),
)
