"""A rehearsal: the simulator's door instead of Apple's, in process, with content tokens as its portal makes them.

The token is kept beside the pretend organization, as an administrator would keep the real one.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from providers.apps_and_books.library import Door, Library
from providers.apps_and_books.provider import Way
from providers.apps_and_books.token import ContentToken
from providers.simulator import Tenant, transport
from providers.simulator.apps.app import app
from providers.simulator.rehearsal import file_of, open_tenant
from reconciler.connections import ContentTokenConnection as Section
from reconciler.errors import ProviderError
from reconciler.provider import Context

FOLDER = "state/private"


def rehearse(token: str, section: Section, context: Context) -> Way:
    """The way to one location of the pretend organization; ProviderError if no location's name begins with the token's key."""
    tenant = open_tenant(context.settings, context.folder)
    try:
        content = rehearsed_token(token, tenant, context)
    except ProviderError:
        tenant.close()
        raise
    door = Door(token, section.base_url, content, tenant.clock, transport(tenant, app), context.scratch)
    return Way(f"simulator:{tenant.identity}", Library(door), tenant.clock, section.take_over, tenant.close)


def rehearsed_token(token: str, tenant: Tenant, context: Context) -> ContentToken:
    """The token that is kept, and a new one where there is none, or none that lasts."""
    file = context.folder / FOLDER / f"simulator-{token}.vpptoken"
    if file.exists():
        content = ContentToken.read(file.read_text())
        if tenant.clock.now() < content.expires:
            return content
    told = tenant.apps.content_token(_location(token, tenant, file_of(context.settings, context.folder)))
    file.write_bytes(told)
    return ContentToken.read(told.decode())


def _location(token: str, tenant: Tenant, file: Path) -> str:
    """The location that a key means: the one with apps whose name begins like it. Files name it only by that key here."""
    names = [str(row[0]) for row in tenant.store.rows("SELECT location FROM apps_libraries ORDER BY location")]
    alike = [name for name in names if _plain(name).startswith(_plain(token))]
    if len(alike) == 1:
        return alike[0]
    raise ProviderError(
        f'connections.apps_and_books.{token}: {len(alike) or "no"} locations of the rehearsal with apps begin with "{token}".',
        "Buy some for the location that content_tokens names, for example: "
        f'reconciler simulator portal buy {quote(str(file))} "{token.capitalize()} School" 361309726 100',
    )


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
