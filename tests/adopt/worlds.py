"""Organizations whose every channel is connected: profiles on devices, licences with devices and people, rosters, roles, one other MDM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from providers.simulator import Tenant
from providers.simulator.academic.portal import PersonSeed
from providers.simulator.apps.library import move
from reconciler.pseudonyms import REHEARSED
from reconciler.roster.write import to_zip
from tests.district import District
from tests.roster.district import roster_of
from tests.roster_upload.academy import people

LOCATIONS = {"north": "North School", "south": "South School"}
OTHER = '{"id": "11111111-2222-3333-4444-555555555555", "name": "Jamf Pro", "metadata": ""}'
ADMINISTRATORS = """\
administrators:
  jane: {first_name: Janique, last_name: Doelingq, email: Janique@Office.example, first: true}
"""
HOLDERS = ("s-1", "s-2", "t-0", "t-1", "stranger@pupils.example", "x1")
ROLES = ("Administrator", "Site Manager", "Manager", "Content Manager", "Staff")
NAMES = (
    "Janique",
    "Doelingq",
    "office.example",
    "Ximena",
    "Inventada",
    "Zelda",
    "Imagined",
    "pupils.example",
    "staff.example",
    "Strangerq",
)
"""What no output may hold: parts of the names and addresses of everybody here."""


@dataclass(frozen=True)
class Given:
    """Licences of one app: at which location, and with whom; devices by position."""

    app: str
    location: str
    devices: Sequence[int] = ()
    people: Sequence[str] = ()
    pricing: str = "STDQ"
    book: bool = False


@dataclass(frozen=True)
class World:
    """`profiles`: service → contents with the positions of their devices there. `roles`: who, role and location. `managed`: the location
    that another product manages. `roster`: people are at Apple; `zipped`: and the zip of that upload is at hand."""

    profiles: Sequence[tuple[str, Mapping[str, Any], Sequence[int]]] = ()
    discovery: bool = False
    licences: Sequence[Given] = ()
    roles: Sequence[tuple[str, str, str]] = ()
    managed: str = ""
    roster: bool = False
    zipped: bool = False
    switches: Mapping[str, str] = field(default_factory=dict)


class Live(District):
    """A configuration folder that says how to reach a world, and nothing else."""

    def settings(self, **changes: Any) -> None:
        """Write reconciler.yaml, one section a line, so that it takes more lines."""
        self._settings |= changes
        self.write("reconciler.yaml", "".join(f"{name}: {json.dumps(value)}\n" for name, value in self._settings.items()))

    def become(self, world: World) -> None:
        """Make the world, and connect what there is of it."""
        (self.folder / "services.yaml").unlink()
        self.run("plan")
        before: Any = self._settings["connections"]
        connections: dict[str, Any] = dict(before)
        with self.tenant() as tenant:
            if world.roster:
                tenant.academic.upload("roster.zip", to_zip(roster_of(people())))
                tenant.academic.import_now()
            _profiles(tenant, world)
            for one in world.licences:
                give(tenant, one)
            if world.managed:
                tenant.store.rows("UPDATE apps_libraries SET mdm_info = ? WHERE location = ?", OTHER, LOCATIONS[world.managed])
            _roles(tenant, world)
            for name, value in world.switches.items():
                tenant.switches.set(name, value)
        if world.zipped:
            (self.folder / "last.zip").write_bytes(to_zip(roster_of(people())))
        servers = {"jamf", *(key for key, _, _ in world.profiles)}
        connections["device_enrolment"] = {key: {"simulator": {}} for key in sorted(servers)}
        connections["apps_and_books"] = {key: {"simulator": {}} for key in {one.location for one in world.licences}}
        connections["roster_upload"] = {"simulator": {}}
        if world.roles:
            connections["roster_api"] = {"simulator": {}}
            self.write("administrators.yaml", ADMINISTRATORS)
        self.settings(connections=connections)

    def contents(self) -> dict[str, bytes]:
        """Every file of the configuration."""
        found = (path for path in self.folder.rglob("*.*") if path.is_file() and "state" not in path.parts)
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}


def _profiles(tenant: Tenant, world: World) -> None:
    names = {service.name.lower(): id_ for id_, service in tenant.services().items()}
    ids = {key: next(id_ for name, id_ in names.items() if name.startswith(key)) for key in ("jamf", "intune")}
    for at, key in enumerate(ids):
        tenant.portal.assign(list(tenant.devices())[at:10:2], ids[key])
    taken: set[str] = set()
    for number, (key, content, positions) in enumerate(world.profiles):
        held = [serial for serial, service in tenant.devices().items() if service == ids[key]]
        tenant.store.rows("INSERT INTO enrolment_profiles VALUES (?, ?, ?)", f"P{number}", ids[key], json.dumps(content))
        for serial in {held[position % len(held)] for position in positions} - taken:
            taken.add(serial)
            add = "INSERT INTO enrolment_devices (serial, profile, profile_status, assigned_at) VALUES (?, ?, 'assigned', 0)"
            tenant.store.rows(add, serial, f"P{number}")
    if world.discovery:
        tenant.store.rows("INSERT INTO enrolment_discovery VALUES (?, ?, 0)", ids["jamf"], "https://mdm.example.edu/.well-known/x")


def give(tenant: Tenant, one: Given) -> None:
    """Buy licences and hand them out, as a school did by hand."""
    location, serials = LOCATIONS[one.location], list(tenant.devices())
    holders = {("serial", serials[at] if at < len(serials) else f"GONE{at:06}") for at in one.devices if not one.book}
    holders |= {("user", REHEARSED.of("person", who) if who[1:2] == "-" else who) for who in one.people}
    tenant.apps.buy(location, one.app, len(holders) + 2, pricing=one.pricing, book=one.book)
    library, fields = tenant.apps.library(location), "library, adam_id, pricing"
    for column, name in sorted(holders):
        if column == "user":
            _user(tenant, library, name)
        # The column is one of two words above.
        add = f"INSERT INTO apps_assignments ({fields}, {column}, version, shown_from) VALUES (?, ?, ?, ?, 0, 0)"  # noqa: S608 - see above
        tenant.store.rows(add, library, one.app, one.pricing, name)
    count = "UPDATE apps_assets SET assigned = assigned + ? WHERE library = ? AND adam_id = ? AND pricing = ?"
    tenant.store.rows(count, len(holders), library, one.app, one.pricing)
    move(tenant.store, library)


def _user(tenant: Tenant, library: str, name: str) -> None:
    if not tenant.store.rows("SELECT 1 FROM apps_users WHERE library = ? AND client_user_id = ?", library, name):
        add = "INSERT INTO apps_users (library, client_user_id, email, account, invite_code, id_hash, status, version)"
        tenant.store.rows(f"{add} VALUES (?, ?, '', ?, '', '', 'Associated', 0)", library, name, name)


def _roles(tenant: Tenant, world: World) -> None:
    if world.roles and not world.roster:
        tenant.academic.create_location("North School", "north")
    for first, last in (("Janique", "Doelingq"), ("Xaver", "Strangerq")) if world.roles else ():
        tenant.academic.create_persons([PersonSeed(first, last, email_address=f"{first.lower()}@office.example")])
    accounts = {name: one.unique_identifier for one in tenant.academic.persons() for name in (one.person_id, one.first_name)}
    for who, role, location in world.roles:
        if who in accounts:
            tenant.academic.grant(accounts[who], role, location if world.roster else "north")


def _contents() -> st.SearchStrategy[dict[str, Any]]:
    words = st.sampled_from(["Grade 6", "grade 6", "yes", "a: b", "# 1", "Büro", "學校", "42"])
    flags = ("is_supervised", "is_mandatory", "allow_pairing", "await_device_configured", "is_multi_user", "is_mdm_removable")
    plain = st.fixed_dictionaries(
        {"profile_name": words, "url": st.sampled_from(["https://mdm.example.edu/enroll", "https://mdm.example.edu/e?a=b#c"])},
        optional={
            **dict.fromkeys(flags, st.booleans()),
            "department": words,
            "support_email_address": st.just("help@example.edu"),
            "language": st.just("no"),
            "skip_setup_items": st.lists(st.sampled_from(["Siri", "TOS", "Tomorrow"]), max_size=3),
            "anchor_certs": st.lists(st.just("MIIB"), max_size=1),
        },
    )
    return plain.map(lambda one: one | ({"is_supervised": True} if one.get("is_mdm_removable") is False else {}))


def _licences() -> st.SearchStrategy[list[Given]]:
    one = st.builds(
        Given,
        app=st.sampled_from(["361309726", "409203825", "12"]),
        location=st.sampled_from(sorted(LOCATIONS)),
        devices=st.lists(st.integers(0, 14), max_size=6),
        people=st.lists(st.sampled_from(HOLDERS), max_size=3, unique=True),
        pricing=st.sampled_from(["STDQ", "STDQ", "PLUS"]),
    )
    book = st.builds(Given, st.just("1500000001"), st.sampled_from(sorted(LOCATIONS)), people=st.just(["s-1", "x1"]), book=st.just(True))
    return st.lists(st.one_of(one, book), max_size=4, unique_by=lambda given: (given.app, given.location, given.pricing))


def _profile_lists() -> st.SearchStrategy[list[tuple[str, dict[str, Any], list[int]]]]:
    where = st.lists(st.integers(0, 9), max_size=5, unique=True)
    return st.lists(st.tuples(st.sampled_from(["jamf", "intune"]), _contents(), where), max_size=4)


def _role_lists() -> st.SearchStrategy[list[tuple[str, str, str]]]:
    who = st.sampled_from(["Janique", "Xaver", *(f"t-{n}" for n in range(6))])
    return st.lists(st.tuples(who, st.sampled_from(ROLES), st.sampled_from(["north", "south"])), max_size=8, unique=True)


SWITCHES = {
    "enrolment_newest_version": ("1", "3", "5"),
    "enrolment_empty_status": ("blank",),
    "enrolment_discovery": ("unsupported",),
    "mdm_roster_course_path": ("old", "current"),
    "mdm_roster_limit": ("7",),
    "mdm_roster_more": ("string",),
    "mdm_roster_members": ("null",),
    "mdm_roster_source_ids": ("repeated",),
    "apps_page_size": ("2",),
    "apps_removed": ("listed",),
    "apps_total_pages": ("moves",),
    "roster_api_page_parameter": ("nextPageToken",),
}
"""What Apple leaves open of what an import reads."""


def _switches() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in SWITCHES.items()})


PARTS: Mapping[str, st.SearchStrategy[Any]] = {
    "profiles": _profile_lists(),
    "discovery": st.booleans(),
    "licences": _licences(),
    "roles": _role_lists(),
    "roster": st.booleans(),
    "zipped": st.booleans(),
    "switches": _switches(),
}


def worlds(*parts: str) -> st.SearchStrategy[World]:
    """Worlds that hold these parts and nothing else; without any, all of them at once."""
    made = st.fixed_dictionaries({name: PARTS[name] for name in parts or PARTS})
    return made.map(lambda chosen: World(**chosen | {"zipped": bool(chosen.get("zipped") and chosen.get("roster"))}))
