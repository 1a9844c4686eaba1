"""Signing in: the token endpoint's judgement of a client assertion, and the bearer that each API request needs.

Apple, "Implementing OAuth for the Apple School and Business Manager API": the parameters come in the query or in a form body, the
assertion is an ES256 JWT whose audience is always the v2 address, whatever address it is posted to.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from providers.simulator.answers import Answer, ApiError, Refusal, page_of_html
from providers.simulator.call import Call
from providers.simulator.limits import retry_after

AUDIENCE = "https://account.apple.com/auth/oauth2/v2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "school.api"
LONGEST_SECONDS = 180 * 86400
PARAMETERS = ("grant_type", "client_id", "client_assertion_type", "client_assertion", "scope")


class Rejected(Exception):
    """The token endpoint says no, with an RFC 6749 error code."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def token(call: Call) -> Answer:
    """POST /auth/oauth2/token: an access token, or 400 with an RFC 6749 body."""
    quirk = call.quirk("token")
    if quirk == "html":
        return page_of_html(503, "Service Temporarily Unavailable")
    if quirk == "429":
        return Answer({"error": "too_many_requests"}, 429, headers=retry_after(call, 60.0))
    if quirk == "500":
        return Answer({"error": "server_error"}, 500)
    try:
        if quirk == "invalid_client":
            raise Rejected("invalid_client", "the client is not known")
        _judge(call, _parameters(call))
    except Rejected as problem:
        return Answer({"error": problem.code, "error_description": problem.description}, 400)
    return _issue(call)


def require_bearer(call: Call) -> None:
    """401 unless the request carries an access token that is still good."""
    scheme, _, value = call.request.headers.get("Authorization", "").partition(" ")
    if call.quirk("token_revoked") == "always":
        call.store.rows("DELETE FROM tokens WHERE token = ?", value)
    known = call.store.row("SELECT issued_at FROM tokens WHERE token = ?", value)
    if scheme != "Bearer" or known is None or call.now >= known[0] + call.number("token_life"):
        title = "Authentication credentials are missing or invalid."
        detail = "Provide a properly configured and signed bearer token, and make sure that it has not expired."
        raise Refusal(ApiError(401, "NOT_AUTHORIZED", title, detail))


def _parameters(call: Call) -> dict[str, str]:
    """The five parameters, wherever they are."""
    given = {name: call.request.values[name] for name in PARAMETERS if name in call.request.values}
    missing = [name for name in PARAMETERS if name not in given]
    if missing:
        raise Rejected("invalid_request", f"missing: {', '.join(missing)}")
    return given


def _judge(call: Call, given: Mapping[str, str]) -> None:
    if given["grant_type"] != "client_credentials":
        raise Rejected("unsupported_grant_type", "only client_credentials is supported")
    if given["scope"] != SCOPE:
        raise Rejected("invalid_scope", f"this organization's scope is {SCOPE}")
    client = str(call.store.meta("client_id"))
    if given["client_assertion_type"] != ASSERTION_TYPE or given["client_id"] != client:
        raise Rejected("invalid_client", "unknown client_id or client_assertion_type")
    _judge_header(call, given["client_assertion"])
    _judge_claims(call, _claims(call, given["client_assertion"]), client)


def _judge_header(call: Call, assertion: str) -> None:
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError as problem:
        raise Rejected("invalid_client", "the assertion is not a JWT") from problem
    manner, kid = call.quirk("kid"), header.get("kid")
    wrong = (kid is None and manner == "required") or (kid is not None and (manner == "forbidden" or kid != call.store.meta("key_id")))
    if wrong or header.get("alg") != "ES256":
        raise Rejected("invalid_client", "the assertion's header names another key or algorithm")


def _claims(call: Call, assertion: str) -> Mapping[str, Any]:
    """The verified claims. Times are judged apart, by the organization's own clock instead of the machine's."""
    public = load_pem_private_key(str(call.store.meta("private_key")).encode(), None).public_key()
    untimed = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub", "aud"]}
    try:
        return jwt.decode(assertion, public, algorithms=["ES256"], audience=AUDIENCE, options=untimed)  # type: ignore[arg-type] # any key type of cryptography is a union that jwt narrows itself
    except jwt.PyJWTError as problem:
        raise Rejected("invalid_client", str(problem)) from problem


def _judge_claims(call: Call, claims: Mapping[str, Any], client: str) -> None:
    if claims["sub"] != client or claims.get("iss", client) != client:
        raise Rejected("invalid_client", "sub and iss must be the client id")
    if any(
        f"assertion_{name}" in call.settings and call.quirk(f"assertion_{name}") == "required" and not claims.get(name)
        for name in ("iss", "jti")
    ):
        raise Rejected("invalid_client", "the assertion lacks iss or jti")
    if not all(isinstance(claims[name], int | float) for name in ("exp", "iat")):
        raise Rejected("invalid_client", "exp and iat must be numbers")
    lives = claims["exp"] - claims["iat"]
    too_long = lives > LONGEST_SECONDS or (lives == LONGEST_SECONDS and call.quirk("assertion_180_days") == "refused")
    if too_long or claims["exp"] <= call.now:
        raise Rejected("invalid_client", "the assertion has expired, or lives longer than 180 days")


def _issue(call: Call) -> Answer:
    value = ".".join(("eyJhbGciOiJkaXIifQ", *(secrets.token_urlsafe(size) for size in (12, 12, 96, 16))))
    call.store.rows("DELETE FROM tokens WHERE issued_at < ?", call.now - 86400)
    call.store.rows("INSERT INTO tokens VALUES (?, ?)", value, call.now)
    return Answer({"access_token": value, "token_type": "Bearer", "expires_in": 3600, "scope": SCOPE})
