"""Server tokens as the pretend portal makes them, and keys to open them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from providers.device_enrolment.token import ServerToken, read_server_token
from providers.simulator import Tenant
from providers.simulator.enrolment import tokens

KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
PASSPHRASE = "correct horse"  # noqa: S105 - of a key that lives as long as the test


def pem(key: rsa.RSAPrivateKey = KEY, form: PrivateFormat = PrivateFormat.PKCS8, passphrase: str = "") -> str:
    """A private key's file."""
    lock: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, lock).decode()


def certificate(key: rsa.RSAPrivateKey = KEY) -> bytes:
    """The certificate that is uploaded to a service."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MDM")]), datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    return made.not_valid_before(now).not_valid_after(now + timedelta(days=3650)).sign(key, SHA256()).public_bytes(Encoding.PEM)


def issued(tenant: Tenant, title: str, manner: str = "markers") -> bytes:
    """A new token file for a service of a pretend organization."""
    service = next(id_ for id_, each in tenant.services().items() if each.name == title)
    return tokens.issue(tenant.store, tenant.clock.stamp(), service, certificate(), manner)


def opened(tenant: Tenant, title: str) -> ServerToken:
    """A new token of a service, read."""
    return read_server_token(issued(tenant, title), pem())
