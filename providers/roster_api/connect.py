"""From the section `connections.roster_api` of reconciler.yaml to a provider: the real one, or a rehearsal on this machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from providers.device_enrolment.connect import open_service
from providers.roster_api.oauth import Client, Consent
from providers.roster_api.places import Site
from providers.roster_api.provider import NAME, READS, Frame, RosterApi, Sites
from providers.wire.budget import Budget
from providers.wire.driver import HINTS, Driver, Manners
from reconciler.clock import Clock, SystemClock
from reconciler.connections import RosterApiConnection
from reconciler.errors import ProviderError
from reconciler.provider import Context, Provider, Report

if TYPE_CHECKING:
    import httpx

HOST = "Apple's Roster API"
_CONSENT = "An Administrator or Site Manager must let the app read people (scope edu.users.read)."
CODES = {"FORBIDDEN_ERROR": ("the app may not read people", _CONSENT)}
_REHEARSED_TOKEN_PATH = "/token"  # noqa: S105 - an address, not a password


@dataclass(frozen=True, slots=True)
class Door:
    """The way in: who we are there (no secret), the app, where tokens are got, the time there, and the transport (None: the network)."""

    identity: str
    client: Client
    token_url: str
    clock: Clock
    transport: httpx.BaseTransport | None


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent.

    Raises ReconcilerError if a secret is not where the settings say, ProviderError if one cannot be used.
    """
    if not isinstance(options, RosterApiConnection):
        raise TypeError(f"connections.roster_api came as {type(options).__name__}")
    with ExitStack() as opened:
        door = _rehearsal(options, context, opened) if options.simulator is not None else _real(options, context)
        return through(door, options, context, _sites(context, opened), opened.pop_all().close)


def through(door: Door, options: RosterApiConnection, context: Context, sites: Sites | None, end: Callable[[], None]) -> RosterApi:
    """A provider that goes through this door, and calls `end` when it is closed."""
    settings = context.settings
    budget = Budget(f"{NAME}-budget", door.identity, {"reads": READS, "writes": READS}, door.clock, context.scratch)
    hints = {**HINTS, 401: "Check client_id, client_secret and refresh_token.", 403: _CONSENT}
    manners = Manners(HOST, options.base_url, options.patience, codes=CODES, hints=hints, credential=NAME)
    driver = Driver(manners, Consent(door.client, door.token_url, door.clock, NAME), budget, door.clock, door.transport)
    organization, minimum = settings.organization, settings.guards.administrators.minimum
    frame = Frame(organization.zone, organization.name, settings.roster.primary_location, minimum)
    return RosterApi(door.identity, frame, driver, door.clock, sites, end)


def _real(options: RosterApiConnection, context: Context) -> Door:
    if options.client_id is None or options.client_secret is None or options.refresh_token is None:
        raise ProviderError("connections.roster_api lacks credentials.", "Give client_id, client_secret and refresh_token.")
    secret, token = (one.read(context.folder, context.environment).strip() for one in (options.client_secret, options.refresh_token))
    identity = f"{options.client_id}@{urlsplit(options.base_url).netloc}"
    return Door(identity, Client(options.client_id, secret, token), options.token_url, SystemClock(), None)


def _rehearsal(options: RosterApiConnection, context: Context, opened: ExitStack) -> Door:
    from providers.simulator import transport  # 130 ms of werkzeug that no real connection needs
    from providers.simulator.academic.roster_api import credentials, refresh_token  # likewise
    from providers.simulator.rehearsal import open_tenant  # likewise

    tenant = open_tenant(context.settings, context.folder)
    opened.callback(tenant.close)
    client = Client(*credentials(tenant.store), refresh_token(tenant.store))
    return Door(f"simulator:{tenant.identity}", client, f"{options.base_url}{_REHEARSED_TOKEN_PATH}", tenant.clock, transport(tenant))


def _sites(context: Context, opened: ExitStack) -> Sites | None:
    """Any server token of this organization tells the locations' names."""
    tokens = context.settings.connections.device_enrolment
    if not tokens:
        return None
    server, section = next(iter(tokens.items()))
    service = open_service(server, section, context)
    opened.callback(service.close)

    def read(report: Report) -> list[Site]:
        rows = service.read_locations(report).values()
        return [Site(row.key, row.sis_id, row.name) for row in rows if row.status.lower() != "inactive"]

    return Sites(read, lambda: service.driver.spent["reads"])
