"""Who manages a location. Two MDMs at one location take licences from each other, and nothing but this advice prevents it."""

from __future__ import annotations

from providers.apps_and_books.decode import Location, Manager
from reconciler.errors import ProviderError


def ours(location: Location, manager: Manager, *, take_over: bool) -> bool:
    """Whether Apple has us as the location's manager already; False if we may say so (`calls.claim`).

    Raises ProviderError if somebody else manages it, unless we were told to take over.
    """
    other = location.manager
    if other is None or other.id == manager.id:
        return other == manager
    if take_over:
        return False
    raise ProviderError(
        f"{location.name or 'This location'}: its apps and books are managed by {other.name or 'another MDM'}.",
        "Remove the content token there first, as two would take licences from each other; then, or to take over, set take_over: true.",
    )
