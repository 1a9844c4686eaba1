"""Apple's errors by number, in words for people: what it means and what to do.

App, Book, and Subscription Management, "Handling Error Responses": texts differ between Apple's own pages, so only numbers count, and
new ones are to be expected. 9610 and 9622 are in no table and were seen by clients (fleetdm/fleet, zentral).
"""

from __future__ import annotations

from collections.abc import Mapping

_RENEW = "Download a new content token for this location: Apple School Manager, Preferences, Payments and Billing, Content Tokens."
_BUG = "This is a mistake in reconciler: please report it with this number. Nothing was changed by this request."
_AGAIN = "Plan again."
_LATER = "Try again later."

SHUT_OUT = frozenset({"9601", "9621", "9622", "9625", "9637", "9647"})
"""Numbers that refuse the token, whatever status they come with."""

CODES: Mapping[str, tuple[str, str]] = {
    "9601": ("Apple does not accept the content token", _RENEW),
    "9602": ("Apple finds something invalid in the request", _BUG),
    "9603": ("an error inside Apple's service", _LATER),
    "9609": ("the person is no active user of this location's library", _AGAIN),
    "9610": ("there is no such licence", _AGAIN),
    "9616": ("the licence is assigned already", _AGAIN),
    "9621": ("the content token has expired", _RENEW),
    "9622": ("Apple does not know the content token", _RENEW),
    "9625": ("the content token was revoked", f"A reset in the portal or a changed password ends a token before its date. {_RENEW}"),
    "9634": ("Apple moved this part of the service", _LATER),
    "9635": ("the Managed Apple Account cannot be linked", "Look in the portal whether the account exists and is active."),
    "9637": (
        "this content token may only read",
        "Let an account with the role of a Content Manager download one that may manage licences.",
    ),
    "9641": (
        "the Managed Apple Account is linked to another user of this library",
        "Retire that user first; another MDM may have made it.",
    ),
    "9644": ("Apple's service is in maintenance", _LATER),
    "9646": ("Apple's limit of requests is reached", _LATER),
    "9647": ("Apple no longer accepts this kind of token", _RENEW),
    "9650": ("the list became shorter while it was read", _LATER),
    "9700": ("too many apps in one request", _BUG),
    "9701": ("too many people in one request", _BUG),
    "9702": ("too many devices in one request", _BUG),
    "9703": ("an app twice in one request", _BUG),
    "9704": ("a person twice in one request", _BUG),
    "9705": ("a device twice in one request", _BUG),
    "9706": ("what was assigned cannot be taken back", "Books stay with whoever has them; take them out of the plan."),
    "9707": ("this cannot be assigned to devices", "Assign it to people: books, and some apps, are for people only."),
    "9708": ("Apple no longer knows this event", _AGAIN),
    "9709": ("there are not enough licences", "Buy or transfer licences in Apple School Manager, or free some, and plan again."),
    "9714": ("too many people in one request", _BUG),
    "9715": ("a person twice in one request", _BUG),
    "9716": ("the person is an active user already", _AGAIN),
    "9717": ("an e-mail address is invalid", "Correct it in the roster."),
    "9721": ("Apple no longer knows this version of the list", _AGAIN),
    "9722": ("Apple cannot read the content token", _RENEW),
    "9723": ("the description of this MDM is incomplete", _BUG),
    "9729": ("Apple's service is closed for the moment", _LATER),
}
"""Number → what it means, and what to do about it."""

HINTS: Mapping[int, str] = {401: _RENEW, 403: _RENEW}
"""What to do about a refusal without a number, by status."""


def word(number: int) -> str:
    """Why a single licence or person failed."""
    meaning = CODES.get(str(number), ("an error that has no words yet", ""))[0]
    return f"{meaning} ({number})"
