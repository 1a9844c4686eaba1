"""What a person must know before the plan is applied: tokens that are missing or were mixed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.apps_and_books.observe import Reading
from reconciler.diagnostic import Diagnostic
from reconciler.kinds.licences import TOKEN, ContentToken
from reconciler.provider import Look


def mixed_up(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """A token of another location: licences would go where nobody meant them to."""
    declared = look.desired.of(TOKEN)
    for token, reading in readings.items():
        one = declared.get(token)
        if one is None or not isinstance(one.spec, ContentToken) or _alike(one.spec.location, reading.location.name):
            continue
        said = (
            f'The content token of connections.apps_and_books.{token} is that of "{reading.location.name}", not of "{one.spec.location}".'
        )
        yield Diagnostic(one.source, said, f"Download the token of {one.spec.location}, or correct location if it was renamed.")


def undeclared(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """A connection that no entry names is a misspelled key, or one that was forgotten."""
    declared = look.desired.of(TOKEN)
    for token in readings:
        if token not in declared:
            said = f"connections.apps_and_books.{token} has no entry under content_tokens."
            yield Diagnostic(None, said, f"Add content_tokens: {token}: {{location: …}}, or take the connection out.")


def _alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
