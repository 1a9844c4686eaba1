"""Every quirk of rosters and of their read-back, thrown at plan, apply and plan of a small school; and what may never come of it."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from providers.simulator import SWITCHES, Tenant
from providers.simulator.academic import switches as academic
from providers.simulator.switches import Switch
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Address
from state.ledger import LedgerLine
from tests.campaign.hostile import NEEDS, spoken
from tests.campaign.scene import backend
from tests.roster_upload.academy import Academy

Things = Mapping[str, Mapping[str, object]]
"""Kind → name, as plans call it → what is said of it."""
TOLD = ("first_name", "last_name", "grade_level", "email_address", "sis_username")
EDITED = "s-3"
"""Somebody whose account was edited in the portal, so that uploads do not reach it any more."""
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "upload_most_rows": ("5",),
    "import_wait": ("0", "45", "600"),
    "import_minutes": ("0", "50", "600"),
    "import_partial_failure": ("1", "7"),
    "import_removal_threshold": ("1", "90"),
    "manual_deletion_days": ("1",),
    "roster_api_token_life": ("1",),
    "mdm_roster_limit": ("1", "7"),
    "mdm_roster_cursor_life": ("1",),
    "mdm_roster_lag": ("600",),
}
"""What stands for `<number>`: harmless, annoying, and more than we wait for."""
FAULTS: Mapping[str, tuple[str, ...]] = {
    "cut_connection": ("before", "after", "midway"),
    "server_error": ("before",),
    "html_error_page": ("502",),
    "broken_json": ("always",),
    "rate_limited": ("always",),
    "slow_answer": ("1200",),
    "enrolment_terms": ("unsigned",),
    "enrolment_session_expires": ("always",),
    "enrolment_session_rotates": ("dying",),
}
"""Faults of the door that tells the roster."""
STRIKES = ("mdmroster:1", "mdmroster:6-8", "mdmroster:5-60")
"""The first reading of a plan once, some answers, and everything after the first reading (which has four or five answers)."""
QUICK = frozenset(
    (
        "sftp_stat=refused",
        "sftp_write=cut",
        "import_end=stuck",
        "import_partial_failure=7",
        "import_reappearance=refused",
        "import_dropped_location=removed",
        "mdm_roster_members=null",
        "server_error=before@mdmroster:5-60",
    )
)
"""One of a sort for every day; the others run with the slow tests."""


@dataclass(frozen=True)
class Case:
    """One switch with one value, thrown at a school that reads back or is `blind`."""

    switch: str
    value: str
    blind: bool = False

    def __str__(self) -> str:
        return f"{self.switch}={self.value}{' blind' * self.blind}"

    @property
    def quick(self) -> bool:
        """Whether it runs every day."""
        return str(self) in QUICK

    @property
    def throws(self) -> Mapping[str, str]:
        """The switches that it takes."""
        return {**NEEDS.get(self.switch, {}), self.switch: self.value}


def switches() -> list[Switch]:
    """Those of the upload, of its import and log, and of the endpoints that tell the roster."""
    return [*academic.switches(), *(switch for name, switch in SWITCHES.items() if name.startswith("mdm_roster_"))]


def cases() -> Iterator[Case]:
    """Every switch with each of its values but the default; all but those of the read-back also where nothing reads back."""
    for switch in switches():
        for value in _values(switch):
            yield Case(switch.name, value)
            if not switch.name.startswith(("mdm_roster_", "roster_api_")):
                yield Case(switch.name, value, blind=True)
    for name, values in FAULTS.items():
        yield from (Case(name, f"{value}@{strike}") for value in values for strike in STRIKES)


def _values(switch: Switch) -> Iterator[str]:
    for value in switch.values:
        if value == "<number>":
            yield from NUMBERS[switch.name]
        elif value != switch.default:
            yield value


def expected() -> Mapping[str, tuple[int, ...]]:
    """Case → the exit codes of plan, apply and plan, for those that do not go 2, 0, 0."""
    lines = (Path(__file__).parent / "rosters.txt").read_text().splitlines()
    words = (line.rsplit(maxsplit=3) for line in lines if not line.startswith("#"))
    return {case: tuple(map(int, codes)) for case, *codes in words}


def prepare(folder: Path, capsys: pytest.CaptureFixture[str], *, blind: bool) -> Academy:
    """A school after two uploads and a portal edit, with something of everything left to do."""
    academy = _school(folder, capsys, blind=blind)
    assert academy.apply().code == 0
    academy.drop("classes", "class_id", "c-5")
    academy.drop("rosters", "class_id", "c-5")
    academy.without_people("s-58", "s-59")
    assert academy.apply().code == 0
    with academy.tenant() as tenant:
        tenant.academic.import_now()
        tenant.academic.edit_person(EDITED, email_address="by-hand@pupils.example")
    return academy


def copied(template: Path, folder: Path, capsys: pytest.CaptureFixture[str], *, blind: bool) -> Academy:
    """The same school in another folder, and what it declares now: somebody and a class come back, somebody joins, changes, moves and
    leaves, and a location goes."""
    shutil.copytree(template, folder)
    academy = _school(folder, capsys, blind=blind)
    rows = academy.rows
    rows["students"][4] |= {"grade_level": "7", "first_name": "Xenia4q"}
    rows["students"].append(rows["students"][57] | {"person_id": "s-60", "last_name": "Inventada60z", "sis_username": "xin60u"})
    rows["rosters"][10] |= {"class_id": "c-0"}
    rows["classes"][2] |= {"class_number": "3-Z"}
    academy.without_people("s-0", "s-59")
    academy.drop("locations", "location_id", "east")
    return academy


def _school(folder: Path, capsys: pytest.CaptureFixture[str], *, blind: bool) -> Academy:
    """Everybody, and one location more that has nobody; the guards let all of it go."""
    academy = Academy(folder, capsys, devices=3)
    academy.begin(reads=not blind)
    free = {"percent": 100, "count": 1000}
    academy.settings(guards={"take_overs": free, "rosters": {"files": free, "locations": free, "classes": free}})
    academy.rows["locations"].append({"location_id": "east", "location_name": "East School"})
    academy.export()
    return academy


def cycle(academy: Academy, case: Case) -> tuple[int, ...]:
    """Plan, apply, plan while the switch is thrown; the exit codes."""
    academy.switch(**case.throws)
    return tuple(spoken(ran) for ran in (academy.run("plan"), academy.apply(), academy.run("plan")))


def truthful(academy: Academy, since: int) -> None:
    """What the ledger says from line `since` on to have landed is really so: there as declared, or gone if it is not declared."""
    with academy.tenant() as tenant:
        there = _there(tenant)
    wanted = _wanted(academy)
    for address in _landed(academy, since):
        found = there[address.kind].get(address.name)
        if address.kind == "location" and address.name not in wanted["location"]:
            continue  # what becomes of one that is left out is not told, and the outcome says so
        assert found == wanted[address.kind].get(address.name), f"{address} is said to have landed, and has not"


def heals(academy: Academy) -> None:
    """Once Apple behaves again, two days later, the next run brings about what was wanted."""
    with academy.tenant() as tenant:
        tenant.switches.reset()
        tenant.clock.sleep(timedelta(days=2).total_seconds())
    assert academy.apply().code == 0
    assert academy.run("plan").code == 0


def arrived(academy: Academy) -> None:
    """Everybody and every class is as declared, but for who was edited in the portal."""
    with academy.tenant() as tenant:
        there = _there(tenant)
    for kind, things in _wanted(academy).items():
        assert {name: value for name, value in there[kind].items() if name in things or kind != "location"} == things


def lines(academy: Academy) -> list[LedgerLine]:
    """The ledger."""
    return list(backend(academy.folder).ledger())


def _landed(academy: Academy, since: int) -> set[Address]:
    steps = [line for line in lines(academy)[since:] if line.event == "step" and line.what["provider"] == "roster_upload"]
    told: Any = [line.what["outcomes"] for line in steps]
    groups = list(chain.from_iterable(told))
    found = {Address(group["kind"], name) for group in groups if group["result"] == "landed" for name in group["names"]}
    return {address for address in found if address.kind in ("person", "class", "location")}


def _there(tenant: Tenant) -> Things:
    """What the organization has that uploads made."""
    portal = tenant.academic
    people = {person.unique_identifier: person for person in portal.persons()}
    active = [one for one in people.values() if one.source == "SFTP" and one.status == "Active" and one.person_id != EDITED]

    def names(uids: Iterable[str]) -> frozenset[str]:
        return frozenset(_called(people[uid].person_id) for uid in uids)

    classes = [one for one in portal.classes() if one.source == "SFTP"]
    return {
        "person": {_called(one.person_id): tuple(getattr(one, name) for name in TOLD) for one in active},
        "class": {one.source_system_identifier: (one.class_number, names(one.instructors), names(one.students)) for one in classes},
        "location": {one.source_system_identifier: one.name for one in portal.locations()},
    }


def _wanted(academy: Academy) -> Things:
    """What is declared."""
    rows = academy.rows
    inside: dict[str, set[str]] = defaultdict(set)
    for row in rows["rosters"]:
        inside[row["class_id"]].add(_called(row["student_id"]))
    people = [row for row in chain(rows["students"], rows["staff"]) if row["person_id"] != EDITED]
    return {
        "person": {_called(row["person_id"]): tuple(row.get(name, "") for name in TOLD) for row in people},
        "class": {
            row["class_id"]: (row["class_number"], frozenset([_called(row["instructor_id"])]), frozenset(inside[row["class_id"]]))
            for row in rows["classes"]
        },
        "location": {row["location_id"]: row["location_name"] for row in rows["locations"]},
    }


def _called(person: str) -> str:
    return REHEARSED.of("person", person)
