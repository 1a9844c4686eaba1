"""The Roster API in front of a pretend school with one Administrator, as the suite of all providers meets it."""

from __future__ import annotations

from pathlib import Path

from providers.roster_api.connect import Door, through
from providers.roster_api.oauth import Client
from providers.roster_api.places import Site
from providers.roster_api.provider import Sites
from providers.simulator import Tenant, transport
from providers.simulator.academic.portal import PersonSeed
from providers.simulator.academic.roster_api import credentials, refresh_token
from reconciler.connections import AppleSchoolConnection, Connections, Rehearsal, RosterApiConnection, SimulatorOptions
from reconciler.desired import Desired
from reconciler.kinds.frame import ADMINISTRATOR, Contact
from reconciler.kinds.roles import ROLE, Grant
from reconciler.provider import Context, Look, Provider
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Declared, Source
from reconciler.settings import Organization, Settings
from tests.apple_school.school import Shelf
from tests.roster.district import roster_of

MAIL = "jane@office.example"


def provider() -> Provider:
    """Reads the school."""
    tenant = Tenant.open(":memory:")
    tenant.academic.create_location("North", "north")
    tenant.academic.create_persons([PersonSeed("Jane", "J", email_address=MAIL, roles=[("Administrator", "north")])])
    section = RosterApiConnection(simulator=Rehearsal())
    connections = Connections(apple_school=AppleSchoolConnection(simulator=SimulatorOptions()), roster_api=section)
    settings = Settings(organization=Organization(name="Suite", time_zone="UTC"), connections=connections)
    client = Client(*credentials(tenant.store), refresh_token(tenant.store))
    door = Door("simulator", client, f"{section.base_url}/token", tenant.clock, transport(tenant))
    sites = [Site(one.unique_identifier, one.source_system_identifier, one.name) for one in tenant.academic.locations()]
    return through(door, section, Context(Path(), {}, Shelf(), settings), Sites(lambda _: sites, lambda: 0), tenant.close)


def look() -> Look:
    """Declares what the school has."""
    mask, source = REHEARSED.mask, Source("roles.yaml")
    jane = Contact(first_name=mask("first_name", "Jane"), last_name=mask("last_name", "J"), email=mask("email", MAIL))
    grant = Grant(person="jane", role="Administrator", location="north")
    items = {ADMINISTRATOR: {"jane": Declared(jane, source, "jane")}, ROLE.name: {grant.name: Declared(grant, source, "one")}}
    return Look(Desired({**items}), {}, roster_of({"locations": [{"location_id": "north", "location_name": "North"}]}))
