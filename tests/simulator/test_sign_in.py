from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.simulator.rehearsal import Rehearsal, codes

DAY = 86400


@pytest.mark.parametrize("path", ["/auth/oauth2/token", "/auth/oauth2/v2/token"])
@pytest.mark.parametrize("place", ["params", "data"])
def test_a_token_is_given_for_a_good_assertion(wire: Rehearsal, path: str, place: str) -> None:
    """Both token addresses take the five parameters in the query or in a form body and give an hour's bearer."""
    answer = wire.http.post(path, **{place: wire.token_form()})  # type: ignore[arg-type] # httpx types each keyword apart
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "school.api",
    }
    assert answer.json()["access_token"].count(".") == 4


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "business.api"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": None}, "invalid_request"),
        ({"client_id": "SCHOOLAPI.someone-else"}, "invalid_client"),
        ({"client_assertion_type": "jwt"}, "invalid_client"),
        ({"client_assertion": "not a jwt"}, "invalid_client"),
    ],
)
def test_a_bad_token_request_is_named(wire: Rehearsal, changes: dict[str, Any], error: str) -> None:
    """A token request that lacks or misstates a parameter gets 400 with the error code of RFC 6749."""
    answer = wire.token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://account.apple.com/auth/oauth2/token"},
        {"sub": "SCHOOLAPI.someone-else"},
        {"iss": "SCHOOLAPI.someone-else"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": 0},
        {"exp": 10**12},
        {"header": {"kid": "another-key"}},
    ],
)
def test_a_bad_assertion_is_refused(wire: Rehearsal, claims: dict[str, Any]) -> None:
    """An assertion with a wrong audience, subject, issuer, key id or life is an invalid client."""
    answer = wire.token(client_assertion=wire.assertion(**claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_foreign_signature_is_refused(wire: Rehearsal) -> None:
    """An assertion that another key signed is refused: the signature is really verified."""
    good = wire.assertion()
    forged = Rehearsal(0).assertion().rpartition(".")[2]
    assert wire.token(client_assertion=f"{good.rpartition('.')[0]}.{forged}").status_code == 400


def test_the_private_key_is_as_apple_lets_it_be_downloaded(wire: Rehearsal) -> None:
    """The key is a SEC1 PEM on P-256, the client id begins with SCHOOLAPI, and printing the credentials does not show the key."""
    credentials = wire.tenant.credentials()
    key = load_pem_private_key(credentials.private_key_pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert credentials.private_key_pem.startswith("-----BEGIN EC PRIVATE KEY-----")
    assert credentials.client_id.startswith("SCHOOLAPI.")
    assert "PRIVATE" not in repr(credentials)


def test_an_assertion_may_be_used_again_and_live_180_days(wire: Rehearsal) -> None:
    """One assertion serves many token requests for up to 180 days."""
    now = int(wire.tenant.clock.stamp())
    assertion = wire.assertion(iat=now, exp=now + 180 * DAY)
    assert wire.token(client_assertion=assertion).status_code == 200
    wire.tenant.clock.sleep(179 * DAY)
    assert wire.token(client_assertion=assertion).status_code == 200
    wire.tenant.clock.sleep(DAY)
    assert wire.token(client_assertion=assertion).status_code == 400


@pytest.mark.parametrize("bearer", ["", "Bearer nonsense", "Basic dXNlcjpwYXNz"])
def test_the_api_wants_a_bearer(wire: Rehearsal, bearer: str) -> None:
    """An API request without a good bearer gets 401 as a JSON:API error whose status is a text."""
    answer = wire.http.get("/v1/mdmServers", headers={"Authorization": bearer})
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["status"] == "401"


def test_a_bearer_is_good_for_an_hour_of_simulated_time(wire: Rehearsal) -> None:
    """An access token works until an hour has passed in the organization's own time."""
    wire.tenant.clock.sleep(3599)
    assert wire.get("mdmServers").status_code == 200
    wire.tenant.clock.sleep(1)
    assert codes(wire.get("mdmServers")) == ["NOT_AUTHORIZED"]
