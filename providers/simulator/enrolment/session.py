"""Sessions: OAuth 1.0a signed with a server token's secrets opens one; every other request carries it.

Apple, "Authenticating with a device management service for Automated Device Enrollment" and "Interpreting Automated Device Enrollment
error codes": an expired session is 401 and wants a new one; 403 can mean a session that never was, or terms that nobody signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import quote

from oauthlib.oauth1.rfc5849 import signature

from providers.simulator.answers import Answer
from providers.simulator.call import Call
from providers.simulator.enrolment.refusal import Refusal

HEADER = "X-ADM-Auth-Session"
REQUIRED = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
PARAMETERS = frozenset({*REQUIRED, "oauth_version"})


def session(call: Call) -> Answer:
    """GET /session: a new session for a request that is signed well."""
    given = _parameters(call)
    row = _token(call, given)
    _judge_signature(call, given, row)
    _judge_nonce(call, given)
    require_terms(call)
    if call.quirk("enrolment_access") == "denied":
        raise Refusal(403, "ACCESS_DENIED")
    call.store.rows("UPDATE services SET connected_at = ? WHERE id = ?", call.now, row[0])
    return Answer({"auth_session_token": _open(call, given["oauth_consumer_key"])})


def require_session(call: Call) -> tuple[str, dict[str, str]]:
    """The service whose session the request carries, and the headers that rotate it; 401 if it has expired, 403 if it never was."""
    token = call.request.headers.get(HEADER, "")
    ask = "SELECT s.consumer_key, s.used_at, t.service, t.state, t.expires_at FROM enrolment_sessions s JOIN enrolment_tokens t"
    row = call.store.row(f"{ask} USING (consumer_key) WHERE s.token = ?", token)
    if row is None:
        raise Refusal(401, "UNAUTHORIZED") if not token else Refusal(403, "FORBIDDEN")
    key, used_at, service, state, expires_at = row
    late = call.now >= min(used_at + call.number("enrolment_session_life"), expires_at)
    if late or state != "live" or call.quirk("enrolment_session_expires") == "always":
        call.store.rows("UPDATE enrolment_sessions SET used_at = 0 WHERE token = ?", token)
        expired = call.quirk("enrolment_session_expired")
        raise Refusal(int(expired), {"401": "UNAUTHORIZED", "403": "FORBIDDEN"}[expired])
    call.store.rows("UPDATE enrolment_sessions SET used_at = ? WHERE token = ?", call.now, token)
    return str(service), _rotated(call, key, token)


def require_terms(call: Call) -> None:
    """403 while new terms wait for an administrator's signature: every request of every service fails meanwhile."""
    if call.quirk("enrolment_terms") == "unsigned":
        raise Refusal(403, "T_C_NOT_SIGNED")


def _rotated(call: Call, key: str, token: str) -> dict[str, str]:
    manner = call.quirk("enrolment_session_rotates")
    if manner == "never":
        return {}
    if manner == "dying":
        call.store.rows("UPDATE enrolment_sessions SET used_at = 0 WHERE token = ?", token)
    return {HEADER: _open(call, key)}


def _open(call: Call, key: str) -> str:
    long = call.quirk("enrolment_session_token") == "long"
    value = f"{int(call.now * 1000)}O1O{secrets.token_hex(48).upper()}O{secrets.token_hex(20).upper()}" if long else secrets.token_hex(64)
    call.store.rows("INSERT INTO enrolment_sessions VALUES (?, ?, ?)", value, key, call.now)
    return value


def _parameters(call: Call) -> dict[str, str]:
    """The OAuth parameters of the Authorization header; 400 if they are not all there, or not what this service takes."""
    header = call.request.headers.get("Authorization", "")
    try:
        pairs = signature.collect_parameters(headers={"Authorization": header}, exclude_oauth_signature=False) if header else []
    except ValueError as problem:
        raise _bad_request("parameter_rejected") from problem
    given = dict(pairs)
    if len(given) != len(pairs) or not given.keys() <= PARAMETERS:
        raise _bad_request("parameter_rejected")
    if not all(given.get(name) for name in REQUIRED):
        raise _bad_request("parameter_absent")
    if given["oauth_signature_method"] != "HMAC-SHA1":
        raise _bad_request("signature_method_rejected")
    if given.get("oauth_version", "1.0") != "1.0":
        raise _bad_request("version_rejected")
    _judge_timestamp(call, given["oauth_timestamp"])
    return given


def _judge_timestamp(call: Call, text: str) -> None:
    skew = call.number("enrolment_clock_skew")
    if not (text.isascii() and text.isdigit() and len(text) < 12) or abs(int(text) - call.now) > skew:
        raise _bad_request("timestamp_refused")


def _token(call: Call, given: dict[str, str]) -> tuple[Any, ...]:
    """Service, secrets and access token of the server token that signed."""
    ask = "SELECT service, consumer_secret, access_secret, access_token, state, expires_at FROM enrolment_tokens WHERE consumer_key = ?"
    row = call.store.row(ask, given["oauth_consumer_key"])
    if row is None:
        raise _rejected(call, "consumer_key_unknown")
    state, expires_at = row[4], row[5]
    if state == "replaced":
        raise _rejected(call, "signature_invalid")
    if state == "revoked" or given["oauth_token"] != row[3] or call.now >= expires_at:
        raise _rejected(call, "token_rejected")
    return row


def _judge_signature(call: Call, given: dict[str, str], row: tuple[Any, ...]) -> None:
    query = signature.collect_parameters(uri_query=call.request.query_string.decode())
    parameters = [*query, *((name, value) for name, value in given.items() if name != "oauth_signature")]
    uri = signature.base_string_uri(call.request.url)
    normal = signature.normalize_parameters(parameters)  # type: ignore[arg-type] # the stubs say dict, the library takes pairs
    base = signature.signature_base_string("GET", uri, normal)
    if not hmac.compare_digest(_digest(base, row[1], row[2]), given["oauth_signature"].encode()):
        raise _rejected(call, "signature_invalid")


def _digest(base: str, *secret: str) -> bytes:
    key = "&".join(quote(part, safe="") for part in secret)
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest())


def _judge_nonce(call: Call, given: dict[str, str]) -> None:
    """A nonce counts once within the time that a timestamp is accepted."""
    call.store.rows("DELETE FROM enrolment_nonces WHERE at < ?", call.now - 2 * call.number("enrolment_clock_skew"))
    pair = (given["oauth_consumer_key"], given["oauth_nonce"])
    if call.store.row("SELECT 1 FROM enrolment_nonces WHERE consumer_key = ? AND nonce = ?", *pair):
        raise Refusal(401, "nonce_used")
    call.store.rows("INSERT INTO enrolment_nonces VALUES (?, ?, ?)", *pair, call.now)


def _bad_request(problem: str) -> Refusal:
    return Refusal(400, f"oauth_problem={problem}")


def _rejected(call: Call, word: str) -> Refusal:
    return Refusal(int(call.quirk("enrolment_token_refused")), word)
