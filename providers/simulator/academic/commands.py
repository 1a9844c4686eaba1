"""`reconciler simulator portal …` for people, classes and imports. A PERSON is a person_id or a Managed Apple Account.

What these print holds ids, never names.
"""

from __future__ import annotations

from pathlib import Path

import click

from providers.simulator.academic.portal import EDITABLE, ROLES, PersonSeed
from providers.simulator.academic.sftp_account import change_password, register_key
from providers.simulator.existing import FILE, existing

_PERSON = click.argument("person")


@click.command("people")
@FILE
def people_command(file: Path) -> int:
    """List accounts: id, state, where they come from, and their roles by location."""
    with existing(file) as tenant:
        names = {location.unique_identifier: location.name for location in tenant.academic.locations()}
        for person in tenant.academic.persons():
            roles = ", ".join(f"{grant.role} at {names.get(grant.location, 'a removed location')}" for grant in person.roles)
            click.echo(f"{person.person_id or person.unique_identifier}  {person.status}  {person.source}  {roles}")
    return 0


@click.command("edit-person")
@FILE
@_PERSON
@click.option("--set", "changes", multiple=True, required=True, metavar="COLUMN=VALUE", help=f"{', '.join(EDITABLE)}. Repeatable.")
def edit_command(file: Path, person: str, changes: tuple[str, ...]) -> int:
    """Edit PERSON. An uploaded account turns into a manual one, and later uploads no longer apply to it."""
    pairs = [change.partition("=") for change in changes]
    with existing(file) as tenant:
        tenant.academic.edit_person(person, **{column: value for column, _, value in pairs})
    return 0


@click.command("create-person")
@FILE
@click.argument("first_name")
@click.argument("last_name")
@click.option("--person-id", default="", help="An upload with the same id takes the account over.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--role", "roles", multiple=True, metavar="ROLE@LOCATION", help=f"One of {', '.join(ROLES)}. Repeatable.")
def create_person_command(file: Path, first_name: str, last_name: str, person_id: str, email: str, roles: tuple[str, ...]) -> int:
    """Create an account by hand."""
    pairs = [role.partition("@") for role in roles]
    with existing(file) as tenant:
        seed = PersonSeed(first_name, last_name, person_id, email, [(role, location) for role, _, location in pairs])
        click.echo(tenant.academic.create_persons([seed])[0])
    return 0


@click.command("grant")
@FILE
@_PERSON
@click.argument("role")
@click.argument("location")
def grant_command(file: Path, person: str, role: str, location: str) -> int:
    """Give PERSON a ROLE at LOCATION."""
    with existing(file) as tenant:
        tenant.academic.grant(person, role, location)
    return 0


@click.command("revoke")
@FILE
@_PERSON
@click.argument("role")
@click.argument("location")
def revoke_command(file: Path, person: str, role: str, location: str) -> int:
    """Take a ROLE at LOCATION from PERSON."""
    with existing(file) as tenant:
        tenant.academic.revoke(person, role, location)
    return 0


@click.command("deactivate")
@FILE
@_PERSON
def deactivate_command(file: Path, person: str) -> int:
    """Deactivate the account of PERSON; it is deleted after 120 days, a manual one after 30."""
    with existing(file) as tenant:
        tenant.academic.deactivate(person)
    return 0


@click.command("reactivate")
@FILE
@_PERSON
def reactivate_command(file: Path, person: str) -> int:
    """Bring the deactivated account of PERSON back."""
    with existing(file) as tenant:
        tenant.academic.reactivate(person)
    return 0


@click.command("delete-person")
@FILE
@_PERSON
def delete_person_command(file: Path, person: str) -> int:
    """Delete the account of PERSON at once."""
    with existing(file) as tenant:
        tenant.academic.delete_person(person)
    return 0


@click.command("create-class")
@FILE
@click.argument("name")
@click.argument("location")
@click.option("--instructor", "instructors", multiple=True, help="A PERSON. Repeatable.")
@click.option("--student", "students", multiple=True, help="A PERSON. Repeatable.")
def create_class_command(file: Path, name: str, location: str, instructors: tuple[str, ...], students: tuple[str, ...]) -> int:
    """Create a manual class called NAME at LOCATION."""
    with existing(file) as tenant:
        tenant.academic.create_class(name, location, instructors=instructors, students=students)
    return 0


@click.command("delete-class")
@FILE
@click.argument("class_id")
def delete_class_command(file: Path, class_id: str) -> int:
    """Delete a manual class: by its name, or by the id of one that an upload left out."""
    with existing(file) as tenant:
        tenant.academic.delete_class(class_id)
    return 0


@click.command("create-location")
@FILE
@click.argument("name")
@click.option("--location-id", default="", help="The id by which files name it.")
def create_location_command(file: Path, name: str, location_id: str) -> int:
    """Create a location called NAME."""
    with existing(file) as tenant:
        tenant.academic.create_location(name, location_id)
    return 0


@click.command("account-format")
@FILE
@click.argument("elements", nargs=-1, required=True)
@click.option("--domain", required=True, help="What stands behind the @.")
def account_format_command(file: Path, elements: tuple[str, ...], domain: str) -> int:
    """Make new account names of these ELEMENTS: first_name last_name, or person_number, …"""
    with existing(file) as tenant:
        tenant.academic.set_account_format(elements, domain)
    return 0


@click.command("federate")
@FILE
@click.argument("domains", nargs=-1)
def federate_command(file: Path, domains: tuple[str, ...]) -> int:
    """Let these DOMAINS, and no others, sign in through federation."""
    with existing(file) as tenant:
        tenant.academic.federate(domains)
    return 0


@click.command("imports")
@FILE
def imports_command(file: Path) -> int:
    """List the imports of uploaded rosters, newest first, with what went wrong."""
    with existing(file) as tenant:
        for activity in tenant.academic.activities():
            click.echo(f"{activity['id']}  {activity['name']}  {activity['status']}  {activity['substatus']}".rstrip())
            for message in activity["messages"]:
                click.echo(f"    {message}")
    return 0


@click.command("import-now")
@FILE
def import_now_command(file: Path) -> int:
    """Let time run on until the imports that wait have ended."""
    with existing(file) as tenant:
        tenant.academic.import_now()
    return 0


@click.command("activity-log")
@FILE
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the log goes; only you may read it.")
@click.option("--import", "import_id", default="", help="Of this import; without it, of the newest that has ended.")
def activity_log_command(file: Path, out: Path, import_id: str) -> int:
    """Download the log of an import as CSV."""
    with existing(file) as tenant:
        content = tenant.academic.activity_log(import_id)
    out.touch(mode=0o600)
    out.write_bytes(content)
    return 0


@click.command("sftp-key")
@FILE
@click.argument("public_key", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def sftp_key_command(file: Path, public_key: Path) -> int:
    """Let the key in PUBLIC_KEY (an OpenSSH .pub file) sign in for uploads."""
    with existing(file) as tenant:
        register_key(tenant.store, public_key.read_text())
    return 0


@click.command("sftp-password")
@FILE
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the password goes; only you may read it."
)
def sftp_password_command(file: Path, out: Path) -> int:
    """Make a new password for uploads; the one before stops working at once."""
    with existing(file) as tenant:
        password = change_password(tenant.store)
    out.touch(mode=0o600)
    out.write_text(password)
    return 0


COMMANDS = tuple(one for one in list(globals().values()) if isinstance(one, click.Command))
"""All of them, for the group `portal`."""
