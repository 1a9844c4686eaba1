"""The server token: the .p7m file that the portal lets an administrator download for one device-management service.

    MIME headers, base64  →  CMS EnvelopedData, sealed for the service's certificate  →  MIME headers, one JSON object

Apple, "Examining server tokens", and what its portal really writes: BER of indefinite length (which strict libraries refuse), a folded
header without leading blanks, and a JSON text that may stand between markers or be broken in the middle of words.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from asn1crypto import cms  # type: ignore[import-untyped] # it has no types
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from reconciler.errors import ProviderError, Unauthorized

LIFE = timedelta(days=365)
"""How long a token lasts, in leap years, too."""
AGAIN = "In Apple School Manager, Preferences, select the device-management service, then Download Token, and keep the file as it comes."
_BASE64 = re.compile(rb"(?:^[A-Za-z0-9+/=]+[ \t]*(?:\r?\n|\Z))+", re.MULTILINE)
_ISSUED = re.compile(r"O(\d{13})$")
_SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_secret")


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What may be told of a token: when it was made, and when it ends."""

    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class ServerToken:
    """A service's credentials at the device enrolment service. Moments are aware, in UTC; nothing secret gets into its text."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)
    expires: datetime
    issued: datetime

    def facts(self) -> TokenFacts:
        """What renewals need to know."""
        return TokenFacts(self.issued, self.expires)

    def check(self, now: datetime, place: str = "") -> None:
        """Raise Unauthorized, with the day, if it has ended. `place`: where `connections` has it."""
        if now >= self.expires:
            raise Unauthorized(f"The server token expired on {self.expires:%Y-%m-%d}; such tokens last one year.", AGAIN, place)


def read_server_token(p7m: bytes, private_key_pem: str, passphrase: str | None = None) -> ServerToken:
    """The token in a .p7m file, opened with the key whose certificate was uploaded to the service. An expired one is read, too.

    Raises ProviderError that says which of the two files is not what it should be; nothing of what they hold is quoted.
    """
    key = _key(private_key_pem, passphrase)
    enveloped = _enveloped(p7m)
    for opened in _opened(enveloped, key):
        if (told := _told(opened)) is not None:
            return _token(told)
    raise ProviderError(
        "The server token was made for another private key.",
        "The key must be the one whose certificate was last uploaded to this device-management service before the token was downloaded.",
    )


def ends(p7m: bytes, private_key_pem: str, passphrase: str | None) -> datetime:
    """When the token in a .p7m file ends (see reconciler.provider.ReadEnd)."""
    return read_server_token(p7m, private_key_pem, passphrase).expires


def _key(pem: str, passphrase: str | None) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.strip().encode(), passphrase.strip().encode() if passphrase else None)
    except TypeError:
        lacks = "is not protected, and a passphrase is given" if passphrase else "is protected by a passphrase, and none is given"
        raise _unusable(lacks, "Correct passphrase beside private_key in reconciler.yaml.") from None
    except (ValueError, UnsupportedAlgorithm):  # their texts may quote the file
        what = "is not a private key in PEM form, or its passphrase is another one" if passphrase else "is not a private key in PEM form"
        raise _unusable(what, 'It begins with "-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----".') from None
    if not isinstance(key, RSAPrivateKey):
        raise _unusable("is not an RSA key", "Server tokens are sealed for RSA keys only.")
    return key


def _unusable(what: str, hint: str) -> ProviderError:
    return ProviderError(f"The private key for the server token {what}.", hint)


def _no_token(why: str) -> ProviderError:
    return ProviderError(f"This file is not a server token of Apple's: {why}.", AGAIN)


def _enveloped(p7m: bytes) -> cms.EnvelopedData:
    """The CMS message in the file, whether it comes in MIME, as base64, or bare."""
    try:
        info = cms.ContentInfo.load(p7m if p7m.startswith(b"\x30") and not p7m.isascii() else _decoded(p7m))
        kind = info["content_type"].native
        if kind == "enveloped_data":
            info["content"]["recipient_infos"].native  # noqa: B018 - asn1crypto parses late: what is broken is to be found here
            return info["content"]
    except (ValueError, TypeError, KeyError):
        raise _no_token("it is damaged or something else") from None
    raise _no_token("it is a certificate or a signature" if kind == "signed_data" else "what it holds is not sealed")


def _decoded(p7m: bytes) -> bytes:
    """The longest run of base64 lines: what stands around it is MIME headers, folded in ways that no parser of mail accepts."""
    runs = _BASE64.findall(p7m.lstrip(b"\xef\xbb\xbf"))
    try:
        return b64decode(b"".join(max(runs, key=len, default=b"").split()), validate=True)
    except binascii.Error:
        raise _no_token("it is damaged") from None


def _opened(enveloped: cms.EnvelopedData, key: RSAPrivateKey) -> Iterator[bytes]:
    """What each of the recipients' keys opens. A wrong key opens it to noise: RSA decryption hides from attackers that it failed."""
    sealed = enveloped["encrypted_content_info"]
    algorithm = sealed["content_encryption_algorithm"]
    try:
        cipher, mode, iv = algorithm.encryption_cipher, algorithm.encryption_mode, algorithm.encryption_iv
        content, recipients = sealed["encrypted_content"].native, [each.chosen for each in enveloped["recipient_infos"]]
    except (ValueError, TypeError):
        raise _no_token("it is sealed in a way that is unknown here") from None
    if (cipher, mode) != ("aes", "cbc"):
        raise _no_token(f"it is sealed in a way that is unknown here ({cipher} {mode})")
    for recipient in recipients:
        if isinstance(recipient, cms.KeyTransRecipientInfo):
            yield _unsealed(content, iv, recipient["encrypted_key"].native, key)


def _unsealed(content: bytes, iv: bytes, sealed_key: bytes, key: RSAPrivateKey) -> bytes:
    try:
        secret = key.decrypt(sealed_key, PKCS1v15())
        decryptor, unpadder = Cipher(AES(secret), CBC(iv)).decryptor(), PKCS7(AES.block_size).unpadder()
        padded = decryptor.update(content) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return b""


def _told(opened: bytes) -> dict[str, Any] | None:
    """The JSON object in an opened message; None if there is none, so that the key was a wrong one."""
    text = b"".join(opened[opened.find(b"{") : opened.rfind(b"}") + 1].splitlines())
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _token(told: dict[str, Any]) -> ServerToken:
    lacking = [name for name in (*_SECRETS, "access_token_expiry") if not (isinstance(told.get(name), str) and told[name].strip())]
    if lacking:
        raise _no_token(f"it opens, and lacks {', '.join(lacking)}")
    try:
        ends = datetime.fromisoformat(told["access_token_expiry"].strip())
    except ValueError:
        raise _no_token("it opens, and its access_token_expiry is not a date") from None
    expires = (ends if ends.tzinfo else ends.replace(tzinfo=UTC)).astimezone(UTC)
    key, secret, token, access = (told[name].strip() for name in _SECRETS)
    return ServerToken(key, secret, token, access, expires, _issued(token) or expires - LIFE)


def _issued(token: str) -> datetime | None:
    """An access token ends with the millisecond in which it was made."""
    found = _ISSUED.search(token)
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC) if found else None
