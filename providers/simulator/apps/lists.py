"""The three lists: assets, assignments, users."""

from __future__ import annotations

from typing import Any

import orjson

from providers.simulator.apps.library import Library
from providers.simulator.apps.paging import LARGEST, Filter, document, flag, one_of, only, page, since, whole
from providers.simulator.call import Call

ASSET = "adam_id, pricing, type, platforms, device_assignable, revocable, total, assigned, retired, unlimited"
COUNTS = (
    ("minAvailableCount", "total - assigned - retired >= ?"),
    ("maxAvailableCount", "total - assigned - retired <= ?"),
    ("minAssignedCount", "assigned >= ?"),
    ("maxAssignedCount", "assigned <= ?"),
)
FLAGS = (("revocable", "revocable = ?"), ("deviceAssignable", "device_assignable = ?"))


def assets(call: Call, library: Library) -> dict[str, Any]:
    """GET assets."""
    texts = ("productType", "pricingParam", "adamId", "unlimited", "pageIndex")
    only(call, *texts, *(name for name, _ in (*COUNTS, *FLAGS)))
    asked = Filter("assets", "apps_assets")
    asked.add("library = ?", library.id)
    for name, column, words in (("productType", "type", ("App", "Book")), ("pricingParam", "pricing", ("STDQ", "PLUS"))):
        if (word := one_of(call, name, words)) is not None:
            asked.add(f"{column} = ?", word)
    if "adamId" in call.request.args:
        asked.add("adam_id = ?", call.request.args["adamId"])
    for name, condition in FLAGS:
        if (wanted := flag(call, name)) is not None:
            asked.add(condition, wanted)
    for name, condition in COUNTS:
        if (bound := whole(call, name)) is not None:
            asked.add(condition, bound)
    return _assets(call, library, asked)


def _assets(call: Call, library: Library, asked: Filter) -> dict[str, Any]:
    """Free assets without limit are among the others unless the request says what it wants of them."""
    unlimited = flag(call, "unlimited")
    if unlimited is None:
        rows, told = page(call, library, asked, ASSET)
        return document(told, assets=[_asset(row) for row in rows])
    apart = Filter(asked.listing, asked.table, [*asked.conditions, "unlimited = 1"], list(asked.values))
    asked.add("unlimited = 0")
    rows, told = page(call, library, asked, ASSET)
    items = {"assets": [_asset(row) for row in rows]}
    if unlimited:
        free = call.store.rows(f"SELECT {ASSET} {apart.sql} ORDER BY position", *apart.values)
        items["unlimitedAssets"] = [_without_counts(_asset(row)) for row in free]
    return document(told, **items)


def _asset(row: tuple[Any, ...]) -> dict[str, Any]:
    adam_id, pricing, type_, platforms, assignable, revocable, total, assigned, retired, unlimited = row
    return {
        "adamId": adam_id,
        "pricingParam": pricing,
        "productType": type_,
        "assignedCount": assigned,
        "availableCount": LARGEST if unlimited else total - assigned - retired,
        "retiredCount": retired,
        "totalCount": LARGEST if unlimited else total,
        "deviceAssignable": bool(assignable),
        "revocable": bool(revocable),
        "supportedPlatforms": orjson.loads(platforms),
    }


def _without_counts(asset: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asset.items() if name not in ("availableCount", "retiredCount", "totalCount")}


def assignments(call: Call, library: Library) -> dict[str, Any]:
    """GET assignments."""
    filters = {"adamId": "adam_id", "clientUserId": "user", "serialNumber": "serial", "pricingParam": "pricing"}
    only(call, *filters, "pageIndex", "sinceVersionId", "includeUserState", "excludeInactiveUsers")
    asked = Filter("assignments", "apps_assignments")
    asked.add("library = ?", library.id)
    for name, column in filters.items():
        if name in call.request.args:
            asked.add(f"{column} = ?", call.request.args[name])
    after = since(call, library, "assignments")
    if after is not None:
        asked.add("version > ?", after)
    if after is None or call.quirk("apps_removed") == "silent":
        asked.add("shown_from <= ? AND (shown_until IS NULL OR shown_until > ?)", call.now, call.now)
    if flag(call, "excludeInactiveUsers"):
        active = "SELECT client_user_id FROM apps_users WHERE library = ? AND status IN ('Registered', 'Associated')"
        asked.add(f"(user IS NULL OR user IN ({active}))", library.id)
    rows, told = page(call, library, asked, "adam_id, pricing, user, serial")
    state = bool(flag(call, "includeUserState"))
    return document(told, assignments=[_assignment(call, library, row, state) for row in rows])


def _assignment(call: Call, library: Library, row: tuple[Any, ...], state: bool) -> dict[str, Any]:
    adam_id, pricing, user, serial = row
    told = {"adamId": adam_id, "pricingParam": pricing}
    if user is None:
        return told | {"serialNumber": serial}
    newest = "SELECT status, id_hash FROM apps_users WHERE library = ? AND client_user_id = ? ORDER BY position DESC LIMIT 1"
    status, hashed = call.store.row(newest, library.id, user) or ("Deleted", "")
    told |= {"clientUserId": user} | ({"idHash": hashed} if hashed else {})
    return told | {"userStatus": status} if state else told


def users(call: Call, library: Library) -> dict[str, Any]:
    """GET users."""
    only(call, "activeOnly", "retiredOnly", "clientUserId", "pageIndex", "sinceVersionId")
    asked = Filter("users", "apps_users")
    asked.add("library = ?", library.id)
    if "clientUserId" in call.request.args:
        asked.add("client_user_id = ?", call.request.args["clientUserId"])
    if flag(call, "activeOnly"):
        asked.add("status IN ('Registered', 'Associated')")
    if flag(call, "retiredOnly"):
        asked.add("status = 'Retired'")
    if (after := since(call, library, "users")) is not None:
        asked.add("version > ?", after)
    rows, told = page(call, library, asked, "client_user_id, email, invite_code, id_hash, status")
    return document(told, users=[_user(row) for row in rows])


def _user(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("clientUserId", "email", "inviteCode", "idHash", "status")
    return {name: value for name, value in zip(names, row, strict=True) if value}
