"""The writes: a request is judged as a whole at once, and what it asks for is done by an event later."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from providers.simulator.apps.body import Body, read
from providers.simulator.apps.library import Library, envelope
from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call

PRICINGS = ("STDQ", "PLUS")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def assets(type_: str) -> Callable[[Call, Library], dict[str, Any]]:
    """The handler of assets/associate or assets/disassociate."""

    def handle(call: Call, library: Library) -> dict[str, Any]:
        body = read(call)
        wanted = _assets(call, body)
        users, serials = _targets(call, body, "apps_max_client_user_ids", "apps_max_serial_numbers")
        _judge(call, library, type_, wanted, serials)
        plain = {"assets": wanted, "users": users, "serials": serials}
        return _event(call, library, type_, plain, len(wanted) * (len(users) + len(serials)))

    return handle


def revoke(call: Call, library: Library) -> dict[str, Any]:
    """POST assets/revoke."""
    users, serials = _targets(call, read(call), "apps_max_revoke_client_user_ids", "apps_max_revoke_serial_numbers")
    held = (
        "SELECT COUNT(*) FROM apps_assignments WHERE library = ? AND gone_at IS NULL"
        " AND (user IN (SELECT value FROM json_each(?)) OR serial IN (SELECT value FROM json_each(?)))"
    )
    count = call.store.rows(held, library.id, orjson.dumps(users).decode(), orjson.dumps(serials).decode())[0][0]
    return _event(call, library, "REVOKE", {"users": users, "serials": serials}, int(count))


def users(type_: str) -> Callable[[Call, Library], dict[str, Any]]:
    """The handler of users/create, users/update or users/retire."""

    def handle(call: Call, library: Library) -> dict[str, Any]:
        given = read(call).bodies("users")
        if not given:
            raise Refusal(9720)
        if len(given) > int(call.number("apps_max_users")):
            raise Refusal(9714)
        wanted = [_user(user) for user in given]
        if len({user["id"] for user in wanted}) < len(wanted):
            raise Refusal(9715)
        return _event(call, library, type_, {"users": wanted}, len(wanted))

    return handle


def _user(given: Body) -> dict[str, str]:
    id_, email = given.text("clientUserId"), given.text("email")
    if not id_:
        raise Refusal(9602)
    if email and not EMAIL.fullmatch(email):
        raise Refusal(9717)
    return {"id": id_, "email": email, "account": given.text("managedAppleId")}


def _assets(call: Call, body: Body) -> list[list[str]]:
    wanted = []
    for asset in body.bodies("assets"):
        pricing = asset.text("pricingParam") or PRICINGS[0]
        if not asset.text("adamId") or pricing not in PRICINGS:
            raise Refusal(9602)
        wanted.append([asset.text("adamId"), pricing])
    if not wanted:
        raise Refusal(9718)
    if len(wanted) > int(call.number("apps_max_assets")):
        raise Refusal(9700)
    if twice := _twice([tuple(asset) for asset in wanted]):
        raise Refusal(9703, _assets_info(twice))
    return wanted


def _targets(call: Call, body: Body, most_users: str, most_serials: str) -> tuple[list[str], list[str]]:
    given = body.texts("clientUserIds"), body.texts("serialNumbers")
    if not any(given):
        raise Refusal(9719)
    limits = ((given[0], most_users, 9701), (given[1], most_serials, 9702))
    for targets, switch, number in limits:
        if len(targets) > int(call.number(switch)):
            raise Refusal(number)
    for targets, name, number in ((given[0], "clientUserIds", 9704), (given[1], "serialNumbers", 9705)):
        if twice := _twice(targets):
            raise Refusal(number, {name: twice})
    return given


def _judge(call: Call, library: Library, type_: str, wanted: Sequence[Sequence[str]], serials: Sequence[str]) -> None:
    """What is wrong with the assets themselves. One that the library does not have is found out only by the event (9709)."""
    rigid, homebound = [], []
    for adam_id, pricing in wanted:
        ask = "SELECT revocable, device_assignable FROM apps_assets WHERE library = ? AND adam_id = ? AND pricing = ?"
        revocable, assignable = call.store.row(ask, library.id, adam_id, pricing) or (1, 1)
        if not revocable:
            rigid.append((adam_id, pricing))
        if not assignable:
            homebound.append((adam_id, pricing))
    if type_ == "DISASSOCIATE" and rigid:
        raise Refusal(9706, _assets_info(rigid))
    if serials and homebound:
        raise Refusal(9707, _assets_info(homebound))


def _assets_info(found: Sequence[tuple[str, ...]]) -> Mapping[str, Any]:
    return {"assets": [{"adamId": adam_id, "pricingParam": pricing} for adam_id, pricing in found]}


def _twice(found: Sequence[Any]) -> list[Any]:
    seen: set[Any] = set()
    return list(dict.fromkeys(item for item in found if item in seen or seen.add(item)))  # type: ignore[func-returns-value] # add returns None, which is false


def _event(call: Call, library: Library, type_: str, body: Mapping[str, Any], requested: int) -> dict[str, Any]:
    """Begin an event, fated now to end as the switches say."""
    id_, end = str(uuid.uuid4()), call.quirk("apps_event_end")
    ends_at = math.inf if end == "stuck" else call.now + call.number("apps_event_seconds")
    fate = {"end": end, "lies": call.quirk("apps_event_lies"), "every": int(call.number("apps_partial_failure"))}
    call.store.rows(
        "INSERT INTO apps_events (id, library, type, body, ends_at, fate, requested) VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(id_, library.id, type_, orjson.dumps(body).decode(), ends_at, orjson.dumps(fate).decode(), requested),
    )
    return {"eventId": id_} | envelope(call, library)
