"""Server tokens: the file that an administrator downloads for one device-management service, sealed for that service's certificate.

Apple, "Examining server tokens": S/MIME text around a CMS EnvelopedData; inside it a MIME part with one line of JSON between markers.
The published sample has no markers and breaks the JSON in the middle of words, so both shapes are made.
"""

from __future__ import annotations

import base64
import secrets
import textwrap

import orjson
from asn1crypto import cms, core  # type: ignore[import-untyped] # the library has no types
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from providers.simulator.clock import wire_time
from providers.simulator.store import Store

LIFE = 365 * 86400
"""Seconds: 365 days in leap years, too."""
HEADERS = (
    'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="smime.p7m"',
    "Content-Description: S/MIME Encrypted Message",
)
OPEN = b"\x80"
END = b"\x00\x00"


def issue(store: Store, now: float, service: str, certificate_pem: bytes, manner: str) -> bytes:
    """A new token for a service, which ends the one before it at once; ValueError for a certificate that is not RSA in PEM.

    `manner` is the value of the switch enrolment_server_token.
    """
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if not isinstance(certificate.public_key(), RSAPublicKey):
        raise ValueError("its key is not an RSA key")
    issued = int(now)
    token = {
        "consumer_key": f"CK_{secrets.token_hex(28)}",
        "consumer_secret": f"CS_{secrets.token_hex(20)}",
        "access_token": f"AT_O{secrets.randbelow(10**11)}O{secrets.token_hex(20)}O{issued * 1000}",
        "access_secret": f"AS_{secrets.token_hex(20)}",
        "access_token_expiry": wire_time(issued + LIFE),
    }
    with store.transaction():
        store.rows("UPDATE enrolment_tokens SET state = 'replaced' WHERE service = ? AND state = 'live'", service)
        values = (token["consumer_key"], service, token["consumer_secret"], token["access_token"], token["access_secret"])
        store.rows("INSERT INTO enrolment_tokens VALUES (?, ?, ?, ?, ?, ?, ?, 'live')", *values, issued, issued + LIFE)
    return _sealed(_message(orjson.dumps(token).decode(), manner), certificate, manner)


def revoke(store: Store, service: str) -> None:
    """End the token of a service without a new one."""
    store.rows("UPDATE enrolment_tokens SET state = 'revoked' WHERE service = ? AND state = 'live'", service)


def _message(token: str, manner: str) -> bytes:
    headers = "Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    if manner == "wrapped":
        return (headers + "\n".join(textwrap.wrap(token, 64, break_long_words=True)) + "\n").encode()
    return f"{headers}-----BEGIN MESSAGE-----\n{token}\n-----END MESSAGE-----\n".encode()


def _sealed(message: bytes, certificate: x509.Certificate, manner: str) -> bytes:
    """The file: headers, blank line, base64."""
    builder = PKCS7EnvelopeBuilder().set_data(message).add_recipient(certificate)
    sealed = _indefinite(builder.encrypt(Encoding.DER, [PKCS7Options.Binary]))
    lines = [line.replace("; ", ";\n") if manner == "wrapped" and n == 0 else line for n, line in enumerate(HEADERS)]
    lines[0] = lines[0].replace("application/pkcs7", "application/x-pkcs7") if manner == "x_pkcs7" else lines[0]
    body = textwrap.wrap(base64.b64encode(sealed).decode(), 76)
    return ("\n".join((*lines, "", *body)) + "\n").encode()


def _indefinite(der: bytes) -> bytes:
    """The same in BER of indefinite length, as Apple's portal writes it: libraries that read only DER fail on it."""
    enveloped = cms.ContentInfo.load(der)["content"]
    inner = enveloped["encrypted_content_info"]
    content = core.OctetString(inner["encrypted_content"].native).dump()
    sealed = _open("30", inner["content_type"].dump(), inner["content_encryption_algorithm"].dump(), _open("a0", content))
    body = _open("30", enveloped["version"].dump(), enveloped["recipient_infos"].dump(), sealed)
    return _open("30", cms.ContentType("enveloped_data").dump(), _open("a0", body))


def _open(tag: str, *parts: bytes) -> bytes:
    return bytes.fromhex(tag) + OPEN + b"".join(parts) + END
