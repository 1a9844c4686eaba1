"""Every quirk of the pretend Apple: what the documentation leaves open and what administrators met, each a named switch.

The defaults are the mildest reading of Apple's pages. `page` says who stated it: a page of Apple's documentation by its title,
or the public project whose authors saw it on the live service.
"""

from __future__ import annotations

from collections.abc import Iterator

from providers.simulator.academic import switches as academic
from providers.simulator.apps import switches as apps
from providers.simulator.enrolment import switches as enrolment
from providers.simulator.switches import NUMBER, Switch, one

ACTIVITY = "Apple School Manager API: Create an OrgDeviceActivity"
ACTIVITY_READ = "Apple School Manager API: OrgDeviceActivity.Attributes"
OAUTH = "Apple: Implementing OAuth for the Apple School and Business Manager API"
DEVICES = "Apple School Manager API: Get Organization Devices"
SERVICES = "Apple School Manager API: Get Device Management Services"
ERRORS = "Apple School Manager API: ErrorResponse"
PAGING = "Apple School Manager API: PagingInformation"
TERRAFORM = "terraform-provider-axm: README and AGENTS.md"
ASBMUTIL = "asbmutil"
OFTEN = "reported by several clients"


def _sign_in() -> Iterator[Switch]:
    yield one("token", "ok 429 500 invalid_client html", "What the token endpoint answers.", OAUTH, sort="token")
    yield one("token_life", NUMBER, "Seconds until an access token stops working; the answer always says 3600.", OAUTH, default="3600")
    yield one("token_revoked", "never always", "An access token is refused with 401 and forgotten.", OAUTH, sort="any")
    yield one("kid", "match_if_present required forbidden", "What the assertion's header may say of the key id.", "an abctl auth note")
    yield one("assertion_iss", "optional required", "Whether the assertion must name its issuer.", OAUTH)
    yield one("assertion_jti", "optional required", "Whether the assertion must carry a unique id.", OAUTH)
    yield one("assertion_180_days", "allowed refused", "Whether an assertion may live exactly 180 days, as in Apple's sample.", OAUTH)


def _budget() -> Iterator[Switch]:
    yield one("rate_limit_get", NUMBER, "Reads a minute for the whole organization; 0 is no limit.", TERRAFORM, default="20")
    yield one("rate_limit_post", NUMBER, "Writes an hour for the whole organization; 0 is no limit.", TERRAFORM, default="10")
    yield one(
        "rate_limited", "never always", "A 429 although the budget is not used up.", "axm2snipe notes (an MDM shares the limit)", sort="any"
    )
    yield one("retry_after", f"seconds http_date missing garbage {NUMBER}", "The Retry-After of a 429.", TERRAFORM)


def _faults() -> Iterator[Switch]:
    cut = "The connection is cut before the request is taken, after it was taken, or midway through the answer."
    yield one("cut_connection", "never before after midway", cut, f"{ASBMUTIL} issue 13", sort="any")
    yield one("server_error", "never before after", "A 5xx answer, before or after the request was taken.", TERRAFORM, sort="any")
    yield one("server_error_status", "500 502 503 504", "The status of server_error.", TERRAFORM)
    yield one("server_error_body", "json html empty truncated", "The body of server_error.", TERRAFORM)
    edge = "An HTML page of the edge with this status instead of the answer; the request is not taken."
    statuses = "never 502 503 520 521 522 523 524 525 526 527 530"
    yield one("html_error_page", statuses, edge, "terraform-provider-axm (long paginations)", sort="any")
    yield one("broken_json", "never always", "A 200 whose body is cut off in the middle.", OFTEN, sort="any")
    yield one("slow_answer", NUMBER, "Seconds (of simulated time) that an answer takes.", OFTEN, default="0", sort="any")
    yield one("accept", "strict lenient", "Whether an Accept other than application/json gets 406.", "nanoaxm")


def _documents() -> Iterator[Switch]:
    yield one("json_layout", "compact apple", "Pretty-printed with a space before the colon, as Apple's edge sends it.", "nanoaxm")
    yield one("extra_attributes", "absent present", "Attributes that no page names.", DEVICES)
    macs = "How MAC addresses come: Wi-Fi and Bluetooth as text and Ethernet as list, all as text, all as lists, or not at all."
    yield one("mac_addresses", "documented string list missing", macs, "Apple School Manager API: changelog 1.2, 1.4, 1.5")
    yield one("imei_meid", "list string", "Whether imei and meid are lists or text.", "micromdm/apple-device-services")
    serial = "Whether a device's attributes repeat its serial number."
    yield one("serial_number", "present missing missing_in_single", serial, "Apple School Manager API: Get Device Information")
    yield one("purchase_source", "purchaseSourceId purchaseSourceUid both", "How the purchase source's id is spelled.", DEVICES)
    yield one("migration_attributes", "missing null", "How a device without a migration says so.", DEVICES)
    yield one("migration_fields", "accepted refused", "Whether fields[orgDevices] may name the migration attributes.", DEVICES)
    yield one("single_service", "ok 403", "Whether one service can be read by its id.", "hitoshiichikawa/apple-business-go")
    added = "The service attributes added in 1.6: status, deviceCount, default families, last connection, release flag."
    yield one("service_attributes", "present absent null", added, SERVICES)
    lean = "Whether services come with all attributes when fields[mdmServers] is not given."
    yield one("service_default_fields", "lean all", lean, "terraform-provider-axm (mdm_servers.go)")
    yield one("service_devices", "absent present", "Whether a service embeds its first ten devices.", "OpenAPI of School 1.3")
    yield one("device_count", "live stale", "Whether deviceCount is counted anew or once an hour.", SERVICES)
    yield one("unassigned_server", "empty_id 404 null", "What the assignedServer of an unassigned device is.", OFTEN)
    yield one(
        "deleted_service",
        "gone shown",
        "Whether a deleted service stays listed with status DELETED.",
        "Apple School Manager API: MdmServerStatus",
    )
    yield one("duplicate_service_names", "refused allowed", "Whether two services may share a name in the portal.", OFTEN)
    yield one("payment_type", "upper mixed", "How paymentType of AppleCare is written.", "axm2snipe notes")
    yield one("activation_lock", "ok 500", "Whether the lock's state can be told.", "Apple School Manager API 1.7: activationLockStatus")


