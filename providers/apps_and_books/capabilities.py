"""What Apple lets a school do with apps and books, and through what: the table that gates plans and makes the documentation."""

from __future__ import annotations

from reconciler import guide
from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.licences import APP, LICENCE, TOKEN, USER

DOCUMENTATION = "https://developer.apple.com/documentation/devicemanagement"
MANAGING = f"{DOCUMENTATION}/app-book-and-subscription-management"
"""User guide: Manage content tokens."""
BUYING = guide.page("asmc21817890")
"""User guide: Buy content."""

_SIGN_IN = guide.sign_in("Content Manager", "Site Manager", "Administrator")
_GET_TOKEN = Capability(
    Route.TASK,
    "Only a person can download a content token.",
    guide.CONTENT_TOKENS,
    (
        "Sign in to https://school.apple.com with the account that is to own the token, best one that does nothing else: {account}",
        "Select your name at the bottom of the sidebar, then Preferences, then Payments and Billing.",
        "Under Content Tokens, select Download next to {location}.",
        "Keep the .vpptoken file where secrets are kept, and name it under connections: apps_and_books.",
        "Run reconciler plan again: it asks Apple whose token it is and ticks this off.",
    ),
)
_LEAVE_TOKEN = Capability(
    Route.TASK,
    "The token is no longer in the configuration, but its connection is.",
    guide.CONTENT_TOKENS,
    ("Take the token's section out of connections: apps_and_books, and delete its file.",),
)
_BUY = Capability(
    Route.TASK,
    "Apple sells licences in the portal only.",
    BUYING,
    (
        _SIGN_IN,
        "In the sidebar, select Apps and Books, and look for {title}.",
        "Choose the location {location}, enter the quantity {buy}, and select Get or Buy.",
        "{instead}",
        "Run reconciler plan again: it counts the licences and ticks this off.",
    ),
)
_STOP_BUYING = Capability(
    Route.TASK,
    "Licences that were bought cannot be given back.",
    BUYING,
    ("Keep them, or transfer them to another location in the portal.",),
)
_GIVE = Capability(Route.AUTOMATIC, "The licence is assigned; the assignment is read back.", MANAGING)
_TAKE = Capability(Route.AUTOMATIC, "The licence is taken back; an installed app goes on working for up to 30 days.", MANAGING)
_USER = Capability(
    Route.AUTOMATIC, "The person becomes a user of the location's library, or ends being one; the list is read back.", MANAGING
)
_FIXED = Capability(
    Route.TASK, "Licences and users are there or not; nothing of them can change.", MANAGING, ("Run reconciler plan again.",)
)
_RECORD = Capability(Route.RECORD, "Only our own record changes; nothing is sent to Apple.", MANAGING)
KINDS = (TOKEN, APP, USER, LICENCE)

TABLE: dict[tuple[str, Verb], Capability] = {
    (TOKEN, Verb.CREATE): _GET_TOKEN,
    (TOKEN, Verb.UPDATE): _GET_TOKEN,
    (TOKEN, Verb.DELETE): _LEAVE_TOKEN,
    (APP, Verb.CREATE): _BUY,
    (APP, Verb.UPDATE): _BUY,
    (APP, Verb.DELETE): _STOP_BUYING,
    (LICENCE, Verb.CREATE): _GIVE,
    (LICENCE, Verb.DELETE): _TAKE,
    (USER, Verb.CREATE): _USER,
    (USER, Verb.DELETE): _USER,
    (LICENCE, Verb.UPDATE): _FIXED,
    (USER, Verb.UPDATE): _FIXED,
    **{(kind, verb): _RECORD for kind in KINDS for verb in (Verb.ADOPT, Verb.FORGET)},
}


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider.capability."""
    unknown = Capability(Route.UNSUPPORTED, f"Apps and Books knows nothing of {kind}.", DOCUMENTATION)
    return TABLE.get((kind, verb), unknown)
