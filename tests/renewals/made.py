"""Artefacts as they are downloaded, made for tests: certificates by cryptography, tokens by the pretend portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(ends: datetime, form: Encoding = Encoding.PEM) -> bytes:
    """A push certificate that ends at this moment (whole seconds)."""
    name = x509.Name([x509.NameAttribute(NameOID.USER_ID, "com.apple.mgmt.External.5b1c2d3e")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key()).serial_number(7)
    return made.not_valid_before(ends - timedelta(days=365)).not_valid_after(ends).sign(KEY, SHA256()).public_bytes(form)
