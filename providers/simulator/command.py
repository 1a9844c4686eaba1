"""`reconciler simulator`: make, serve and twist a pretend organization. Found by the entry point `reconciler.commands`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from providers.simulator.academic.commands import COMMANDS
from providers.simulator.academic.sftp_account import FOLDER
from providers.simulator.existing import FILE, existing
from providers.simulator.quirks import SWITCHES
from providers.simulator.seed import seed
from providers.simulator.serve import serve
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from providers.simulator.academic.sftp_door import Door


@click.group()
def command() -> None:
    """Rehearse against a pretend Apple School Manager. It is kept in one file.

    A configuration with `simulator:` in its connection needs none of these: it makes its own on the first plan, below state/private/.
    """


@command.command("seed")
@FILE
@click.option("--devices", default=100, show_default=True, type=click.IntRange(0, 5_000_000), help="How many devices it has.")
@click.option("--service", "services", multiple=True, help="Display name of a device-management service. Repeatable.")
@click.option("--seed", "number", default=1, show_default=True, help="The same number makes the same organization.")
@click.option("--clock", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]), help="When its time begins (UTC); without it, now.")
def seed_command(file: Path, devices: int, services: tuple[str, ...], number: int, clock: datetime | None) -> int:
    """Make a pretend organization in FILE, or let it grow; what is there stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with Tenant.open(file) as tenant:
        seed(tenant, devices=devices, services=services, seed=number, clock=clock and clock.replace(tzinfo=UTC))
        click.echo(f"{file}: {len(tenant.devices()):,} devices, {len(tenant.services()):,} services")
    return 0


@command.command("serve")
@FILE
@click.option("--port", default=0, type=click.IntRange(0, 65_535), help="Loopback port; without it, a free one.")
@click.option("--sftp-port", default=0, type=click.IntRange(0, 65_535), help="Loopback port for uploads; without it, a free one.")
def serve_command(file: Path, port: int, sftp_port: int) -> int:
    """Put the organization in FILE on a loopback port, and print the connection settings. Ctrl-C ends it."""
    try:
        _serve(file, port, sftp_port)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    return 0


def _serve(file: Path, port: int, sftp_port: int) -> None:
    from providers.simulator.academic import sftp_door  # 0.3 s of start-up that only this command needs

    key = file.with_suffix(".pem")
    with existing(file) as tenant, serve(tenant, port=port) as server, sftp_door.open(tenant, port=sftp_port) as uploads:
        credentials = tenant.credentials()
        key.touch(mode=0o600)
        key.write_text(credentials.private_key_pem)
        click.echo("connections:\n  apple_school:")
        click.echo(f"    client_id: {credentials.client_id}\n    key_id: {credentials.key_id}")
        click.echo(f"    private_key: {{file: {key.resolve()}}}")
        click.echo(f"    base_url: {server.base_url}\n    token_url: {server.token_url}")
        click.echo(f"  # device_enrolment: base_url: {server.base_url}/enrolment; portal server-token {file} makes the token of a service")
        click.echo(_upload_settings(uploads, file.with_suffix(".sftp-password")))
        server.wait()


def _upload_settings(door: Door, password: Path) -> str:
    password.touch(mode=0o600)
    password.write_text(door.password)
    key = door.host_key_line.partition(" ")[2]
    return (
        f"  roster_upload:\n    host: {door.host}\n    port: {door.port}\n    user: {door.user}\n"
        f"    password: {{file: {password.resolve()}}}\n    host_keys: [{key}]\n    folder: /{FOLDER}"
    )


@command.command("switches")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Throw a switch of the organization in FILE. Repeatable.")
@click.option("--reset", is_flag=True, help="Put every switch of FILE back first.")
def switches_command(file: Path | None, changes: tuple[str, ...], reset: bool) -> int:
    """List Apple's observed quirks and faults, or throw them for the organization in FILE."""
    if file is None and (changes or reset):
        raise click.UsageError("Name the FILE of the organization whose switches are meant.")
    if file is None:
        for switch in SWITCHES.values():
            click.echo(f"{switch.name} = {switch.default}   ({' | '.join(switch.values)})\n    {switch.explains}")
        return 0
    with existing(file) as tenant:
        if reset:
            tenant.switches.reset()
        for change in changes:
            name, _, value = change.partition("=")
            tenant.switches.set(name, value)
        for name, value in tenant.switches.changed().items():
            click.echo(f"{name} = {value}")
    return 0


@command.group("portal")
def portal_group() -> None:
    """Do by hand what a person does in the portal of the organization in FILE: rehearse drift, and tick off tasks."""


