"""What Apple leaves open about device enrolment, and what clients met: each a named switch, by default the mildest reading of the pages.

What goes wrong on the way (cut_connection, server_error, rate_limited, slow_answer …) is shared with the other doors: strike it at the
sort `enrolment`, which is every request here, or at one of the sorts of a single address.
"""

from __future__ import annotations

from collections.abc import Iterator

from providers.simulator.switches import NUMBER, Switch, one

CODES = "Apple: Interpreting Automated Device Enrollment error codes"
AUTH = "Apple: Authenticating with a device management service for Automated Device Enrollment"
TOKEN = "Apple: Examining server tokens"  # noqa: S105 - a page's title
FETCH = "Apple: Fetch Devices; Sync Devices"
ASSIGN = "Apple: Assign a Profile"
ROSTER = "MDM Protocol Reference: MDM Rosters"
UNSAID = "not said by any page"


def switches() -> Iterator[Switch]:
    """All of them, in the order in which a client meets them."""
    for group in (_token, _session, _wire, _devices, _moves, _profiles, _organization, _roster):
        yield from group()


def _token() -> Iterator[Switch]:
    shape = "The server token's file: markers around its JSON; JSON broken into lines, without markers; or the older media type."
    yield one("enrolment_server_token", "markers wrapped x_pkcs7", shape, TOKEN)


def _session() -> Iterator[Switch]:
    yield one("enrolment_clock_skew", NUMBER, "Seconds that a client's clock may differ.", AUTH, default="300")
    refused = "The status of a token or signature that is refused; the page says 401."
    yield one("enrolment_token_refused", "401 400 403", refused, "fleetdm/fleet issue 47700; micromdm/micromdm issue 777")
    terms = "Whether an administrator has accepted the newest terms; until then every request fails."
    yield one("enrolment_terms", "signed unsigned", terms, f"{CODES}; fleetdm/fleet issue 8431", sort="enrolment")
    yield one("enrolment_access", "granted denied", "Whether a session is given at all.", CODES, sort="session")
    yield one("enrolment_session_token", "hex long", "The shape of a session's token.", "petarov/apple-mdm-clients tests")
    life = "Seconds that a session outlives its last request."
    yield one("enrolment_session_life", NUMBER, life, UNSAID, default="180")
    yield one("enrolment_session_expires", "never always", "A session ends in the middle of the work.", CODES, sort="enrolment")
    yield one("enrolment_session_expired", "401 403", "What an expired session gets.", "zentral (renews on either)")
    rotates = "Whether answers bring a new session, and whether the old one then ends at once."
    yield one("enrolment_session_rotates", "never keeping dying", rotates, AUTH, sort="enrolment")


def _wire() -> Iterator[Switch]:
    yield one("enrolment_default_version", NUMBER, "The version of the protocol for requests that name none.", UNSAID, default="1")
    yield one("enrolment_newest_version", NUMBER, "The newest version of the protocol that is spoken.", FETCH, default="10")
    agent = "What a User-Agent must be: product/version and no bare library's, anything, or nothing at all."
    yield one("enrolment_user_agent", "product any optional", agent, "micromdm/nanodep issue 42")
    content = "Which requests must say that they are JSON in UTF-8: those with a body, or all, GET /session included."
    yield one("enrolment_content_type", "bodies all", content, "depsim")
    yield one("enrolment_error_text", "bare quoted", "Whether an error's word stands in quotation marks.", f"{CODES}; depsim")


def _devices() -> Iterator[Switch]:
    yield one("enrolment_limit_default", NUMBER, "Devices in a page when no limit is asked for.", "zentral tests", default="1000")
    yield one("enrolment_limit_maximum", NUMBER, "The most devices in a page.", "zentral tests; micromdm testdata (5000)", default="1000")
    yield one("enrolment_cursor_life", NUMBER, "Seconds that a cursor of devices is good for.", FETCH, default="604800")
    loop = "An answer repeats the request's cursor and says that there is more."
    yield one("enrolment_cursor_repeats", "never always", loop, "micromdm/micromdm pull request 1016", sort="sync")
    unknown = "What a serial that is not the service's own gets."
    yield one("enrolment_unknown_serial", "NOT_ACCESSIBLE NOT_FOUND", unknown, "Apple: Get Device Details; older clients know NOT_FOUND")
    empty = "The profile_status of a device without a profile."
    yield one("enrolment_empty_status", "empty blank", empty, "Apple: Device; petarov/apple-mdm-clients tests")
    exhausted = "Where a cursor that has told everything gets EXHAUSTED_CURSOR."
    yield one("enrolment_exhausted", "fetch fetch_and_sync never", exhausted, FETCH)
    yield one("enrolment_lag", NUMBER, "Seconds until devices that came or went are told.", "fleetdm/fleet issue 8741", default="0")


