"""A rehearsal: the simulator's door instead of Apple's, in process, with server tokens as its portal makes them.

Key and token are kept beside the pretend organization, as an administrator would keep the real ones: downloading another token for
every command would end the one before it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from providers.device_enrolment.service import Door, EnrolmentService
from providers.device_enrolment.token import ServerToken, read_server_token
from providers.simulator import Tenant, transport
from providers.simulator.enrolment.app import app
from providers.simulator.enrolment.tokens import issue
from providers.simulator.rehearsal import open_tenant
from reconciler.errors import ProviderError
from reconciler.provider import Context

FOLDER = "state/private"


def rehearse(server: str, base_url: str, context: Context) -> EnrolmentService:
    """The way in for one mdm_server of the pretend organization; ProviderError if it has no such service."""
    tenant = open_tenant(context.settings, context.folder)
    token = rehearsed_token(server, tenant, context.folder / FOLDER)
    return EnrolmentService(
        Door(f"simulator:{tenant.identity}", server, token, base_url, tenant.clock, transport(tenant, app), tenant.close), context.scratch
    )


def rehearsed_token(server: str, tenant: Tenant, folder: Path) -> ServerToken:
    """The token in `folder`, and a new one where there is none, or none that lasts."""
    file, key_file = folder / f"simulator-{server}.p7m", folder / f"simulator-{server}.pem"
    if file.exists() and key_file.exists():
        token = read_server_token(file.read_bytes(), key_file.read_text())
        if tenant.clock.now() < token.expires:
            return token
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    p7m = issue(tenant.store, tenant.clock.stamp(), _service(server, tenant), _certificate(key, server, tenant), "markers")
    key_file.write_text(pem)
    file.write_bytes(p7m)
    return read_server_token(p7m, pem)


def _certificate(key: rsa.RSAPrivateKey, server: str, tenant: Tenant) -> bytes:
    """What a device-management service gives for the portal."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, server)]), tenant.clock.now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=3650))
    return dated.sign(key, SHA256()).public_bytes(Encoding.PEM)


def _service(server: str, tenant: Tenant) -> str:
    """The service that a key of the configuration means: the one whose name begins like it. Files name it only by that key here."""
    names = {id_: service.name for id_, service in tenant.services().items()}
    alike = [id_ for id_, name in names.items() if _plain(name).startswith(_plain(server))]
    if len(alike) == 1:
        return alike[0]
    raise ProviderError(
        f'connections.device_enrolment.{server}: {len(alike) or "no"} services of the rehearsal have a name that begins with "{server}".',
        "Give the simulator such a service (services: under its settings), or take this connection out.",
    )


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
