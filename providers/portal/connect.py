"""From the section `connections.portal` of reconciler.yaml, which may be left out, to the channel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from providers.portal.capabilities import STEPS
from providers.portal.provider import Check, Portal
from reconciler.clock import Clock, SystemClock
from reconciler.connections import PortalConnection
from reconciler.kinds.domains import DOCUMENT, RECORD
from reconciler.provider import Context, Provider


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent.

    In a rehearsal the organization is invented, so that real name servers and web servers are asked only where the settings name them.
    """
    if not isinstance(options, PortalConnection):
        raise TypeError(f"connections.portal came as {type(options).__name__}")
    rehearsed = context.settings.connections.rehearsed
    checks: dict[str, Callable[[], Check]] = {}
    if options.resolver or not rehearsed:
        checks[RECORD] = partial(_dns, options.resolver or "")
    if options.discovery_url or not rehearsed:
        checks[DOCUMENT] = partial(_discovery, options.discovery_url or "")
    clock, end = _rehearsal(context) if rehearsed else (SystemClock(), _nothing)
    read_elsewhere = ("role",) if context.settings.connections.roster_api else ()
    kinds = tuple(kind for kind in STEPS if kind not in read_elsewhere)
    return Portal(clock, context.settings.organization.zone, checks, end, kinds=kinds)


def _dns(server: str) -> Check:
    from providers.portal.dns import Dns  # 60 ms of dnspython that few plans need

    return Dns(server)


def _discovery(url: str) -> Check:
    from providers.portal.discovery import Discovery  # 80 ms of httpx that few plans need

    return Discovery(url)


def _rehearsal(context: Context) -> tuple[Clock, Callable[[], None]]:
    from providers.simulator.rehearsal import open_tenant  # 130 ms of werkzeug that no real connection needs

    tenant = open_tenant(context.settings, context.folder)
    return tenant.clock, tenant.close


def _nothing() -> None:
    """There is no connection that could be given back."""