for _one in COMMANDS:
    portal_group.add_command(_one)


@portal_group.command("assign")
@FILE
@click.argument("service")
@click.argument("serials", nargs=-1, required=True)
def assign_command(file: Path, service: str, serials: tuple[str, ...]) -> int:
    """Assign SERIALS to SERVICE (its display name), or to none with "-"."""
    with existing(file) as tenant:
        tenant.portal.assign(serials, None if service == "-" else _service(tenant, service))
    return 0


@portal_group.command("default")
@FILE
@click.argument("service")
@click.argument("families", nargs=-1)
def default_command(file: Path, service: str, families: tuple[str, ...]) -> int:
    """Make SERVICE (its display name) the default for these product FAMILIES: IPAD, MAC, IPHONE, …"""
    with existing(file) as tenant:
        tenant.portal.set_default_families(_service(tenant, service), [family.upper() for family in families])
    return 0


@portal_group.command("rename")
@FILE
@click.argument("service")
@click.argument("name")
def rename_command(file: Path, service: str, name: str) -> int:
    """Give SERVICE another display NAME."""
    with existing(file) as tenant:
        tenant.portal.rename_service(_service(tenant, service), name)
    return 0


@portal_group.command("create")
@FILE
@click.argument("name")
def create_command(file: Path, name: str) -> int:
    """Create a service called NAME."""
    with existing(file) as tenant:
        tenant.portal.create_service(name)
    return 0


@portal_group.command("server-token")
@FILE
@click.argument("service")
@click.option("--certificate", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its public key, in PEM.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the server token goes.")
def server_token_command(file: Path, service: str, certificate: Path, out: Path) -> int:
    """Download a new server token of SERVICE (its display name), sealed for its certificate. The one before stops working at once."""
    with existing(file) as tenant:
        token = tenant.portal.server_token(_service(tenant, service), certificate.read_bytes())
    out.touch(mode=0o600)
    out.write_bytes(token)
    click.echo(f"{out}: good for 365 days, for whoever holds the certificate's private key")
    return 0


@portal_group.command("switch-on")
@FILE
@click.argument("serials", nargs=-1, required=True)
def switch_on_command(file: Path, serials: tuple[str, ...]) -> int:
    """Let the devices SERIALS be switched on: each fetches the enrolment profile that waits for it."""
    with existing(file) as tenant:
        tenant.portal.switch_on(serials)
    return 0


@portal_group.command("content-token")
@FILE
@click.argument("location")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the token is written; only you may read it."
)
def content_token_command(file: Path, location: str, out: Path) -> int:
    """Download the Apps and Books content token of LOCATION (a .vpptoken file, good for a year)."""
    with existing(file) as tenant:
        out.touch(mode=0o600)
        out.write_bytes(tenant.apps.content_token(location))
    return 0


@portal_group.command("buy")
@FILE
@click.argument("location")
@click.argument("adam_id")
@click.argument("count", type=click.IntRange(1))
@click.option("--pricing", default="STDQ", show_default=True, type=click.Choice(["STDQ", "PLUS"]), help="Apple's word for the price.")
@click.option("--book", is_flag=True, help="A book: for people only, and never to be taken back.")
def buy_command(file: Path, location: str, adam_id: str, count: int, pricing: str, book: bool) -> int:
    """Buy COUNT licences of the app or book ADAM_ID for LOCATION."""
    with existing(file) as tenant:
        tenant.apps.buy(location, adam_id, count, pricing=pricing, book=book)
    return 0


@portal_group.command("transfer")
@FILE
@click.argument("source")
@click.argument("target")
@click.argument("adam_id")
@click.argument("count", type=click.IntRange(1))
@click.option("--pricing", default="STDQ", show_default=True, type=click.Choice(["STDQ", "PLUS"]), help="Apple's word for the price.")
def transfer_command(file: Path, source: str, target: str, adam_id: str, count: int, pricing: str) -> int:
    """Move COUNT free licences of ADAM_ID from location SOURCE to location TARGET."""
    with existing(file) as tenant:
        tenant.apps.transfer(adam_id, count, source, target, pricing=pricing)
    return 0


def _service(tenant: Tenant, name: str) -> str:
    found = [service.id for service in tenant.services().values() if service.name == name]
    if len(found) != 1:
        there = ", ".join(sorted(service.name for service in tenant.services().values()))
        raise click.ClickException(f'{len(found) or "No"} services are called "{name}". The organization has: {there}.')
    return found[0]
