"""From the section `connections.apps_and_books` of reconciler.yaml to ways into locations: real ones, or rehearsals."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from providers.apps_and_books.library import Door, Library
from providers.apps_and_books.provider import AppsAndBooks, Way
from providers.apps_and_books.token import ContentToken
from reconciler.clock import SystemClock
from reconciler.connections import ContentTokenConnection as Section
from reconciler.errors import ProviderError
from reconciler.provider import Context, Provider


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent; raises as `open_way` does."""
    if not isinstance(options, Mapping):
        raise TypeError(f"connections.apps_and_books came as {type(options).__name__}")
    ways = {token: open_way(token, section, context) for token, section in options.items()}
    return AppsAndBooks(ways, context.settings.organization.name)


def open_way(token: str, section: Section, context: Context) -> Way:
    """The way to one location. No request is sent.

    Raises ReconcilerError if a file is not where the settings say, ProviderError that names the token if it cannot be used.
    """
    if section.simulator is not None:
        return _rehearsal(token, section, context)
    clock = SystemClock()
    door = Door(token, section.base_url, read_token(token, section, context), clock, None, context.scratch)
    return Way(urlsplit(section.base_url).netloc, Library(door), clock, section.take_over)


def read_token(token: str, section: Section, context: Context) -> ContentToken:
    """The content token that a section names; an expired one, too. Raises as `open_way` does."""
    if section.token is None:
        raise ProviderError(f"connections.apps_and_books.{token} lacks credentials.", "Give token: {file: …} or {env: …}.")
    try:
        return ContentToken.read(section.token.read(context.folder, context.environment))
    except ProviderError as error:
        raise ProviderError(f"connections.apps_and_books.{token}: {error.message}", error.hint) from None


def _rehearsal(token: str, section: Section, context: Context) -> Way:
    from providers.apps_and_books.rehearsal import rehearse  # 130 ms of werkzeug that no real connection needs

    return rehearse(token, section, context)
