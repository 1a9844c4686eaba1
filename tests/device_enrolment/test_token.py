from __future__ import annotations

import re
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from providers.device_enrolment.token import LIFE, ServerToken, read_server_token
from providers.simulator import Tenant, seed
from reconciler.errors import ProviderError, Unauthorized
from tests.device_enrolment.sealed import OTHER, PASSPHRASE, certificate, issued, pem

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@cache
def _file(manner: str = "markers") -> bytes:
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=1, services=["Jamf School"], clock=START)
    return issued(tenant, "Jamf School", manner)


def _body(p7m: bytes) -> bytes:
    return p7m.partition(b"\n\n")[2]


SHAPES = {
    "with markers": lambda: _file(),
    "hard-wrapped, its header folded without blanks": lambda: _file("wrapped"),
    "the older media type": lambda: _file("x_pkcs7"),
    "with the line ends of Windows": lambda: _file().replace(b"\n", b"\r\n"),
    "after a byte order mark": lambda: b"\xef\xbb\xbf" + _file(),
    "without a line end at the end": lambda: _file().rstrip(),
    "without headers": lambda: _body(_file()),
    "bare": lambda: b64decode(_body(_file())),
    "as openssl's PEM": lambda: b"-----BEGIN PKCS7-----\n" + _body(_file()) + b"-----END PKCS7-----\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_the_file_is_read(shape: object) -> None:
    """A token file is read in every shape in which Apple's portal, its documentation and people's tools give it."""
    assert callable(shape)
    token = read_server_token(shape(), pem())
    assert re.fullmatch("CK_[0-9a-f]{56}", token.consumer_key)
    assert (token.facts().issued, token.facts().expires) == (START, START + LIFE)


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_every_shape_of_the_key_opens_it(form: PrivateFormat) -> None:
    """A key in PKCS#1 and PKCS#8, open and with a passphrase, opens the token."""
    plain = read_server_token(_file(), f"\n{pem(form=form)}\n")
    assert read_server_token(_file(), pem(form=form, passphrase=PASSPHRASE), f"{PASSPHRASE}\n") == plain


_EC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
BROKEN = {
    "another key": (lambda: _file(), pem(OTHER), None, "made for another private key"),
    "no key": (lambda: _file(), "hello", None, "not a private key"),
    "a key of another kind": (lambda: _file(), _EC, None, "not an RSA key"),
    "a locked key": (lambda: _file(), pem(passphrase=PASSPHRASE), None, "protected by a passphrase"),
    "an open key with a passphrase": (lambda: _file(), pem(), "x", "is not protected"),
    "a wrong passphrase": (lambda: _file(), pem(passphrase=PASSPHRASE), "x", "its passphrase is another"),
    "nothing": (lambda: b"", pem(), None, "not a server token"),
    "a web page": (lambda: b"<html>Sign in</html>", pem(), None, "not a server token"),
    "a certificate": (lambda: certificate(), pem(), None, "not a server token"),
    "half of it": (lambda: _file()[: len(_file()) // 2], pem(), None, "not a server token"),
    "noise": (lambda: b64encode(bytes(range(256))), pem(), None, "not a server token"),
}


@pytest.mark.parametrize(("file", "key", "passphrase", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_bad_file_is_a_clear_error(file: object, key: str, passphrase: str | None, words: str) -> None:
    """Whichever of the files is not what it should be is named, in a sentence with something to do and nothing of what they hold."""
    assert callable(file)
    with pytest.raises(ProviderError, match=words) as caught:
        read_server_token(file(), key, passphrase)
    assert caught.value.hint
    assert "MII" not in caught.value.message + caught.value.hint


def test_no_cut_file_is_a_traceback() -> None:
    """A file that was cut anywhere is an error for people, or still whole enough to be read."""
    der = b64decode(_body(_file()))
    for cut in range(0, len(der), 41):
        with suppress(ProviderError):
            read_server_token(der[:cut], pem())


def test_an_expired_token_is_named_with_its_day() -> None:
    """A token that has ended is refused with the day on which it did, before anything is sent, and its dates can still be read."""
    token = read_server_token(_file(), pem())
    token.check(token.expires - timedelta(seconds=1))
    with pytest.raises(Unauthorized, match="expired on 2027-11-23"):
        token.check(token.expires)


def test_a_token_tells_no_secret() -> None:
    """Nothing secret of a token is in its text, which errors and debuggers show."""
    token = read_server_token(_file(), pem())
    assert isinstance(token, ServerToken)
    assert not re.search("C[KS]_|A[TS]_", f"{token!r} {token}")
