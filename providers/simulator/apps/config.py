"""service/config and client/config: where things are, what the limits are, whose token this is and who manages the location."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson

from providers.simulator.apps import notifications
from providers.simulator.apps.body import read
from providers.simulator.apps.library import Library, envelope
from providers.simulator.apps.refusal import NUMBERS, Refusal
from providers.simulator.call import Call

ROOT = "/mdm/v2"
MOVED = "/mdm/v2.1"
PATHS = {
    "clientConfig": "client/config",
    "getAssets": "assets",
    "getAssignments": "assignments",
    "associateAssets": "assets/associate",
    "disassociateAssets": "assets/disassociate",
    "revokeAssets": "assets/revoke",
    "getUsers": "users",
    "createUsers": "users/create",
    "updateUsers": "users/update",
    "retireUsers": "users/retire",
    "eventStatus": "status",
}
"""service/config's names of the endpoints → where they are below the root."""
LIMITS = {
    "maxAssets": "apps_max_assets",
    "maxClientUserIds": "apps_max_client_user_ids",
    "maxSerialNumbers": "apps_max_serial_numbers",
    "maxRevokeClientUserIds": "apps_max_revoke_client_user_ids",
    "maxRevokeSerialNumbers": "apps_max_revoke_serial_numbers",
    "maxUsers": "apps_max_users",
    "maxRequestPerSecond": "apps_max_requests_per_second",
}
"""service/config's names of the limits that move → their switches."""
FIXED = {"maxNotificationLength": 512, "maxMdmIdLength": 100, "maxMdmNameLength": 100, "maxMdmMetadataLength": 255}
NEWER = {"maxSubscriptions": 25, "maxSubscriptionClientUserIds": 1000}
NOTIFICATIONS = (
    "ASSET_COUNT",
    "ASSET_MANAGEMENT",
    "USER_MANAGEMENT",
    "USER_ASSOCIATED",
    "SUBSCRIPTION_MANAGEMENT",
    "SUBSCRIPTION_COUNT",
    "UNLIMITED_ASSET",
)
MDM_INFO = (("id", "maxMdmIdLength", 9724), ("name", "maxMdmNameLength", 9725), ("metadata", "maxMdmMetadataLength", 9713))
COUNTRY = "US"


def root(call: Call) -> str:
    """Where the endpoints are now."""
    return MOVED if call.quirk("apps_urls") == "moved" else ROOT


def service(call: Call) -> dict[str, Any]:
    """GET service/config; it needs no token."""
    base = f"{call.origin}{root(call)}"
    urls = {name: f"{base}/{path}" for name, path in PATHS.items()}
    urls["contentMetadataLookup"] = "https://uclient-api.itunes.apple.com/WebObjects/MZStorePlatform.woa/wa/lookup"
    urls["invitationEmail"] = (
        "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?inviteCode=%25inviteCode%25"
    )
    return {
        "errorCodes": [{"errorNumber": number, "errorMessage": message} for number, (_, message) in NUMBERS.items()],
        "limits": _limits(call),
        "notificationTypes": list(NOTIFICATIONS[:4]),
        "urls": urls,
    }


def _limits(call: Call) -> dict[str, int]:
    told = {name: int(call.number(switch)) for name, switch in LIMITS.items()} | FIXED
    manner = call.quirk("apps_limits_told")
    if manner == "older":
        return {name: value for name, value in told.items() if name != "maxRequestPerSecond"}
    return told | NEWER | ({"maxPigeons": 7} if manner == "unknown" else {})


def client(call: Call, library: Library) -> dict[str, Any]:
    """GET client/config."""
    url, token, types = call.store.rows(
        "SELECT notification_url, notification_token, notification_types FROM apps_libraries WHERE id = ?", library.id
    )[0]
    told: dict[str, Any] = {
        "countryISO2ACode": COUNTRY,
        "defaultPlatform": "volumestore",
        "locationName": library.location,
        "websiteURL": "https://school.apple.com",
    }
    if url:
        told |= {"notificationUrl": url, "notificationAuthToken": token, "subscribedNotificationTypes": orjson.loads(types)}
    return told | envelope(call, library)


def configure(call: Call, library: Library) -> dict[str, Any]:
    """POST client/config: who manages this location, and where notifications go. What is not given stays as it is."""
    body = read(call)
    mdm = _mdm_info(body.value("mdmInfo", dict))
    url, token = body.text("notificationUrl"), body.text("notificationAuthToken")
    types = body.texts("notificationTypes")
    if set(types) - {*NOTIFICATIONS, notifications.TEST}:
        raise Refusal(9602)
    if url or token:
        _check_address(url, token)
        notifications.test(call, library.id)
        place = "UPDATE apps_libraries SET notification_url = ?, notification_token = ? WHERE id = ?"
        call.store.rows(place, url, token, library.id)
    if "notificationTypes" in body:
        listed = orjson.dumps(types).decode()
        call.store.rows("UPDATE apps_libraries SET notification_types = ? WHERE id = ?", listed, library.id)
    if mdm is not None:
        call.store.rows("UPDATE apps_libraries SET mdm_info = ? WHERE id = ?", orjson.dumps(mdm).decode(), library.id)
        library = Library(library.id, library.location, mdm, library.expires_at, library.read_only)
    return client(call, library)


def _mdm_info(given: dict[str, Any] | None) -> dict[str, str] | None:
    if given is None:
        return None
    if set(given) != {"id", "name", "metadata"} or not all(isinstance(value, str) and value for value in given.values()):
        raise Refusal(9723)
    for name, limit, number in MDM_INFO:
        if len(given[name]) > FIXED[limit]:
            raise Refusal(number)
    return given


def _check_address(url: str, token: str) -> None:
    if not (url and token):
        raise Refusal(9710)
    if max(len(url), len(token)) > FIXED["maxNotificationLength"]:
        raise Refusal(9711)
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise Refusal(9712)
