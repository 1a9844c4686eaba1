from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.simulator import Tenant, seed
from reconciler.errors import ReconcilerError
from reconciler.kinds.renewals import Renewal
from reconciler.kinds.secret import Secret
from reconciler.renewals.artefacts import Shelf, certificate_end
from tests.device_enrolment.sealed import OTHER, PASSPHRASE, issued, pem
from tests.renewals.made import KEY_PEM, NOW, certificate

ENDS = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)
CHAIN = certificate(ENDS + timedelta(days=900)) + KEY_PEM + certificate(ENDS)


@pytest.mark.parametrize("content", [certificate(ENDS), certificate(ENDS, Encoding.DER), KEY_PEM + certificate(ENDS), CHAIN])
def test_a_certificate_tells_its_end(content: bytes) -> None:
    """A certificate in PEM or DER, alone, with its key or in a chain, tells when the first of them ends."""
    assert certificate_end(content) == ENDS


@pytest.mark.parametrize("content", [b"", b"hello", KEY_PEM, certificate(ENDS)[:300], b"\x30\x82", certificate(ENDS, Encoding.DER)[:-9]])
def test_what_is_no_certificate_is_said_in_words(content: bytes) -> None:
    """Another file is refused in a sentence with something to do and nothing of what it holds."""
    with pytest.raises(ReconcilerError, match="no certificate") as caught:
        certificate_end(content)
    assert caught.value.hint
    assert "MII" not in caught.value.message + caught.value.hint


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 600))
def test_no_file_is_a_traceback(noise: bytes, cut: int) -> None:
    """Noise, and a certificate that was cut or written over anywhere, is an error in words or can still be read."""
    der = certificate(ENDS, Encoding.DER)
    for content in (noise, der[:cut] + noise + der[cut + len(noise) :], b"-----BEGIN CERTIFICATE-----" + noise):
        with suppress(ReconcilerError):
            certificate_end(content)


@pytest.mark.parametrize("offset", ["+0000", "+02:00", "-0700"])
def test_a_content_token_tells_its_end(offset: str, tmp_path: Path) -> None:
    """The day of a .vpptoken file is read in each of the forms in which Apple writes it."""
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=1, services=["Jamf School"], clock=NOW)
    tenant.switches.set("apps_token_offset", offset)
    (tmp_path / "north.vpptoken").write_bytes(tenant.apps.content_token("North"))
    token = Renewal(what="content_token", artefact=Secret(file="north.vpptoken"))
    assert Shelf(tmp_path, {}).ends(token) == NOW + timedelta(days=365)


@pytest.mark.parametrize("manner", ["markers", "wrapped", "x_pkcs7"])
def test_a_server_token_tells_its_end(manner: str, tmp_path: Path) -> None:
    """The day of a .p7m file is read with its private key, file and key from wherever the entry says."""
    shelf = _sealed(tmp_path, manner)
    token = Renewal(
        what="server_token", artefact=Secret(file="jamf.p7m"), private_key=Secret(env="KEY"), passphrase=Secret(file="passphrase.txt")
    )
    assert shelf.ends(token) == NOW + timedelta(days=365)


def test_a_server_token_with_another_key(tmp_path: Path) -> None:
    """A .p7m file that its entry's key does not open is said to be made for another one, and nothing is quoted."""
    token = Renewal(what="server_token", artefact=Secret(file="jamf.p7m"), private_key=Secret(env="OTHER"))
    with pytest.raises(ReconcilerError, match="another private key") as caught:
        _sealed(tmp_path, "markers").ends(token)
    assert "BEGIN" not in caught.value.message + caught.value.hint


def _sealed(folder: Path, manner: str) -> Shelf:
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=1, services=["Jamf School"], clock=NOW)
    (folder / "jamf.p7m").write_bytes(issued(tenant, "Jamf School", manner))
    (folder / "passphrase.txt").write_text(PASSPHRASE)
    return Shelf(folder, {"KEY": pem(passphrase=PASSPHRASE), "OTHER": pem(OTHER)})


def test_a_shelf_shows_no_environment() -> None:
    """The environment, in which secrets are kept, is in no representation."""
    assert "hunter2" not in repr(Shelf(Path(), {"PASSWORD": "hunter2"}))
