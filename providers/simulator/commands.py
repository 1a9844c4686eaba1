"""`reconciler simulator portal …` for devices, services, apps and books. A SERVICE goes by its display name."""

from __future__ import annotations

from pathlib import Path

import click

from providers.simulator.tenant import Tenant
from providers.simulator.tenant_command import keep_private, on_tenant, out_option

_PRICING = click.option(
    "--pricing", default="STDQ", show_default=True, type=click.Choice(["STDQ", "PLUS"]), help="Apple's word for the price."
)


@on_tenant("assign")
@click.argument("service")
@click.argument("serials", nargs=-1, required=True)
def assign_command(tenant: Tenant, service: str, serials: tuple[str, ...]) -> None:
    """Assign SERIALS to SERVICE (its display name), or to none with "-"."""
    tenant.portal.assign(serials, None if service == "-" else _service(tenant, service))


@on_tenant("default")
@click.argument("service")
@click.argument("families", nargs=-1)
def default_command(tenant: Tenant, service: str, families: tuple[str, ...]) -> None:
    """Make SERVICE (its display name) the default for these product FAMILIES: IPAD, MAC, IPHONE, …"""
    tenant.portal.set_default_families(_service(tenant, service), [family.upper() for family in families])


@on_tenant("rename")
@click.argument("service")
@click.argument("name")
def rename_command(tenant: Tenant, service: str, name: str) -> None:
    """Give SERVICE another display NAME."""
    tenant.portal.rename_service(_service(tenant, service), name)


@on_tenant("create")
@click.argument("name")
def create_command(tenant: Tenant, name: str) -> None:
    """Create a service called NAME."""
    tenant.portal.create_service(name)


@on_tenant("server-token")
@click.argument("service")
@click.option("--certificate", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its public key, in PEM.")
@out_option("Where the server token goes.")
def server_token_command(tenant: Tenant, service: str, certificate: Path, out: Path) -> None:
    """Download a new server token of SERVICE (its display name), sealed for its certificate. The one before stops working at once."""
    keep_private(out, tenant.portal.server_token(_service(tenant, service), certificate.read_bytes()))
    click.echo(f"{out}: good for 365 days, for whoever holds the certificate's private key")


@on_tenant("switch-on")
@click.argument("serials", nargs=-1, required=True)
def switch_on_command(tenant: Tenant, serials: tuple[str, ...]) -> None:
    """Let the devices SERIALS be switched on: each fetches the enrolment profile that waits for it."""
    tenant.portal.switch_on(serials)


@on_tenant("content-token")
@click.argument("location")
@out_option("Where the token is written; only you may read it.")
def content_token_command(tenant: Tenant, location: str, out: Path) -> None:
    """Download the Apps and Books content token of LOCATION (a .vpptoken file, good for a year)."""
    keep_private(out, tenant.apps.content_token(location))


@on_tenant("buy")
@click.argument("location")
@click.argument("adam_id")
@click.argument("count", type=click.IntRange(1))
@_PRICING
@click.option("--book", is_flag=True, help="A book: for people only, and never to be taken back.")
def buy_command(tenant: Tenant, location: str, adam_id: str, count: int, pricing: str, book: bool) -> None:
    """Buy COUNT licences of the app or book ADAM_ID for LOCATION."""
    tenant.apps.buy(location, adam_id, count, pricing=pricing, book=book)


@on_tenant("transfer")
@click.argument("source")
@click.argument("target")
@click.argument("adam_id")
@click.argument("count", type=click.IntRange(1))
@_PRICING
def transfer_command(tenant: Tenant, source: str, target: str, adam_id: str, count: int, pricing: str) -> None:
    """Move COUNT free licences of ADAM_ID from location SOURCE to location TARGET."""
    tenant.apps.transfer(adam_id, count, source, target, pricing=pricing)


def _service(tenant: Tenant, name: str) -> str:
    found = [service.id for service in tenant.services().values() if service.name == name]
    if len(found) != 1:
        there = ", ".join(sorted(service.name for service in tenant.services().values()))
        raise click.ClickException(f'{len(found) or "No"} services are called "{name}". The organization has: {there}.')
    return found[0]


COMMANDS = tuple(one for one in list(globals().values()) if isinstance(one, click.Command))
"""All of them, for the group `portal`."""
