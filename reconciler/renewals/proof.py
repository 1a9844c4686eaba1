"""Whether credentials still count: a token may be revoked, replaced or ended by a changed password long before its day."""

from __future__ import annotations

from dataclasses import replace

from reconciler.errors import ProviderError, Unauthorized
from reconciler.kinds.renewals import State
from reconciler.provider import Notice, Report, SignsIn
from reconciler.renewals.due import Due, Renewals


def proven(found: Renewals, provider: SignsIn, report: Report) -> Renewals:
    """The same after signing in once with each credential; what Apple refuses is REVOKED. Nothing is changed, nothing is raised."""
    items = sorted((_proven(due, provider, report) for due in found.items), key=lambda due: due.order)
    return replace(found, items=tuple(items))


def _proven(due: Due, provider: SignsIn, report: Report) -> Due:
    if not due.place or due.state is State.EXPIRED:
        return due
    report(Notice(f"Signing in with the {due.title}"))
    try:
        provider.sign_in(due.place, report)
    except ProviderError as error:
        if isinstance(error, Unauthorized) and error.credential == due.place:
            return replace(due, state=State.REVOKED, trouble=error.message)
        return replace(due, trouble=f"could not be tried: {error.message} {error.hint}".strip())
    return due
