"""`reconciler simulator portal …` for people, classes and imports. A PERSON is a person_id or a Managed Apple Account.

What these print holds ids, never names.
"""

from __future__ import annotations

from pathlib import Path

import click

from providers.simulator.academic.portal import EDITABLE, ROLES, PersonSeed
from providers.simulator.academic.sftp_account import change_password, register_key
from providers.simulator.tenant import Tenant
from providers.simulator.tenant_command import keep_private, on_tenant, out_option

_PERSON = click.argument("person")


@on_tenant("people")
def people_command(tenant: Tenant) -> None:
    """List accounts: id, state, where they come from, and their roles by location."""
    names = {location.unique_identifier: location.name for location in tenant.academic.locations()}
    for person in tenant.academic.persons():
        roles = ", ".join(f"{grant.role} at {names.get(grant.location, 'a removed location')}" for grant in person.roles)
        click.echo(f"{person.person_id or person.unique_identifier}  {person.status}  {person.source}  {roles}")


@on_tenant("edit-person")
@_PERSON
@click.option("--set", "changes", multiple=True, required=True, metavar="COLUMN=VALUE", help=f"{', '.join(EDITABLE)}. Repeatable.")
def edit_command(tenant: Tenant, person: str, changes: tuple[str, ...]) -> None:
    """Edit PERSON. An uploaded account turns into a manual one, and later uploads no longer apply to it."""
    pairs = [change.partition("=") for change in changes]
    tenant.academic.edit_person(person, **{column: value for column, _, value in pairs})


@on_tenant("create-person")
@click.argument("first_name")
@click.argument("last_name")
@click.option("--person-id", default="", help="An upload with the same id takes the account over.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--role", "roles", multiple=True, metavar="ROLE@LOCATION", help=f"One of {', '.join(ROLES)}. Repeatable.")
def create_person_command(tenant: Tenant, first_name: str, last_name: str, person_id: str, email: str, roles: tuple[str, ...]) -> None:
    """Create an account by hand."""
    pairs = [role.partition("@") for role in roles]
    seed = PersonSeed(first_name, last_name, person_id, email, [(role, location) for role, _, location in pairs])
    click.echo(tenant.academic.create_persons([seed])[0])


@on_tenant("grant")
@_PERSON
@click.argument("role")
@click.argument("location")
def grant_command(tenant: Tenant, person: str, role: str, location: str) -> None:
    """Give PERSON a ROLE at LOCATION."""
    tenant.academic.grant(person, role, location)


@on_tenant("revoke")
@_PERSON
@click.argument("role")
@click.argument("location")
def revoke_command(tenant: Tenant, person: str, role: str, location: str) -> None:
    """Take a ROLE at LOCATION from PERSON."""
    tenant.academic.revoke(person, role, location)


@on_tenant("deactivate")
@_PERSON
def deactivate_command(tenant: Tenant, person: str) -> None:
    """Deactivate the account of PERSON; it is deleted after 120 days, a manual one after 30."""
    tenant.academic.deactivate(person)


@on_tenant("reactivate")
@_PERSON
def reactivate_command(tenant: Tenant, person: str) -> None:
    """Bring the deactivated account of PERSON back."""
    tenant.academic.reactivate(person)


@on_tenant("delete-person")
@_PERSON
def delete_person_command(tenant: Tenant, person: str) -> None:
    """Delete the account of PERSON at once."""
    tenant.academic.delete_person(person)


@on_tenant("create-class")
@click.argument("name")
@click.argument("location")
@click.option("--instructor", "instructors", multiple=True, help="A PERSON. Repeatable.")
@click.option("--student", "students", multiple=True, help="A PERSON. Repeatable.")
def create_class_command(tenant: Tenant, name: str, location: str, instructors: tuple[str, ...], students: tuple[str, ...]) -> None:
    """Create a manual class called NAME at LOCATION."""
    tenant.academic.create_class(name, location, instructors=instructors, students=students)


@on_tenant("delete-class")
@click.argument("class_id")
def delete_class_command(tenant: Tenant, class_id: str) -> None:
    """Delete a manual class: by its name, or by the id of one that an upload left out."""
    tenant.academic.delete_class(class_id)


@on_tenant("create-location")
@click.argument("name")
@click.option("--location-id", default="", help="The id by which files name it.")
def create_location_command(tenant: Tenant, name: str, location_id: str) -> None:
    """Create a location called NAME."""
    tenant.academic.create_location(name, location_id)


@on_tenant("account-format")
@click.argument("elements", nargs=-1, required=True)
@click.option("--domain", required=True, help="What stands behind the @.")
def account_format_command(tenant: Tenant, elements: tuple[str, ...], domain: str) -> None:
    """Make new account names of these ELEMENTS: first_name last_name, or person_number, …"""
    tenant.academic.set_account_format(elements, domain)


@on_tenant("federate")
@click.argument("domains", nargs=-1)
def federate_command(tenant: Tenant, domains: tuple[str, ...]) -> None:
    """Let these DOMAINS, and no others, sign in through federation."""
    tenant.academic.federate(domains)


@on_tenant("imports")
def imports_command(tenant: Tenant) -> None:
    """List the imports of uploaded rosters, newest first, with what went wrong."""
    for activity in tenant.academic.activities():
        click.echo(f"{activity['id']}  {activity['name']}  {activity['status']}  {activity['substatus']}".rstrip())
        for message in activity["messages"]:
            click.echo(f"    {message}")


@on_tenant("import-now")
def import_now_command(tenant: Tenant) -> None:
    """Let time run on until the imports that wait have ended."""
    tenant.academic.import_now()


@on_tenant("activity-log")
@out_option("Where the log goes; only you may read it.")
@click.option("--import", "import_id", default="", help="Of this import; without it, of the newest that has ended.")
def activity_log_command(tenant: Tenant, out: Path, import_id: str) -> None:
    """Download the log of an import as CSV."""
    keep_private(out, tenant.academic.activity_log(import_id))


@on_tenant("sftp-key")
@click.argument("public_key", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def sftp_key_command(tenant: Tenant, public_key: Path) -> None:
    """Let the key in PUBLIC_KEY (an OpenSSH .pub file) sign in for uploads."""
    register_key(tenant.store, public_key.read_text())


@on_tenant("sftp-password")
@out_option("Where the password goes; only you may read it.")
def sftp_password_command(tenant: Tenant, out: Path) -> None:
    """Make a new password for uploads; the one before stops working at once."""
    keep_private(out, change_password(tenant.store).encode())


COMMANDS = tuple(one for one in list(globals().values()) if isinstance(one, click.Command))
"""All of them, for the group `portal`."""
