"""What to look at, from outside, to see each switch of this door. A probe tells nothing that differs between like organizations."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from tests.simulator.apps.library import HERE, MATHS, MDM, Library, number

Probe = Callable[[Library], object]
NUMBERS = {
    "apps_event_seconds": "60",
    "apps_lag": "60",
    "apps_page_size": "3",
    "apps_max_assets": "1",
    "apps_max_client_user_ids": "1",
    "apps_max_serial_numbers": "1",
    "apps_max_revoke_client_user_ids": "1",
    "apps_max_revoke_serial_numbers": "1",
    "apps_max_users": "1",
    "apps_partial_failure": "2",
}
"""The number to try where `<number>` is a value; 5 where none is listed."""
NOTED = {
    "notificationUrl": "https://mdm.example.edu/hooks",
    "notificationAuthToken": "hush",
    "notificationTypes": ["ASSET_MANAGEMENT"],
    "mdmInfo": MDM,
}


def _event(library: Library, begun: Any) -> object:
    """What an event says, and what is really so; without ids."""
    if begun.status_code != 200:
        return number(begun)
    told = library.finish(begun)
    told.pop("uId")
    return told, sorted(library.tenant.apps.held(HERE)), library.tenant.apps.users(HERE)


def _give(library: Library) -> object:
    return _event(library, library.associate(library.serials[:4]))


def _give_unknown(library: Library) -> object:
    return _event(library, library.associate([library.serials[0], "NOSUCHDEVICE"]))


def _give_again(library: Library) -> object:
    library.finish(library.associate(library.serials[:2]))
    return _give(library)


def _take_nothing(library: Library) -> object:
    return _event(library, library.associate(library.serials[:2], verb="disassociate"))


def _too_few(library: Library) -> object:
    return _event(library, library.associate(library.serials[:35]))


def _mixed(library: Library) -> object:
    library.tenant.switches.set("apps_unknown_serial", "failure")
    return _event(library, library.associate([*library.serials[:2], "NOSUCHDEVICE", "NORTHISONE"], ["nobody"]))


def _bad_token(library: Library) -> object:
    library.http.headers["Authorization"] = "Bearer bm9ib2R5IGlzc3VlZCB0aGlz"
    return number(library.get("assets"))


def _password(library: Library) -> object:
    library.tenant.apps.change_password()
    return number(library.get("assets"))


def _read_only(library: Library) -> object:
    library.use(library.tenant.apps.content_token(HERE, read_only=True))
    return library.get("assets").status_code, number(library.associate(library.serials[:1]))


def _expiry(library: Library) -> object:
    shown = ["tokenExpirationDate" in library.get("assets").json()]
    library.tenant.clock.sleep(360 * 86400)
    return [*shown, "tokenExpirationDate" in library.get("assets").json()]


def _offset(library: Library) -> object:
    return b64decode(library.tenant.apps.content_token(HERE)).partition(b'expDate":"')[2][19:25]


def _limits(library: Library) -> object:
    """What service/config tells, and whether it is kept."""
    told = library.get("service/config").json()["limits"]
    assets = number(library.associate(library.serials[:1], (), MATHS, "77"))
    users = number(library.associate((), ["ann", "ben"]))
    serials = number(library.associate(library.serials[:2]))
    revoked = [number(library.post("assets/revoke", {name: ["a", "b"]})) for name in ("clientUserIds", "serialNumbers")]
    return told, assets, users, serials, revoked, number(library.people("create", "ann", "ben"))


def _rate(library: Library) -> object:
    return [library.get("assets").status_code for _ in range(17)]


def _urls(library: Library) -> object:
    return library.get("service/config").json()["urls"]["getAssets"], number(library.get("assets"))


def _limited(library: Library) -> object:
    library.tenant.switches.set("apps_rate_limited", "always")
    answer = library.get("assets")
    return number(answer), answer.headers.get("Retry-After")


def _unavailable(library: Library) -> object:
    library.tenant.switches.set("apps_unavailable", "always")
    answer = library.get("assets")
    return number(answer), answer.headers.get("Retry-After")


def _pages(library: Library) -> object:
    library.finish(library.associate(library.serials[:10]))
    pages = [library.get("assignments", pageIndex=index).json() for index in (0, 1)]
    same = len({page.get("versionId") for page in pages}) == 1
    return [(page.get("totalPages"), page.get("size"), page.get("nextPageIndex")) for page in pages], same


def _moving_pages(library: Library) -> object:
    library.tenant.switches.set("apps_page_size", 3)
    return _pages(library)


def _versions(library: Library) -> object:
    return len({library.get("assignments").json()["versionId"] for _ in range(3)})


def _removed(library: Library) -> object:
    library.finish(library.associate(library.serials[:2]))
    before = library.get("assignments").json()["versionId"]
    library.finish(library.associate(library.serials[:1], verb="disassociate"))
    return library.listed(sinceVersionId=before)


def _lag(library: Library) -> object:
    library.finish(library.associate(library.serials[:2]))
    return library.listed()


def _forgotten(library: Library) -> object:
    begun = library.associate(library.serials[:1])
    return library.finish(begun).get("errorNumber")


def _unknown_account(library: Library) -> object:
    return _event(library, library.people("create", "ann", "stranger"))


def _account_twice(library: Library) -> object:
    library.finish(library.people("create", "ann"))
    again = {"clientUserId": "ann-again", "managedAppleId": "ann@riverside.appleid.example"}
    return _event(library, library.post("users/create", {"users": [again]}))


def _retired(library: Library) -> object:
    library.finish(library.people("create", "ann"))
    library.finish(library.associate((), ["ann"]))
    return _event(library, library.people("retire", "ann"))


def _webhook(library: Library) -> object:
    return number(library.post("client/config", NOTED))


def _notified(library: Library) -> object:
    library.post("client/config", NOTED)
    library.finish(library.associate(library.serials[:1]))
    return [kind for _, kind, _ in library.tenant.apps.notifications(HERE)]


def _late(library: Library) -> object:
    soon = _notified(library)
    library.tenant.clock.sleep(600)
    return soon, [kind for _, kind, _ in library.tenant.apps.notifications(HERE)]


PROBES: dict[str, Probe] = {
    "apps_bad_token": _bad_token,
    "apps_password_changed": _password,
    "apps_read_only": _read_only,
    "apps_token_expiration": _expiry,
    "apps_token_offset": _offset,
    "apps_max_assets": _limits,
    "apps_max_client_user_ids": _limits,
    "apps_max_serial_numbers": _limits,
    "apps_max_revoke_client_user_ids": _limits,
    "apps_max_revoke_serial_numbers": _limits,
    "apps_max_users": _limits,
    "apps_max_requests_per_second": _rate,
    "apps_limits_told": _limits,
    "apps_urls": _urls,
    "apps_rate_limited": _rate,
    "apps_retry_after": _limited,
    "apps_unavailable": lambda library: number(library.get("assets")),
    "apps_error_retry_after": _unavailable,
    "apps_unknown_parameter": lambda library: number(library.get("users", includeRetired="0")),
    "apps_page_size": _pages,
    "apps_version": _versions,
    "apps_total_pages": _moving_pages,
    "apps_removed": _removed,
    "apps_lag": _lag,
    "apps_event_seconds": _give,
    "apps_event_end": lambda library: (_give(library), library.listed()),
    "apps_event_lies": _give,
    "apps_partial_failure": _give,
    "apps_failures_told": _mixed,
    "apps_event_memory": _forgotten,
    "apps_unknown_serial": _give_unknown,
    "apps_already_assigned": _give_again,
    "apps_not_assigned": _take_nothing,
    "apps_short": _too_few,
    "apps_unknown_account": _unknown_account,
    "apps_account_twice": _account_twice,
    "apps_retiring": _retired,
    "apps_webhook": _webhook,
    "apps_notifications": _late,
}
