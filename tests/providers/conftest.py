"""The door of every provider: what the one suite that all of them pass is run against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from providers.portal.provider import Portal
from providers.simulator import Tenant
from reconciler.desired import Desired
from reconciler.kinds.profile import DISCOVERY
from reconciler.plan import Change
from reconciler.provider import Look, Provider
from tests.apple_school.school import School, assignment, change, want
from tests.apps_and_books import office as books
from tests.device_enrolment.changes import Office, address, gives, profile
from tests.device_enrolment.changes import change as enrolling
from tests.device_enrolment.changes import want as wanted
from tests.roster_api import office as roles
from tests.roster_upload import office as rosters

OLD, NEW = "https://old.example.edu/discovery", "https://new.example.edu/discovery"


@dataclass(frozen=True)
class Door:
    """A provider in front of a pretend organization.

    `look` declares what the organization holds; `automatic` has a change for every verb on every kind that is AUTOMATIC;
    `writes` counts what the other side took; `note` and `report` are for `send` and `settle`. `reads`: whether the channel can be read
    at all; where it cannot, what there is follows from the record.
    """

    provider: Provider
    look: Look
    automatic: list[Change]
    writes: Callable[[], int]
    note: Callable[..., None]
    report: Callable[..., None]
    reads: bool = True


def _apple_school() -> Door:
    school = School()
    here, there = school.held("Meraki")[:2]
    free = school.held(None)[0]
    declared = {serial: assignment("meraki") for serial in school.held("Meraki")}
    changes = [
        change(free, None, assignment("jamf")),
        change(here, assignment("meraki"), assignment("jamf")),
        change(there, assignment("meraki"), None),
    ]
    return Door(school.provider, want(declared, rules=True), changes, school.activities, school.note, school.report)


def _device_enrolment() -> Door:
    office = Office()
    (fresh, given, freed), old = office.held()[:3], profile()
    new = profile(support_phone_number="555-0199", skip_setup_items=["Siri", "TOS"])
    office.apply([*gives([given, freed], old), *(enrolling(DISCOVERY, name, None, address(OLD)) for name in ("jamf", "intune"))])
    before = office.writes()
    changes = [
        *(*gives([fresh], new), *gives([given], new, old), *gives([freed], None, old)),
        enrolling(DISCOVERY, "jamf", address(OLD), address(NEW)),
        enrolling(DISCOVERY, "intune", address(OLD), None),
        enrolling(DISCOVERY, "meraki", None, address(NEW)),
    ]
    look = wanted({fresh: new, given: new, freed: old}, addresses={"jamf": NEW, "intune": OLD, "meraki": NEW})
    return Door(office.provider, look, changes, lambda: office.writes() - before, office.note, office.district.report)


def _apps_and_books() -> Door:
    """A device gets an app, another gives it back; somebody comes and gets it, too, and somebody goes."""
    office = books.Office()
    fresh, given = office.serials[:2]
    office.apply([*books.gives([given]), *books.makes("ben")], "ann", "ben")
    before = office.writes()
    changes = [*books.gives([fresh, books.who("ann")]), *books.takes([given]), *books.makes("ann"), *books.ends("ben")]
    look = books.want(changes, "ann", "ben")
    return Door(office.provider, look, changes, lambda: office.writes() - before, office.campus.note, office.campus.report)


def _roster_upload(*, reads: bool) -> Door:
    """Of each kind one thing comes, one changes and one goes; all of it is one upload."""
    office = rosters.Office(reads=reads)
    changes = rosters.changes(rosters.before(), rosters.after())
    return Door(office.provider, rosters.look(rosters.after()), changes, office.writes, office.note, office.district.report, reads)


def _portal() -> Door:
    """Nothing there is automatic, and nothing can be read."""
    tenant = Tenant.open(":memory:")
    return Door(
        Portal(tenant.clock, ZoneInfo("UTC")), Look(Desired(), {}), [], lambda: 0, lambda *_, **__: None, lambda _: None, reads=False
    )


def _roster_api() -> Door:
    """Nothing there is automatic: what people do in the portal is read."""
    return Door(roles.provider(), roles.look(), [], lambda: 0, lambda *_, **__: None, lambda _: None)


DOORS: dict[str, Callable[[], Door]] = {
    "apple_school": _apple_school,
    "device_enrolment": _device_enrolment,
    "apps_and_books": _apps_and_books,
    "roster_upload": partial(_roster_upload, reads=True),
    "roster_upload, blind": partial(_roster_upload, reads=False),
    "portal": _portal,
    "roster_api": _roster_api,
}


@pytest.fixture(params=list(DOORS.values()), ids=list(DOORS))
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """Each provider's door in turn."""
    made: Door = request.param()
    yield made
    made.provider.close()
