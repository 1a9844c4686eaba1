"""Apps and books as people write them: which location has them, who gets a licence, and what stays free."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.declare import declare
from reconciler.kinds.devices import ASSIGNMENT
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import FLAG, TEXT, Choice, Filled, Json, OneOrMany, Reader, Serial, Text, read_text, whole, wrong
from reconciler.kinds.kind import Kind
from reconciler.kinds.licences import APP, LICENCE, TOKEN, USER, App, ContentToken, LibraryUser, Licence
from reconciler.kinds.licences_found import export_apps, export_tokens, export_users
from reconciler.kinds.match import Match, MatchEntry
from reconciler.kinds.roster import Role
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.licences.allocation import Allocation, DeviceChoice, PeopleChoice, app_name
from reconciler.resource import Declared

Path = tuple[str | int, ...]
Keys = Annotated[tuple[Text, ...] | None, OneOrMany()]
File = Annotated[tuple[Text, ...] | None, OneOrMany()]
RoleChoice = Annotated[Role, Choice()]
_COLUMN = "The column that holds them; without it, serial_number or Serial Number."


def _read_adam_id(value: object) -> str:
    text = read_text(value).strip()
    if not re.fullmatch(r"[0-9]{4,18}", text):
        raise wrong(f"{short(text)} is not an App Store id.", "It is the number behind /id in the address of its App Store page.")
    return text


ADAM_ID = Reader(_read_adam_id, {"type": ["string", "number"], "pattern": "^[0-9]{4,18}$"})


class ContentTokenEntry(Entry):
    """A location whose apps and books are given out here. Its key names the token under connections.apps_and_books, too."""

    location: Text = Field(description="The location's name, exactly as Apple School Manager shows it.", examples=["North School"])
    account: Annotated[str, TEXT] = Field(
        default="", description="Whose token it is: a changed password ends it.", examples=["content.manager@example.edu"]
    )
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")


class DeviceList(Entry):
    """Devices by their serial numbers."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["serials"]}, {"required": ["file"]}]})

    serials: Annotated[tuple[Serial, ...] | None, OneOrMany()] = Field(default=None, description="Serial numbers.")
    file: File = Field(default=None, description="CSV files with serial numbers, relative to the configuration folder.")
    column: Annotated[str | None, TEXT] = Field(default=None, description=_COLUMN)

    @model_validator(mode="after")
    def _sound(self) -> DeviceList:
        if self.serials is None and self.file is None:
            raise wrong("names no devices.", "Write serials or file below it.")
        return self


def _devices_said(schema: Json) -> None:
    schema["anyOf"] = [{"required": [name]} for name in ("serials", "file", "match", "assignments", "servers")]


class DeviceTargets(Entry):
    """Which devices: those that are listed, and every one for which all of match, assignments and servers hold."""

    model_config = ConfigDict(json_schema_extra=_devices_said)

    serials: Annotated[tuple[Serial, ...] | None, OneOrMany()] = Field(default=None, description="Serial numbers.")
    file: File = Field(default=None, description="CSV files with serial numbers, relative to the configuration folder.")
    column: Annotated[str | None, TEXT] = Field(default=None, description=_COLUMN)
    match: Annotated[MatchEntry | None, Filled()] = Field(default=None, description="Devices like this, devices to come included.")
    assignments: Keys = Field(default=None, description="Devices of these entries of device_assignments.", examples=[["grade-6-ipads"]])
    servers: Keys = Field(default=None, description="Devices of these entries of mdm_servers.", examples=["jamf"])

    @model_validator(mode="after")
    def _sound(self) -> DeviceTargets:
        if not self.model_fields_set - {"column"}:
            raise wrong("names no devices.", "Write serials, file, match, assignments or servers below it.")
        return self


