"""From the section `connections.apple_school` of reconciler.yaml to a provider: the real one, or a rehearsal on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from providers.apple_school.oauth import Account, Key
from providers.apple_school.provider import NAME, AppleSchool, Terms
from providers.wire.budget import Budget, Limit
from providers.wire.driver import Driver, Manners
from reconciler.clock import Clock, SystemClock
from reconciler.connections import AppleSchoolConnection
from reconciler.errors import ProviderError
from reconciler.provider import Context, Provider, Scratch

if TYPE_CHECKING:
    import httpx

HOST = "Apple"


@dataclass(frozen=True, slots=True)
class Door:
    """The way to one organization: who we are there, what time it is there, and the transport (None: the network)."""

    identity: str
    key: Key
    clock: Clock
    transport: httpx.BaseTransport | None
    close: Callable[[], None]


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent.

    Raises ProviderError if the key cannot be used, ReconcilerError if it is not where the settings say or a switch does not exist.
    """
    if not isinstance(options, AppleSchoolConnection):
        raise TypeError(f"connections.apple_school came as {type(options).__name__}")
    door = _rehearsal(context) if options.simulator is not None else _real(options, context)
    return through(door, options, context.scratch)


def through(door: Door, options: AppleSchoolConnection, scratch: Scratch) -> AppleSchool:
    """A provider that goes through this door."""
    reads = Limit(options.budget.reads_per_minute, 60, f"{options.budget.reads_per_minute:,} reads a minute")
    writes = Limit(options.budget.writes_per_hour, 3600, f"{options.budget.writes_per_hour:,} writes an hour")
    terms = Terms(door.identity, options.base_url, reads, writes, options.batch, timedelta(seconds=options.patience))
    budget = Budget(f"{NAME}-budget", door.identity, {"reads": reads, "writes": writes}, door.clock, scratch)
    account = Account(door.key, options.token_url, door.clock, NAME)
    manners = Manners(HOST, options.base_url, options.patience)
    return AppleSchool(terms, Driver(manners, account, budget, door.clock, door.transport), door.clock, door.close)


def _real(options: AppleSchoolConnection, context: Context) -> Door:
    if options.client_id is None or options.key_id is None or options.private_key is None:
        raise ProviderError("connections.apple_school lacks credentials.", "Give client_id, key_id and private_key, or simulator: {}.")
    key = Key.read(options.client_id, options.key_id, options.private_key.read(context.folder, context.environment))
    return Door(f"{key.client_id}@{urlsplit(options.base_url).netloc}", key, SystemClock(), None, lambda: None)


def _rehearsal(context: Context) -> Door:
    from providers.simulator import transport  # 130 ms of werkzeug that no real connection needs
    from providers.simulator.rehearsal import open_tenant  # likewise

    tenant = open_tenant(context.settings, context.folder)
    credentials = tenant.credentials()
    key = Key.read(credentials.client_id, credentials.key_id, credentials.private_key_pem)
    return Door(f"simulator:{tenant.identity}", key, tenant.clock, transport(tenant), tenant.close)
