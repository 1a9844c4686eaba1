"""Each address of the Apps and Books service that we use, as a call.

https://developer.apple.com/documentation/devicemanagement/app-book-and-subscription-management
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson

from providers.apps_and_books import decode
from providers.apps_and_books.batches import Batch
from providers.apps_and_books.decode import Asset, Config, Licences, Location, Manager, Status, User
from providers.apps_and_books.paging import Listing, read
from providers.wire.message import Call, Request, ask
from providers.wire.words import Refused


class Person(NamedTuple):
    """A user to create, change or retire. With an account (a Managed Apple Account) nobody has to accept an invitation."""

    id: str
    account: str = ""


def service_config(base_url: str) -> Call[Config]:
    """GET service/config: where everything is and what the limits are. It needs no token, and gets none."""
    response = yield from ask(Request("GET", "/service/config", "Asking Apps and Books for its addresses and limits", api=False))
    return decode.config(response.document, base_url)


def location(config: Config) -> Call[Location]:
    """GET client/config: whose token this is and which MDM manages the location."""
    response = yield from ask(Request("GET", config.urls["clientConfig"], "Asking who manages the location"))
    return decode.location(response.document)


def claim(config: Config, manager: Manager) -> Call[Location]:
    """POST client/config: say that we manage the location. Where another MDM sends its notifications stays as it is."""
    content = orjson.dumps({"mdmInfo": manager._asdict()})
    response = yield from ask(Request("POST", config.urls["clientConfig"], "Telling Apple that we manage the location", content=content))
    return decode.location(response.document)


def assets(config: Config) -> Call[Listing[Asset]]:
    """GET assets: every app and book that the location owns."""
    return (yield from read(Request("GET", config.urls["getAssets"], "Reading apps and books"), "assets", partial(map, decode.asset)))


def assignments(config: Config, **only: str) -> Call[Listing[Licences]]:
    """GET assignments: every licence and who has it, page by page. `only`: adamId, clientUserId or serialNumber."""
    request = Request("GET", config.urls["getAssignments"], "Reading who has which licences", only)
    return (yield from read(request, "assignments", decode.licences))


def users(config: Config, **only: str) -> Call[Listing[User]]:
    """GET users: everybody who ever was a user of the library. `only`: activeOnly="true", or one clientUserId."""
    return (
        yield from read(Request("GET", config.urls["getUsers"], "Reading the library's users", only), "users", partial(map, decode.user))
    )


def associate(config: Config, title: str, batch: Batch) -> Call[str]:
    """POST assets/associate: every asset to every target. Returns the event's id, "" if none came. Not idempotent."""
    return (yield from _begin(config, "associateAssets", title, _moved(batch)))


def disassociate(config: Config, title: str, batch: Batch) -> Call[str]:
    """POST assets/disassociate: every asset back from every target; likewise."""
    return (yield from _begin(config, "disassociateAssets", title, _moved(batch)))


def create_users(config: Config, title: str, people: Sequence[Person]) -> Call[str]:
    """POST users/create; likewise."""
    return (yield from _begin(config, "createUsers", title, _people(people)))


def retire_users(config: Config, title: str, people: Sequence[Person]) -> Call[str]:
    """POST users/retire; likewise. Their licences should be taken back first: whether retiring frees them is not documented."""
    return (yield from _begin(config, "retireUsers", title, _people([Person(person.id) for person in people])))


def status(config: Config, title: str, event: str) -> Call[Status | None]:
    """GET status: how far an event is; None if Apple no longer knows it."""
    try:
        response = yield from ask(Request("GET", config.urls["eventStatus"], title, {"eventId": event}))
    except Refused as refusal:
        if any(fault.code == "9708" for fault in refusal.faults):
            return None
        raise
    return decode.status(response.document)


def _begin(config: Config, name: str, title: str, body: Mapping[str, Any]) -> Call[str]:
    response = yield from ask(Request("POST", config.urls[name], title, content=orjson.dumps(body)))
    return decode.text(response.document.get("eventId"))


def _moved(batch: Batch) -> Mapping[str, Any]:
    listed = [{"adamId": asset.adam_id, "pricingParam": asset.pricing} for asset in batch.assets]
    targets = {"clientUserIds": batch.users, "serialNumbers": batch.serials}
    return {"assets": listed, **{name: list(found) for name, found in targets.items() if found}}


def _people(people: Sequence[Person]) -> Mapping[str, Any]:
    return {"users": [{"clientUserId": person.id, **({"managedAppleId": person.account} if person.account else {})} for person in people]}