class PeopleTargets(Entry):
    """Which people of the roster: those that are listed, and everybody for whom all of role, locations and classes hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    role: Annotated[RoleChoice | None, Filled()] = Field(default=None, description="Staff or students.")
    locations: Keys = Field(default=None, description="People of these locations of the roster.", examples=["north"])
    classes: Keys = Field(default=None, description="Students and instructors of these classes.", examples=[["sci-7a"]])
    ids: Keys = Field(default=None, description="People, by person_id.")

    @model_validator(mode="after")
    def _sound(self) -> PeopleTargets:
        if not self.model_fields_set:
            raise wrong("names nobody.", "Write role, locations, classes or ids below it.")
        return self


def _one_sort(schema: Json) -> None:
    schema["oneOf"] = [{"required": ["devices"]}, {"required": ["people"]}]


class AllocationEntry(Entry):
    """Who gets a licence from this location."""

    model_config = ConfigDict(json_schema_extra=_one_sort)

    devices: Annotated[DeviceTargets | None, Filled()] = None
    people: Annotated[PeopleTargets | None, Filled()] = None
    reserve: Annotated[int, whole(0, 10_000_000)] = Field(default=0, description="So many licences stay free.")
    cap: Annotated[int | None, whole(0, 10_000_000)] = Field(default=None, description="So many are given at most.")

    @model_validator(mode="after")
    def _sound(self) -> AllocationEntry:
        if (self.devices is None) == (self.people is None):
            raise wrong("needs exactly one of devices and people.", "An app is given to devices or to people at one location.")
        return self


class Reclaim(Entry):
    """Whose licences are taken back beside those of whoever nothing here names any more."""

    leavers: Annotated[bool, FLAG] = Field(default=True, description="People and devices that left; false leaves theirs where they are.")
    lost: Annotated[DeviceList | None, Filled()] = Field(default=None, description="Lost devices: they get no licence.")


def _books_for_people(schema: Json) -> None:
    schema["if"] = {"properties": {"type": {"const": "book"}}, "required": ["type"]}
    schema["then"] = {"required": ["per"], "properties": {"per": {"const": "user"}}}


class AppEntry(Entry):
    """An app or a book, and who gets it."""

    model_config = ConfigDict(json_schema_extra=_books_for_people)

    adam_id: Annotated[str, ADAM_ID] = Field(description="Its number in the App Store.", examples=["361309726"])
    name: Annotated[str, TEXT] = Field(default="", description="What people call it; without it, its key.", examples=["Pages"])
    pricing: Annotated[Literal["STDQ", "PLUS"], Choice()] = Field(default="STDQ", description="Apple's word for the price that was paid.")
    type: Annotated[Literal["app", "book"], Choice()] = Field(default="app", description="Books are for people, and stay with them.")
    per: Annotated[Literal["device", "user"], Choice()] = Field(default="device", description="Whether devices or people have licences.")
    allocate: dict[str, AllocationEntry] = Field(description="By the key under content_tokens.")
    reclaim: Reclaim = Reclaim()
    description: Annotated[str | None, TEXT] = Field(default=None, description="A remark for readers of these files.")

    @model_validator(mode="after")
    def _sound(self) -> AppEntry:
        if self.type == "book" and self.per == "device":
            raise wrong("is a book per device, and Apple gives books to people only.", "Write per: user.")
        wanted = "devices" if self.per == "device" else "people"
        for token, entry in self.allocate.items():
            if getattr(entry, wanted) is None:
                raise wrong(f"is per {self.per}, and allocate: {short(token)} names no {wanted}.", f"Write {wanted}, or change per.")
        return self


def build_tokens(entries: Mapping[str, ContentTokenEntry], board: Board) -> None:
    """Declare every token; a location has one."""
    owners: dict[str, str] = {}
    for key, entry in entries.items():
        other = owners.setdefault(entry.location.strip().casefold(), key)
        if other != key:
            said = f'location: {short(entry.location)} is also that of "{other}" ({board.source(TOKEN, other, "location")}).'
            board.say(board.source(TOKEN, key, "location"), said, "One location has one token here.")
    declare(TOKEN, {key: ContentToken(location=entry.location, account=entry.account) for key, entry in entries.items()}, board)


def build_apps(entries: Mapping[str, AppEntry], board: Board) -> None:
    """Declare who gets what; which licences those are is known only once the organization was read (reconciler.licences.allot)."""
    owners: dict[tuple[str, str], str] = {}
    for key, entry in entries.items():
        other = owners.setdefault((entry.adam_id, entry.pricing), key)
        if other != key:
            said = f'adam_id: {entry.adam_id} at {entry.pricing} is also that of "{other}" ({board.source(APP, other, "adam_id")}).'
            board.say(board.source(APP, key, "adam_id"), said, "One app has one entry; say there who gets it.")
        for token, allocation in entry.allocate.items():
            board.desired.allocations.append(_allocation(key, entry, token, allocation, board))


def _allocation(key: str, entry: AppEntry, token: str, given: AllocationEntry, board: Board) -> Allocation:
    at: Path = ("allocate", token)
    _check(key, at, TOKEN, (token,), board)
    name = app_name(token, entry.adam_id, entry.pricing)
    spec = Licence(app=name, holder="device" if entry.per == "device" else "person")
    lost = tuple(_lists(key, ("reclaim", "lost"), entry.reclaim.lost, board)) if entry.reclaim.lost else ()
    return Allocation(
        name=name,
        title=entry.name or key,
        token=token,
        declared=Declared(spec, board.source(APP, key), key),
        book=entry.type == "book",
        devices=_devices(key, (*at, "devices"), given.devices, board) if given.devices else None,
        people=_people(given.people) if given.people else None,
        reserve=given.reserve,
        cap=given.cap,
        from_leavers=entry.reclaim.leavers,
        lost=lost,
    )


def _devices(key: str, at: Path, given: DeviceTargets, board: Board) -> DeviceChoice:
    _check(key, (*at, "assignments"), ASSIGNMENT, given.assignments or (), board)
    _check(key, (*at, "servers"), "mdm_server", given.servers or (), board)
    match = _compiled(given.match) if given.match else None
    if match is not None:
        board.desired.lookups.setdefault(ASSIGNMENT, []).append(match)
    return DeviceChoice(
        tuple(_lists(key, at, given, board)),
        frozenset(given.assignments) if given.assignments else None,
        frozenset(given.servers) if given.servers else None,
        tuple(match.tests) if match else None,
    )


@lru_cache(maxsize=4096)
def _compiled(match: MatchEntry) -> Match:
    """Apps for the same devices share one match, so that each device is judged once for all of them."""
    return Match(match)


def _people(given: PeopleTargets) -> PeopleChoice:
    places, classes = (frozenset(keys) if keys else None for keys in (given.locations, given.classes))
    return PeopleChoice(frozenset(given.ids or ()), given.role, places, classes)


def _lists(key: str, at: Path, given: DeviceTargets | DeviceList, board: Board) -> Iterator[tuple[str, ...]]:
    if given.serials:
        yield given.serials
    for index, file in enumerate(given.file or ()):
        found = board.table(file, given.column, board.source(APP, key, *at, "file", index))
        if found:
            yield tuple(found.serials)


def _check(key: str, at: Path, kind: str, names: Sequence[str], board: Board) -> None:
    known = board.known(kind)
    for index, name in enumerate(names):
        if name not in known:
            place = board.source(APP, key, *at, *(() if kind == TOKEN else (index,)))
            board.say(place, f"{at[-1] if kind != TOKEN else 'allocate'}: {short(name)} is not a known {kind}.", did_you_mean(name, known))


CONTENT_TOKEN = Kind(
    TOKEN,
    "content_tokens",
    ("content token", "content tokens"),
    ContentToken,
    entry=ContentTokenEntry,
    build=build_tokens,
    export=export_tokens,
)
APP_KIND = Kind(
    APP,
    "apps",
    ("app", "apps"),
    App,
    labels={"buy": "to buy", "instead": "or else"},
    entry=AppEntry,
    build=build_apps,
    export=export_apps,
)
LIBRARY_USER = Kind(USER, "", ("library user", "library users"), LibraryUser, placed="token", export=export_users)
LICENCE_KIND = Kind(LICENCE, "", ("licence", "licences"), Licence, placed="app")
