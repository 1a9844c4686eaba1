from __future__ import annotations

from pathlib import Path

import pytest

from providers.device_enrolment import connect, open_service, read_token
from providers.simulator import Tenant, seed, serve
from reconciler.connections import AppleSchoolConnection, Connections, ServerToken
from reconciler.errors import ReconcilerError, Unauthorized
from reconciler.provider import Context, Notice
from reconciler.settings import Organization, Settings
from tests.apple_school.school import Shelf
from tests.device_enrolment.changes import profile, want
from tests.device_enrolment.district import START
from tests.device_enrolment.sealed import PASSPHRASE, issued, pem

REHEARSAL = {"devices": 30, "services": ["Intune", "Jamf School"], "clock": "2026-11-23T08:00:00"}


def _context(folder: Path, environment: dict[str, str] | None = None) -> Context:
    school = AppleSchoolConnection.model_validate({"simulator": REHEARSAL})
    settings = Settings(organization=Organization(name="Test", time_zone="UTC"), connections=Connections(apple_school=school))
    return Context(folder, environment or {}, Shelf(), settings)


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def test_a_rehearsal_keeps_its_server_token(tmp_path: Path) -> None:
    """A rehearsal makes a server token once, and every later process uses it, as an administrator's file is used."""
    section = ServerToken.model_validate({"simulator": {}})
    first = open_service("jamf", section, _context(tmp_path))
    first.read_roster(_unseen)
    second = open_service("jamf", section, _context(tmp_path))
    assert second.token() == first.token()
    second.read_roster(_unseen)
    first.read_roster(_unseen)
    first.close()
    second.close()


def test_a_rehearsal_without_such_a_service(tmp_path: Path) -> None:
    """A key that no service of the rehearsal can be meant by is refused with what to do."""
    with pytest.raises(ReconcilerError, match='no services of the rehearsal have a name that begins with "mosyle"'):
        open_service("mosyle", ServerToken.model_validate({"simulator": {}}), _context(tmp_path))


def _real(folder: Path, tenant: Tenant, base_url: str, *, key: str = "") -> ServerToken:
    (folder / "jamf.p7m").write_bytes(issued(tenant, "Jamf School"))
    (folder / "jamf.pem").write_text(key or pem(passphrase=PASSPHRASE))
    where = {"server_token": {"file": "jamf.p7m"}, "private_key": {"file": "jamf.pem"}, "passphrase": {"env": "PASS"}}
    return ServerToken.model_validate({**where, "base_url": base_url})


def test_over_a_port(tmp_path: Path) -> None:
    """Over a real socket, with token, key and passphrase from where the settings say, a reading works as it does in process."""
    tenant = Tenant.open(tmp_path / "pretend.sqlite")
    seed(tenant, devices=30, services=["Intune", "Jamf School"])
    with serve(tenant) as server:
        section = _real(tmp_path, tenant, f"{server.base_url}/enrolment")
        provider = connect({"jamf": section}, _context(tmp_path, {"PASS": PASSPHRASE}))
        observed = provider.observe(want(match={"all": profile()}), _unseen)
        provider.close()
        provider.close()
    assert observed.present["enrolment_profile"]
    assert provider.identity().startswith("jamf@127.0.0.1")


def test_which_connection_is_wrong_is_named(tmp_path: Path) -> None:
    """A token or key that cannot be used is told with the connection it stands under, and a missing file with its path."""
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=3, services=["Jamf School"], clock=START)
    section = _real(tmp_path, tenant, "https://apple.example", key="hello")
    context = _context(tmp_path, {"PASS": PASSPHRASE})
    with pytest.raises(ReconcilerError, match=r"connections\.device_enrolment\.jamf: The private key for the server token is not"):
        read_token("jamf", section, context)
    (tmp_path / "jamf.pem").write_text(pem(passphrase=PASSPHRASE))
    assert read_token("jamf", section, context).facts().issued == START
    (tmp_path / "jamf.p7m").unlink()
    with pytest.raises(ReconcilerError, match=r"jamf\.p7m cannot be read"):
        read_token("jamf", section, context)


def test_an_expired_token_can_be_read_and_not_used(tmp_path: Path) -> None:
    """Renewals read the dates of a token that has expired; a reading with it is refused before anything is sent."""
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=3, services=["Jamf School"], clock=START.replace(year=2020))
    section = _real(tmp_path, tenant, "https://apple.example")
    service = open_service("jamf", section, _context(tmp_path, {"PASS": PASSPHRASE}))
    assert service.token().expires.year == 2021
    with pytest.raises(Unauthorized, match="expired on 2021-11-23"):
        service.read_roster(_unseen)
