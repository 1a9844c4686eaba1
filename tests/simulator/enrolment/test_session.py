from __future__ import annotations

from typing import Any

import pytest

from providers.simulator import PortalError
from tests.simulator.enrolment.client import Enrolment, enrolled, key_pair, opened, plain, token_of

SKEWED = str(1_786_951_800 - 301)


@pytest.fixture
def wire() -> Enrolment:
    """A small organization, signed in."""
    return enrolled()


@pytest.mark.parametrize("manner", ["markers", "wrapped", "x_pkcs7"])
def test_a_server_token_is_sealed_for_its_certificate(wire: Enrolment, manner: str) -> None:
    """The portal's file is S/MIME that OpenSSL opens with the certificate's key, BER of indefinite length, and holds a year's secrets."""
    wire.tenant.switches.set("enrolment_server_token", manner)
    p7m = wire.tenant.portal.server_token(wire.service, key_pair()[0])
    head, _, body = p7m.decode().partition("\n\n")
    assert "smime-type=enveloped-data" in head
    assert body.startswith("MIAGCSqGSIb3DQEHA6CA")
    assert (b"-----BEGIN MESSAGE-----" in opened(p7m)) == (manner != "wrapped")
    token = token_of(p7m)
    assert [token[name][:3] for name in ("consumer_key", "consumer_secret", "access_token", "access_secret")] == [
        "CK_",
        "CS_",
        "AT_",
        "AS_",
    ]
    assert token["access_token"].endswith("O1786951800000")
    assert token["access_token_expiry"].startswith("2027-08-17T07:30:00Z")


def test_the_portal_takes_rsa_certificates_only(wire: Enrolment) -> None:
    """What is no certificate is refused in words, and the token that works goes on working."""
    with pytest.raises(PortalError, match="does not take this certificate"):
        wire.tenant.portal.server_token(wire.service, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(PortalError, match="no service"):
        wire.tenant.portal.server_token("elsewhere", key_pair()[0])
    assert wire.session().status_code == 200


def test_a_signed_request_opens_a_session(wire: Enrolment) -> None:
    """A request signed with the token's secrets gets a session, with or without a realm, and the service counts as connected."""
    for header in (wire.authorization(), wire.authorization(realm=None)):
        answer = wire.session(header)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json;charset=UTF8"
        assert len(answer.json()["auth_session_token"]) == 128


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"client_key": "CK_unknown"}, (401, "consumer_key_unknown")),
        ({"resource_owner_key": "AT_wrong"}, (401, "token_rejected")),
        ({"client_secret": "CS_wrong"}, (401, "signature_invalid")),
        ({"resource_owner_secret": "AS_wrong"}, (401, "signature_invalid")),
        ({"timestamp": SKEWED}, (400, "oauth_problem=timestamp_refused")),
        ({"signature_method": "PLAINTEXT"}, (400, "oauth_problem=signature_method_rejected")),
        ({"resource_owner_key": None}, (400, "oauth_problem=parameter_absent")),
    ],
)
def test_a_request_that_is_signed_wrongly_is_refused(wire: Enrolment, changes: dict[str, Any], refused: tuple[int, str]) -> None:
    """Wrong keys, tokens, secrets, clocks and methods are told apart."""
    assert plain(wire.session(wire.authorization(**changes))) == refused


@pytest.mark.parametrize("header", ["", "Bearer x", 'OAuth oauth_token="a", oauth_token="b"'])
def test_what_is_not_signed_at_all_is_a_bad_request(wire: Enrolment, header: str) -> None:
    """Without the parameters of OAuth 1 there is no session."""
    assert plain(wire.session(header))[0] == 400


def test_a_nonce_counts_once(wire: Enrolment) -> None:
    """The same signed request a second time is refused."""
    header = wire.authorization()
    assert wire.session(header).status_code == 200
    assert plain(wire.session(header)) == (401, "nonce_used")


def test_a_new_token_ends_the_one_before(wire: Enrolment) -> None:
    """After a new download the old token's signature and its sessions are refused at once; after a revocation the token is rejected."""
    old = dict(wire.token)
    wire.renew()
    new = dict(wire.token)
    assert plain(wire.get("/account")) == (401, "UNAUTHORIZED")
    wire.token = old
    assert plain(wire.session()) == (401, "signature_invalid")
    wire.token = new
    assert wire.sign_in().get("/account").status_code == 200
    wire.tenant.portal.revoke_server_token(wire.service)
    assert plain(wire.session()) == (401, "token_rejected")


def test_a_deleted_service_has_no_token(wire: Enrolment) -> None:
    """With its service a token and its session end."""
    wire.tenant.portal.delete_service(wire.service)
    assert plain(wire.get("/account")) == (401, "UNAUTHORIZED")
    assert plain(wire.session()) == (401, "token_rejected")


