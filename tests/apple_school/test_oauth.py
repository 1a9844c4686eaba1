from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from providers.apple_school.connect import Door, through
from providers.apple_school.oauth import Key
from providers.simulator import transport
from reconciler.connections import AppleSchoolConnection
from reconciler.errors import ProviderError, Unauthorized
from tests.apple_school.school import School, want


def _pem(key: PrivateKeyTypes, form: PrivateFormat, lock: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


def _with(school: School, pem: str, *, client_id: str = "", key_id: str = "") -> School:
    """The same organization, reached with other credentials."""
    credentials = school.tenant.credentials()
    key = Key.read(client_id or credentials.client_id, key_id or credentials.key_id, pem)
    door = Door("x", key, school.tenant.clock, transport(school.tenant), lambda: None)
    options = AppleSchoolConnection.model_validate({"simulator": {}})
    school.provider = through(door, options, school.scratch)
    return school


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_both_forms_of_the_key_sign_in(form: PrivateFormat) -> None:
    """A key in SEC1, as Apple lets it be downloaded, and in PKCS#8 signs in."""
    school = School(3)
    key = load_pem_private_key(school.tenant.credentials().private_key_pem.encode(), None)
    assert len(_with(school, _pem(key, form)).observe().items["mdm_server"]) == 3


def test_stray_blanks_in_ids_do_no_harm() -> None:
    """Line ends and blanks around a client id or key id, as copying brings them, are not sent to Apple."""
    school = School(3)
    credentials = school.tenant.credentials()
    spoiled = _with(
        school, f"\n{credentials.private_key_pem}\n", client_id=f" {credentials.client_id}\n", key_id=f"{credentials.key_id}\r\n"
    )
    assert spoiled.observe().reads["apple_school"] == 4


BROKEN = {
    "no key at all": ("hello", "not a private key"),
    "empty": ("", "not a private key"),
    "half a key": ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI\n-----END EC PRIVATE KEY-----", "not a private key"),
    "RSA": (_pem(rsa.generate_private_key(65537, 2048), PrivateFormat.PKCS8), "another kind"),
    "another curve": (_pem(ec.generate_private_key(ec.SECP384R1()), PrivateFormat.PKCS8), "another kind"),
    "locked": (_pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8, BestAvailableEncryption(b"x")), "password"),
}


@pytest.mark.parametrize(("pem", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_bad_key_is_a_clear_error(pem: str, words: str) -> None:
    """A key file that cannot be used says why, and nothing of what it holds."""
    with pytest.raises(ProviderError, match=words) as caught:
        Key.read("SCHOOLAPI.x", "y", pem)
    assert "MHcCAQEEI" not in caught.value.message + caught.value.hint


def test_another_key_is_unauthorized() -> None:
    """Credentials that Apple refuses end as Unauthorized, with Apple's word and the place to look."""
    school = _with(School(3), _pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8))
    with pytest.raises(Unauthorized, match="invalid_client") as caught:
        school.observe()
    assert "Preferences, API" in caught.value.hint


def test_a_tenant_that_wants_no_key_id() -> None:
    """Where every key id is refused, signing in goes on without one."""
    school = School(3)
    school.tenant.switches.set("kid", "forbidden")
    assert school.observe().reads["apple_school"] == 4


def test_one_token_serves_an_hour() -> None:
    """A token is used until shortly before it ends, and then one other is asked for."""
    school = School(3)
    for minutes in (0, 30, 27, 30):
        school.tenant.clock.sleep(minutes * 60)
        school.observe(want())
    assert school.tenant.counters()["requests"]["POST /auth/oauth2/token"] == 2


def test_a_token_that_ends_early_is_replaced() -> None:
    """A token that Apple refuses before its time is replaced once, without an error."""
    school = School(3)
    school.tenant.switches.set("token_life", "1")
    school.observe()
    school.tenant.clock.sleep(5)
    school.observe()
    assert school.tenant.counters()["requests"]["POST /auth/oauth2/token"] == 2
