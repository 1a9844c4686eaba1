"""A small school whose Roster API is connected: two administrators, six teachers of whom one is to be Manager, sixty students."""

from __future__ import annotations

import json
from typing import Any

from providers.simulator.academic.portal import PersonSeed
from reconciler.kinds.naming import slug
from reconciler.pseudonyms import REHEARSED
from reconciler.roster.write import to_zip
from tests.roster.district import roster_of
from tests.roster_upload.academy import Academy

ADMINISTRATORS = """\
administrators:
  jane: {first_name: Janique, last_name: Doelingq, email: Janique@Office.example, first: true}
  john: {first_name: Johnathan, last_name: Roeslerq, email: johnathan@office.example}
"""
ONE = "  one: {person: jane, role: Administrator, locations: north}\n"
TWO = "  two: {person: john, role: Administrator, locations: north}\n"
LEAD = "  lead: {person: t-0, role: Manager, locations: north}\n"
JANE, JOHN = "role/jane/administrator/north", "role/john/administrator/north"
NAMES = ("Janique", "Doelingq", "Johnathan", "Roeslerq", "office.example", "Imagined", "Zelda", "staff.example", "Inventada", "t-0", "s-1")


def who(person: str) -> str:
    """What plans call somebody of the rosters."""
    return REHEARSED.of("person", person)


def grant(person: str, role: str, location: str = "north") -> str:
    """The address of a role of somebody of the rosters."""
    return f"role/{who(person)}/{slug(role)}/{location}"


class Staff(Academy):
    """An Academy with roles, and the Roster API."""

    def open(self, *, reads: bool = True, **switches: str) -> None:
        """Connect, have everybody at Apple's, and make the administrators' accounts. `reads`: whether a server token tells locations."""
        self.begin(reads=reads)
        connections: Any = self._settings["connections"]
        del connections["roster_upload"]
        self.settings(connections={**connections, "roster_api": {"simulator": {}}})
        self.write("administrators.yaml", ADMINISTRATORS)
        self.grants(ONE, TWO, LEAD)
        made = self.run("plan")  # makes the pretend organization
        assert made.code in (0, 2), made.err
        self.upload()
        with self.tenant() as tenant:
            names = (("Janique", "Doelingq"), ("Johnathan", "Roeslerq"))
            tenant.academic.create_persons(
                [PersonSeed(first, last, email_address=f"{first.lower()}@office.example") for first, last in names]
            )

        self.switch(**switches)

    def upload(self) -> None:
        """Declare everybody, and have them at Apple's."""
        self.export()
        with self.tenant() as tenant:
            tenant.academic.upload("roster.zip", to_zip(roster_of(self.rows)))
            tenant.academic.import_now()

    def deactivate(self, person: str) -> None:
        """Deactivate an account in the portal."""
        with self.tenant() as tenant:
            tenant.academic.deactivate(person)

    def grants(self, *entries: str) -> None:
        """Declare these roles."""
        self.write("roles.yaml", "roles:\n" + "".join(entries) if entries else "roles: {}\n")

    def give(self, person: str, role: str, location: str = "north") -> None:
        """Grant a role in the portal, to a person_id or an administrator."""
        with self.tenant() as tenant:
            tenant.academic.grant(self._account(person), role, location)

    def take(self, person: str, role: str, location: str = "north") -> None:
        """Take a role away in the portal."""
        with self.tenant() as tenant:
            tenant.academic.revoke(self._account(person), role, location)

    def done(self) -> None:
        """Everything that is declared is done in the portal, and recorded."""
        self.give("Janique", "Administrator")
        self.give("Johnathan", "Administrator")
        self.give("t-0", "Manager")
        assert self.apply().code == 0

    def tasks(self) -> list[str]:
        """The addresses of the open tasks about roles."""
        return [task["address"] for task in json.loads(self.run("tasks", "--json").out) if task["address"].startswith("role/")]

    def _account(self, person: str) -> str:
        with self.tenant() as tenant:
            return next(one.unique_identifier for one in tenant.academic.persons() if person in (one.person_id, one.first_name))