def test_a_token_ends_after_365_days(wire: Enrolment) -> None:
    """A token and its session end with the year that they were made for."""
    wire.tenant.switches.set("enrolment_session_life", 10**9)
    wire.tenant.clock.sleep(365 * 86400 - 1)
    assert wire.get("/account").status_code == 200
    wire.tenant.clock.sleep(1)
    assert plain(wire.get("/account")) == (401, "UNAUTHORIZED")
    assert plain(wire.session()) == (401, "token_rejected")


def test_every_request_needs_its_session(wire: Enrolment) -> None:
    """No session is 401, a session that never was is 403, and one that was left alone too long is 401 until the next."""
    good = wire.http.headers.pop("X-ADM-Auth-Session")
    assert plain(wire.get("/account")) == (401, "UNAUTHORIZED")
    wire.http.headers["X-ADM-Auth-Session"] = "never"
    assert plain(wire.get("/account")) == (403, "FORBIDDEN")
    wire.http.headers["X-ADM-Auth-Session"] = good
    for _ in range(3):
        wire.tenant.clock.sleep(179)
        assert wire.get("/account").status_code == 200
    wire.tenant.clock.sleep(180)
    assert [plain(wire.get("/account")) for _ in range(2)] == [(401, "UNAUTHORIZED")] * 2
    assert wire.sign_in().get("/account").status_code == 200


@pytest.mark.parametrize(("manner", "old"), [("keeping", 200), ("dying", 401)])
def test_a_session_rotates(wire: Enrolment, manner: str, old: int) -> None:
    """An answer, even a refusal, can bring a new session; the old one goes on or ends."""
    first = wire.http.headers["X-ADM-Auth-Session"]
    wire.tenant.switches.set("enrolment_session_rotates", manner)
    assert wire.post("/devices/sync").headers["X-ADM-Auth-Session"] != first
    assert wire.get("/account").status_code == 200
    wire.http.headers["X-ADM-Auth-Session"] = first
    assert wire.get("/account").status_code == old


def test_a_session_can_end_in_the_middle(wire: Enrolment) -> None:
    """A session that ends mid-walk is refused from then on, and the walk goes on in a new one."""
    wire.tenant.switches.set("enrolment_session_expires", "always@fetch:2")
    first = wire.post("/server/devices", {"limit": 5}).json()
    again = {"limit": 5, "cursor": first["cursor"]}
    assert [plain(wire.post("/server/devices", again))[0] for _ in range(2)] == [401, 401]
    assert wire.sign_in().post("/server/devices", again).json()["devices"] != first["devices"]


def test_unsigned_terms_stop_everything(wire: Enrolment) -> None:
    """Until an administrator accepts the newest terms, sessions and all other requests are 403 T_C_NOT_SIGNED."""
    wire.tenant.switches.set("enrolment_terms", "unsigned")
    assert [plain(wire.session()), plain(wire.get("/account"))] == [(403, "T_C_NOT_SIGNED")] * 2
    wire.tenant.switches.set("enrolment_terms", "signed")
    wire.tenant.switches.set("enrolment_access", "denied")
    assert plain(wire.session()) == (403, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("", "USER_AGENT_MISSING"),
        ("python-httpx/0.28", "USER_AGENT_INVALID"),
        ("Go-http-client/1.1", "USER_AGENT_INVALID"),
        ("mdm", "USER_AGENT_INVALID"),
    ],
)
def test_who_calls_must_say_so(wire: Enrolment, agent: str, word: str) -> None:
    """A User-Agent is a product and a version of its own, whatever is asked for."""
    wire.http.headers["User-Agent"] = agent
    assert plain(wire.get("/account")) == plain(wire.session()) == (400, word)
    wire.http.headers["User-Agent"] = "reconciler/0.1 (+https://example.edu)"
    assert wire.get("/account").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json;charset=latin-1", ""])
def test_bodies_are_json_in_utf8(wire: Enrolment, kind: str) -> None:
    """A body of another type, or one that is no JSON object, is malformed."""
    wire.http.headers["Content-Type"] = kind
    assert plain(wire.post("/server/devices")) == (400, "MALFORMED_REQUEST_BODY")
    assert wire.get("/account").status_code == 200
    wire.http.headers["Content-Type"] = "application/json; charset=utf-8"
    malformed: tuple[object, ...] = ([], "x", {"limit": 0}, {"limit": "5"}, {"cursor": 5})
    for body in malformed:
        assert plain(wire.post("/server/devices", body)) == (400, "MALFORMED_REQUEST_BODY")


def test_addresses_and_methods_are_judged(wire: Enrolment) -> None:
    """What does not exist is 404, and what an address does not do is 405 with what it does."""
    assert plain(wire.get("/nowhere")) == (404, "NOT_FOUND")
    answer = wire.ask("PATCH", "/profile/devices", {})
    assert (*plain(answer), answer.headers["Allow"]) == (405, "METHOD_NOT_ALLOWED", "DELETE, POST, PUT")


def test_requests_are_counted(wire: Enrolment) -> None:
    """The organization's counters tell this door's requests apart from those of others."""
    wire.get("/account")
    assert wire.tenant.counters()["requests"] == {"GET /enrolment/session": 1, "GET /enrolment/account": 1}
