"""The quirks of Apps and Books: what Apple's pages leave open, contradict themselves in, or what clients met. Names begin with apps_.

Sorts for strikes: `apps` (every request of this door), `appsget`, `appspost`, `appsassets`, `appsassignments`, `appsusers`,
`appsmanage` (associate, disassociate, revoke), `appspeople` (users created, updated, retired), `appsstatus`, `appsconfig`.
"""

from __future__ import annotations

from collections.abc import Iterator

from providers.simulator.switches import NUMBER, Switch, one

ERRORS = "App, Book, and Subscription Management: Handling Error Responses"
CONFIG = "App, Book, and Subscription Management: Service Configuration"
PAGING = "App, Book, and Subscription Management: Using Paginated Endpoints"
ASSETS = "App, Book, and Subscription Management: Managing Assets"
USERS = "App, Book, and Subscription Management: Managing Users"
STATUS = "App, Book, and Subscription Management: StatusResponse"
HOOKS = "App, Book, and Subscription Management: Subscribing to Notifications"
STARTED = "App, Book, and Subscription Management: Getting Started with the Management API"
FLEET = "fleetdm/fleet"


def _tokens() -> Iterator[Switch]:
    bad = "What a content token that nobody issued gets: 9622 with 401, 9601 with 401, or 9622 with 200."
    yield one("apps_bad_token", "401 401_9601 200", bad, f"{FLEET}: server/mdm/apple/vpp/api.go")
    yield one("apps_password_changed", "9625 9622 9601", "What a token gets whose account's password was changed.", STARTED)
    yield one("apps_read_only", "9637 9601", "What a write with a token of read-only privilege gets.", STARTED)
    shown = "When an answer tells when its token expires: in its last 15 days, always, or never."
    yield one("apps_token_expiration", "near_end always never", shown, STARTED)
    yield one("apps_token_offset", "+0000 +02:00 -0700", "The offset in a token file's expDate.", "petarov/apple-mdm-clients")


def _limits() -> Iterator[Switch]:
    for name, key, count in (
        ("apps_max_assets", "maxAssets", "25"),
        ("apps_max_client_user_ids", "maxClientUserIds", "1000"),
        ("apps_max_serial_numbers", "maxSerialNumbers", "1000"),
        ("apps_max_revoke_client_user_ids", "maxRevokeClientUserIds", "100"),
        ("apps_max_revoke_serial_numbers", "maxRevokeSerialNumbers", "100"),
        ("apps_max_users", "maxUsers", "100"),
        ("apps_max_requests_per_second", "maxRequestPerSecond", "15"),
    ):
        yield one(name, NUMBER, f"The limit {key}, told by service/config and enforced; it may change at any time.", CONFIG, default=count)
    yield one("apps_max_parallel", NUMBER, "Requests at once; one more gets 429. 0 is no limit.", PAGING, default="5")
    told = "Which limits service/config tells: today's, the fewer of older copies, or some that no page names."
    yield one("apps_limits_told", "current older unknown", told, CONFIG)
    yield one("apps_urls", "v2 moved", "Where service/config says that the endpoints are; the other place is gone (410).", CONFIG)


def _faults() -> Iterator[Switch]:
    yield one("apps_rate_limited", "never always", "A 429 although the limits are kept.", ERRORS, sort="apps")
    yield one("apps_retry_after", "missing seconds http_date garbage", "The Retry-After of a 429.", ERRORS)
    yield one("apps_unavailable", "never always", "503 with 9729; the request is not taken.", ERRORS, sort="apps")
    yield one("apps_error_retry_after", "seconds http_date missing", "The Retry-After of a 5xx.", f"{ERRORS}; VPP Using Web Services")
    yield one("apps_unknown_parameter", "refused ignored", "What a query parameter that no page names gets.", PAGING)


def _lists() -> Iterator[Switch]:
    yield one("apps_page_size", NUMBER, "How many a page holds.", PAGING, default="500")
    yield one("apps_version", "steady moves", "The version id moves although nothing changed.", PAGING, sort="appsget")
    yield one("apps_total_pages", "exact moves", "totalPages is one more on every other page.", PAGING)
    yield one("apps_removed", "silent listed", "Whether a list of changes repeats assignments that were taken away.", PAGING)
    yield one(
        "apps_lag", NUMBER, "Seconds that lists of assignments trail behind the end of an event.", f"{FLEET} issue 25458", default="0"
    )


def _events() -> Iterator[Switch]:
    yield one("apps_event_seconds", NUMBER, "Seconds from a request to the end of its event.", STATUS, default="20")
    end = "How events created now will end: stuck never ends, stuck_after does all and never ends, half does half and fails."
    yield one("apps_event_end", "complete stuck stuck_after half failed", end, ASSETS, sort="appspost")
    yield one(
        "apps_event_lies", "no nothing half", "An event says COMPLETE and did nothing, or half.", f"{FLEET} issue 20449", sort="appspost"
    )
    part = "Every so-manieth licence or user of an event fails with 9603; 0 is none."
    yield one("apps_partial_failure", NUMBER, part, ASSETS, default="0", sort="appspost")
    yield one("apps_failures_told", "grouped each numbers missing", "How an event tells its failures.", STATUS)
    yield one("apps_event_memory", NUMBER, "Seconds until an event is forgotten (9708); 0 is never.", STATUS, default="0")
    serial = "What a serial number that the organization does not have gets: a licence, COMPLETE without one, or a failure."
    yield one("apps_unknown_serial", "assigned silent failure", serial, f"{FLEET} issue 20449")
    yield one(
        "apps_already_assigned",
        "success failure",
        "How assigning a licence again to its holder ends.",
        "VPP: Interpreting Error Codes (9616)",
    )
    yield one("apps_not_assigned", "success failure", "How taking away a licence that nobody holds ends.", f"{FLEET} issue 28069 (9610)")
    yield one("apps_short", "some none", "Whether an asset with too few licences serves some of its targets, or none (9709).", ERRORS)


def _users() -> Iterator[Switch]:
    yield one("apps_unknown_account", "failure accepted", "What a Managed Apple Account that nobody has gets (9635).", ERRORS)
    yield one("apps_account_twice", "failure accepted", "What an account that another user of the library has gets (9641).", ERRORS)
    yield one("apps_retiring", "frees keeps", "Whether retiring a user frees the app licences of that user.", USERS)


def _notifications() -> Iterator[Switch]:
    yield one("apps_webhook", "reachable unreachable", "Whether the TEST_NOTIFICATION arrives; else 9728.", HOOKS)
    yield one("apps_notifications", "once twice late lost", "What comes of a notification.", HOOKS)


def switches() -> Iterator[Switch]:
    """Every switch of this door."""
    for group in (_tokens, _limits, _faults, _lists, _events, _users, _notifications):
        yield from group()