def _paging() -> Iterator[Switch]:
    yield one("pages", "steady repeat overlap short empty loop", "How pages follow one another.", f"{ASBMUTIL} pull request 21")
    yield one("next_link", "full cursor_only missing foreign relative", "What links.next is.", PAGING)
    yield one("next_cursor", "present missing", "Whether meta.paging names the next cursor.", PAGING)
    yield one("end_cursor", "missing empty null", "How the last page says so.", "deploymenttheory/go-sdk-appleservices fixtures")
    yield one("cursor_life", NUMBER, "Seconds that a cursor is good for; 0 is for ever.", f"{ASBMUTIL} pull request 21", default="0")
    yield one("bad_cursor", "400 first_page", "What a cursor that is not understood gets.", "App Store Connect API (same platform)")
    yield one("bad_limit", "400 clamped", "What a limit outside 1 to 1000 gets.", DEVICES)
    yield one("paging_total", "missing present", "Whether meta.paging says how many there are.", PAGING)


def _activities() -> Iterator[Switch]:
    unknown = "What an assignment of a serial that the organization does not have gets."
    yield one("unknown_serial", "async_error silent_success 409 422", unknown, f"{ACTIVITY}; {ASBMUTIL} issue 22")
    same = "How an activity ends for a device that already is where it should be."
    yield one("reassign_same", "completed_with_error success", same, "hitoshiichikawa/apple-business-go live test")
    elsewhere = "Whether unassigning works for a device that another service holds."
    yield one("unassign_elsewhere", "error success", elsewhere, ACTIVITY)
    yield one("activity_seconds", NUMBER, "Seconds from the request to the end of the activity.", TERRAFORM, default="20")
    end = "How activities created now will end. stopped moves half; stuck never ends; stuck_after_moving moves all and never ends."
    endings = "completed stuck stuck_after_moving failed stopped post_processing_failed"
    yield one("activity_end", endings, end, ACTIVITY_READ, sort="activities")
    lie = "An activity says COMPLETED_WITH_SUCCESS and moved nothing, or half."
    yield one("lying", "no nothing half", lie, f"{ASBMUTIL} issue 22", sort="activities")
    yield one(
        "partial_failure", NUMBER, "Every so-manieth device of an activity fails; 0 is none.", ACTIVITY_READ, default="0", sort="activities"
    )
    yield one("linkage_lag", NUMBER, "Seconds that reads trail behind the end of an activity.", "go-sdk-appleservices tests", default="15")
    yield one("activity_type", "absent present", "Whether an activity repeats its activityType.", ACTIVITY)
    yield one("activity_memory", NUMBER, "Seconds until an activity is forgotten (404); 0 is never.", ACTIVITY_READ, default="0")
    yield one("max_devices", NUMBER, "The most devices an activity may name; 0 is no limit.", ACTIVITY, default="0")
    yield one("too_many_devices", "409 422", "What an activity above max_devices gets.", ACTIVITY)


def _logs() -> Iterator[Switch]:
    log = "What comes of an activity's log."
    yield one("log", "present missing html truncated no_header expired_url empty", log, TERRAFORM, sort="log")
    yield one("log_preamble", "ragged none wide", "The rows above the log's header.", "terraform-provider-axm (helpers.go)")
    yield one("log_words", "named empty strange", "The operation_substatus of a device that failed.", "terraform-provider-axm tests")
    yield one(
        "log_with_bearer", "400 403", "What a log that is asked for with the API's bearer gets.", "terraform-provider-axm (helpers.go)"
    )


def _all() -> Iterator[Switch]:
    for group in (_sign_in, _budget, _faults, _documents, _paging, _activities, _logs):
        yield from group()


SCHOOL_SWITCHES: dict[str, Switch] = {switch.name: switch for switch in _all()}
"""The switches of the Apple School Manager API by name, in the order in which a request meets them."""
SWITCHES: dict[str, Switch] = {
    **SCHOOL_SWITCHES,
    **{switch.name: switch for switch in academic.switches()},
    **{switch.name: switch for switch in enrolment.switches()},
    **{switch.name: switch for switch in apps.switches()},
}
"""Every switch of every door, by name."""
