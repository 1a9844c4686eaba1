"""The Roster API: people, their roles by location, and classes, to read only. Ids are opaque, and no person_id is told.

Apple, "Roster API". How an app is let in is Sign in with Apple's code flow and an administrator's consent; here one client of the
organization has the refresh token of that consent (or gets a token by client credentials), and the switch roster_api_consent stands for
the administrator. The shape of errors
and the largest page are not said by any page: errors are those of the School Manager API, a page holds 1 to 1000.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.simulator.academic import people
from providers.simulator.answers import Answer, ApiError, Refusal
from providers.simulator.call import Call, bad_parameter, not_found
from providers.simulator.clock import wire_time
from providers.simulator.limits import retry_after
from providers.simulator.store import Store

USERS_READ, CLASSES_READ = "edu.users.read", "edu.classes.read"
SCOPES = frozenset((USERS_READ, CLASSES_READ))
ROLES = ("Student", "Instructor")
_DIGEST = 32
_PAGE_TOKEN = re.compile(r"[0-9a-f]{40}")


def credentials(store: Store) -> tuple[str, str]:
    """Client id and secret of the one app that may read; made when first asked for."""
    with store.transaction():
        if store.meta("roster_client_id") is None:
            store.set_meta("roster_client_id", f"example.roster.{secrets.token_hex(4)}")
            store.set_meta("roster_client_secret", secrets.token_urlsafe(24))
        return str(store.meta("roster_client_id")), str(store.meta("roster_client_secret"))


def refresh_token(store: Store) -> str:
    """What the app was given when an administrator let it read everything; made when first asked for."""
    with store.transaction():
        if store.meta("roster_refresh_token") is None:
            store.set_meta("roster_refresh_token", secrets.token_urlsafe(24))
        return str(store.meta("roster_refresh_token"))


def token(call: Call) -> Answer:
    """POST /rosterapi/token: an access token for the scopes asked for, or 400 with an RFC 6749 error."""
    given = call.request.form
    grant = given.get("grant_type")
    if grant not in ("client_credentials", "refresh_token"):
        return Answer({"error": "unsupported_grant_type"}, 400)
    if (given.get("client_id"), given.get("client_secret")) != credentials(call.store):
        return Answer({"error": "invalid_client"}, 400)
    if grant == "refresh_token" and given.get("refresh_token") != refresh_token(call.store):
        return Answer({"error": "invalid_grant"}, 400)
    scopes = set(SCOPES) if grant == "refresh_token" else set(given.get("scope", "").split())
    if not scopes or not scopes <= SCOPES:
        return Answer({"error": "invalid_scope"}, 400)
    value = secrets.token_urlsafe(48)
    call.store.rows("INSERT INTO roster_tokens VALUES (?, ?, ?)", value, " ".join(sorted(scopes)), call.now)
    return Answer({"access_token": value, "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(sorted(scopes))})


def users(call: Call) -> Answer:
    """GET /rosterapi/v1/users."""
    _enter(call, USERS_READ)
    return _page(call, "users", [_user(person) for person in _persons(call)])


def user(call: Call, user_id: str) -> Answer:
    """GET /rosterapi/v1/users/{id}."""
    _enter(call, USERS_READ)
    for person in _persons(call):
        if person.unique_identifier == user_id:
            return Answer(_user(person))
    raise not_found("users", user_id)


def classes(call: Call) -> Answer:
    """GET /rosterapi/v1/classes."""
    _enter(call, CLASSES_READ)
    return _page(call, "classes", [_class(one) for one in people.classes(call.store)])


def class_users(call: Call, class_id: str) -> Answer:
    """GET /rosterapi/v1/classes/{id}/users, with ?role= those of one role."""
    _enter(call, USERS_READ, "role")
    role = call.request.args.get("role", "")
    if role and role not in ROLES:
        raise Refusal(bad_parameter("role", f"'{role}' is not one of {', '.join(ROLES)}"))
    for one in people.classes(call.store):
        if one.unique_identifier == class_id:
            members = {"Student": one.students, "Instructor": one.instructors}
            wanted = {uid for name in ROLES if role in ("", name) for uid in members[name]}
            return _page(call, "users", [_user(person) for person in _persons(call) if person.unique_identifier in wanted])
    raise not_found("classes", class_id)


HANDLERS: Mapping[str, tuple[str, Callable[..., Answer]]] = {
    "/rosterapi/token": ("POST", token),
    "/rosterapi/v1/users": ("GET", users),
    "/rosterapi/v1/users/<user_id>": ("GET", user),
    "/rosterapi/v1/classes": ("GET", classes),
    "/rosterapi/v1/classes/<class_id>/users": ("GET", class_users),
}
"""Address → its method and handler."""


def _enter(call: Call, scope: str, *parameters: str) -> None:
    """Refuse whoever may not read this, and parameters that the address does not have."""
    failure = call.quirk("roster_api_failure")
    if failure != "never":
        error = ApiError(int(failure), "UNEXPECTED_ERROR", "An unexpected error occurred.", "Try again later.")
        raise Refusal(error, headers=retry_after(call, 60.0) if failure == "429" else {})
    scheme, _, value = call.request.headers.get("Authorization", "").partition(" ")
    known = call.store.row("SELECT scopes, issued_at FROM roster_tokens WHERE token = ?", value)
    if scheme != "Bearer" or known is None or call.now >= known[1] + call.number("roster_api_token_life"):
        raise Refusal(ApiError(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.", "Get another access token."))
    if call.quirk("roster_api_consent") == "missing" or scope not in known[0].split():
        raise Refusal(ApiError(403, "FORBIDDEN_ERROR", "This operation is not allowed", f"An administrator must allow {scope}."))
    call.only("limit", call.quirk("roster_api_page_parameter"), *parameters)


def _page(call: Call, name: str, rows: Sequence[Mapping[str, Any]]) -> Answer:
    begin, limit = _begin(call), call.limit()
    end = begin + limit
    page: dict[str, Any] = {name: rows[begin:end], "moreToFollow": end < len(rows)}
    if end < len(rows):
        page["nextPageToken"] = _page_token(call, end)
    return Answer(page)


def _begin(call: Call) -> int:
    parameter = call.quirk("roster_api_page_parameter")
    value = call.request.args.get(parameter, "")
    if not value:
        return 0
    begin = int(value[_DIGEST:], 16) if _PAGE_TOKEN.fullmatch(value) else 0
    if value != _page_token(call, begin):
        raise Refusal(bad_parameter(parameter, "The page token is not valid for this list"))
    return begin


def _page_token(call: Call, begin: int) -> str:
    """Names a list and a place in it."""
    secret = call.store.meta("log_secret")
    return hashlib.sha256(f"{secret} {call.request.path} {begin}".encode()).hexdigest()[:_DIGEST] + f"{begin:08x}"


def _persons(call: Call) -> list[people.Person]:
    hidden = call.quirk("roster_api_deactivated") == "hidden"
    return [person for person in people.persons(call.store) if not (hidden and person.status != "Active")]


def _user(person: people.Person) -> dict[str, Any]:
    told = {
        "id": person.unique_identifier,
        "email": person.email_address or person.managed_apple_id,
        "givenName": person.first_name,
        "middleName": person.middle_name,
        "familyName": person.last_name,
        "grade": person.grade_level,
        "roleLocationMapping": [{"roleName": grant.role, "locationId": f"LO:{grant.location}"} for grant in person.roles],
        "dateCreated": wire_time(person.created_at),
        "dateLastModified": wire_time(person.op_at),
    }
    return {name: value for name, value in told.items() if value != ""}


def _class(one: people.Class) -> dict[str, Any]:
    told = {
        "id": one.unique_identifier,
        "name": one.name,
        "number": one.class_number,
        "room": one.room,
        "locationId": f"LO:{one.location}",
        "instructorIds": list(one.instructors),
        "studentIds": list(one.students),
        "dateLastModified": wire_time(one.op_at),
    }
    return {name: value for name, value in told.items() if value != ""}
