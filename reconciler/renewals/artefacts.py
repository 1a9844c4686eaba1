"""When a file really ends, by what stands in it. Certificates are read here; tokens by those who speak with Apple's services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.kinds.renewals import CERTIFICATES, Renewal
from reconciler.provider import ReadEnd


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where artefacts are kept: the configuration folder, and environment variables."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    def ends(self, renewal: Renewal) -> datetime | None:
        """When the artefact of a renewal ends (aware, UTC); None if it has none.

        Raises ReconcilerError that says what is wrong with the file, and nothing of what it holds.
        """
        if renewal.artefact is None:
            return None
        content = renewal.artefact.content(self.folder, self.environment)
        if renewal.what in CERTIFICATES:
            return certificate_end(content)
        key = renewal.private_key.read(self.folder, self.environment) if renewal.private_key else ""
        passphrase = renewal.passphrase.read(self.folder, self.environment) if renewal.passphrase else None
        return _reader(renewal.what)(content, key, passphrase)


def certificate_end(content: bytes) -> datetime:
    """When a certificate ends (X.509 notAfter). Of several in one PEM file the first to end counts: without it the others are no use.

    Raises ReconcilerError if the file is no certificate.
    """
    from cryptography import x509  # 40 ms that only who watches a certificate needs to pay

    try:
        if b"-----BEGIN" in content:
            return min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(content))
        return x509.load_der_x509_certificate(content).not_valid_after_utc
    except (ValueError, x509.InvalidVersion):  # their texts may quote the file
        hint = 'A .pem file has a part that begins with "-----BEGIN CERTIFICATE-----"; from a .p12 or .pfx file, export the certificate.'
        raise ReconcilerError("The file holds no certificate.", hint) from None


def _reader(sort: str) -> ReadEnd:
    for point in entry_points(group="reconciler.artefacts", name=sort):
        found: ReadEnd = point.load()
        return found
    raise ReconcilerError(f"No installed provider reads a {sort}.", "Install reconciler again: its providers come with it.")
