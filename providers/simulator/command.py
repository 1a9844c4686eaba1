"""`reconciler simulator`: make, serve and twist a pretend organization. Found by the entry point `reconciler.commands`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from providers.simulator import commands
from providers.simulator.academic import commands as academic_commands
from providers.simulator.academic.sftp_account import FOLDER
from providers.simulator.quirks import SWITCHES
from providers.simulator.seed import seed
from providers.simulator.serve import serve
from providers.simulator.tenant import Tenant
from providers.simulator.tenant_command import FILE, existing, keep_private
from reconciler.phrases import counted

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
        click.echo(f"{file}: {counted(len(tenant.devices()), 'device')}, {counted(len(tenant.services()), 'service')}")
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
        keep_private(key, credentials.private_key_pem.encode())
        click.echo("connections:\n  apple_school:")
        click.echo(f"    client_id: {credentials.client_id}\n    key_id: {credentials.key_id}")
        click.echo(f"    private_key: {{file: {key.resolve()}}}")
        click.echo(f"    base_url: {server.base_url}\n    token_url: {server.token_url}")
        click.echo(f"  # device_enrolment: base_url: {server.base_url}/enrolment; portal server-token {file} makes the token of a service")
        click.echo(_upload_settings(uploads, file.with_suffix(".sftp-password")))
        server.wait()


def _upload_settings(door: Door, password: Path) -> str:
    keep_private(password, door.password.encode())
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


for _one in (*academic_commands.COMMANDS, *commands.COMMANDS):
    portal_group.add_command(_one)