def _moves() -> Iterator[Switch]:
    deletes = "How a device that left the service is told: whole, by its serial alone, or not at all."
    yield one("enrolment_deletes", "whole sparse missing", deletes, "fleetdm/fleet issue 49268")
    moved = "How a device that came from another service is told."
    yield one("enrolment_moved", "added modified both", moved, "micromdm/nanodep pull request 16")
    missed = "Every so-manieth change that a sync leaves out; 0 is none."
    yield one("enrolment_sync_misses", NUMBER, missed, "fleetdm/fleet issue 49837", default="0")
    yield one(
        "enrolment_throttled_in_sync", "shown hidden", "Whether throttled devices are told by a sync.", "fleetdm/fleet pull request 45590"
    )


def _profiles() -> Iterator[Switch]:
    contact = "Whether a profile must name a department and a support telephone number."
    yield one("enrolment_profile_contact", "optional required", contact, "depsim")
    every = "Every so-manieth device of an assignment is throttled; 0 is none."
    yield one("enrolment_throttled", NUMBER, every, f"{ASSIGN}; fleetdm/fleet issue 14957", default="0", sort="assign")
    failed = "Every so-manieth device of an assignment fails; 0 is none."
    yield one("enrolment_assign_fails", NUMBER, failed, ASSIGN, default="0", sort="assign")
    yield one(
        "enrolment_cool_down", NUMBER, "Seconds until a throttled device can be assigned.", "fleetdm/fleet issue 14957", default="86400"
    )
    yield one(
        "enrolment_silent",
        NUMBER,
        "Every so-manieth device is left out of the answer; 0 is none.",
        "fleetdm/fleet pull request 31666",
        default="0",
        sort="assign",
    )
    yield one(
        "enrolment_most_devices",
        NUMBER,
        "Devices in one assignment above which all of them fail.",
        "fleetdm/fleet issue 36770",
        default="1000",
    )
    yield one("enrolment_lying", "no nothing", "An assignment says SUCCESS and did nothing.", UNSAID, sort="assign")
    missing = "What a profile that does not exist gets: 400 or 404 NOT_FOUND, or 404 PROFILE_NOT_FOUND."
    yield one("enrolment_profile_not_found", "400 404 PROFILE_NOT_FOUND", missing, "Apple: Get a Profile; other clients expect 404")
    yield one(
        "enrolment_replacement_not_found",
        "400 404",
        "What a device without a predecessor gets.",
        "petarov/apple-mdm-clients; Apple's page says 404",
    )


def _organization() -> Iterator[Switch]:
    yield one(
        "enrolment_discovery",
        "supported unsupported",
        "Whether the organization may set a service-discovery address.",
        "Apple: Assign an account-driven enrollment profile",
    )
    yield one(
        "enrolment_beta", "on off", "Whether the organization takes part in AppleSeed for IT.", "Apple: Get OS Beta Enrollment Tokens"
    )
    disown = "What a service that may not release devices gets: FAILED for each of them, or 403."
    yield one("enrolment_disown_refused", "failed 403", disown, UNSAID)
    lock = "What locking a device is answered."
    yield one("enrolment_activation_lock", "ok ORG_NOT_SUPPORTED FAILED", lock, "Apple: Activation Lock a Device")


def _roster() -> Iterator[Switch]:
    course = "Where courses are: the address of the old reference, of the current pages, or both. The account lists the first of them."
    yield one("mdm_roster_course_path", "both old current", course, f"{ROSTER}; the live account listing")
    yield one("mdm_roster_limit", NUMBER, "Records in a page, at most and unless fewer are asked for.", ROSTER, default="1000")
    yield one("mdm_roster_more", "bool string", "Whether more_to_follow is true or false, or a text that says so.", ROSTER)
    deletes = "Whether a sync tells what was deleted, as no longer active, or is silent."
    yield one("mdm_roster_deletes", "silent reported", deletes, f"{ROSTER} (its introduction and its notes contradict each other)")
    life = "Seconds that a cursor is good for: seven days in the text, one day in the list of errors."
    yield one("mdm_roster_cursor_life", NUMBER, life, ROSTER, default="604800")
    yield one(
        "mdm_roster_cursor_repeats",
        "never always",
        "An answer repeats the request's cursor and says that there is more.",
        UNSAID,
        sort="mdmroster",
    )
    yield one(
        "mdm_roster_sync_without_cursor",
        "refused everything",
        "What a sync without a cursor gets.",
        f"{ROSTER} (optional in the table, CURSOR_REQUIRED in the errors)",
    )
    yield one("mdm_roster_members", "list null", "Whether a class without members has an empty list or null.", "Apple: RosterClass")
    system = "Whether source_system_identifier is each record's own, or the same for all from one source."
    yield one("mdm_roster_source_ids", "own repeated", system, ROSTER)
    yield one("mdm_roster_lag", NUMBER, "Seconds until a sync tells of a change.", ROSTER, default="0")
    yield one("mdm_roster_repeats", "never always", "A sync tells a record twice.", ROSTER)
