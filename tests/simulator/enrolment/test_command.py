from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from providers.simulator import Tenant
from reconciler.cli import run
from tests.cli.terminal import RECONCILER, environment
from tests.simulator.enrolment.client import Enrolment, key_pair, token_of


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An organization in a file, and a certificate beside it."""
    (tmp_path / "cert.pem").write_bytes(key_pair()[0])
    path = str(tmp_path / "apple.sqlite")
    run(["simulator", "seed", path, "--service", "Jamf School", "--clock", "2026-08-17"])
    return path


def test_a_server_token_is_downloaded(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """portal server-token writes a token that only its owner may read, and tells no secret of it."""
    out = tmp_path / "token.p7m"
    asked = ("--certificate", str(tmp_path / "cert.pem"), "--out", str(out))
    assert run(["simulator", "portal", "server-token", file, "Jamf School", *asked]) == 0
    token = token_of(out.read_bytes())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    told = capsys.readouterr()
    assert not [value for name, value in token.items() if name != "access_token_expiry" and value in told.out + told.err]


def test_a_file_that_is_no_certificate_is_told(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong certificate, or a service that does not exist, is an error in words."""
    (tmp_path / "cert.pem").write_text("hello")
    asked = ("--certificate", str(tmp_path / "cert.pem"), "--out", str(tmp_path / "token.p7m"))
    assert run(["simulator", "portal", "server-token", file, "Jamf School", *asked]) == 1
    assert "Choose the public key certificate (.pem)" in capsys.readouterr().err
    assert run(["simulator", "portal", "server-token", file, "Jamff", *asked]) == 1
    assert 'services are called "Jamff"' in capsys.readouterr().err


def test_devices_are_switched_on(file: str) -> None:
    """portal switch-on lets a device fetch the profile that waits for it."""
    with Tenant.open(file) as tenant:
        serial = next(iter(tenant.devices()))
        tenant.store.rows("INSERT INTO enrolment_devices (serial, profile, profile_status) VALUES (?, 'P', 'assigned')", serial)
    assert run(["simulator", "portal", "switch-on", file, serial]) == 0
    with Tenant.open(file) as tenant:
        assert tenant.store.rows("SELECT profile_status FROM enrolment_devices") == [("pushed",)]


def test_serve_says_where_the_door_is(file: str) -> None:
    """What serve prints leads to the door of the device enrolment service on the port."""
    with subprocess.Popen([RECONCILER, "simulator", "serve", file], stdout=subprocess.PIPE, env=environment(), text=True) as child:
        assert child.stdout
        line = next(line for line in child.stdout if "device_enrolment" in line)
        base_url = line.partition("base_url: ")[2].partition(";")[0]
        with Tenant.open(file) as tenant:
            wire = Enrolment(tenant, next(iter(tenant.services())), base_url=base_url).sign_in()
            assert wire.get("/account").json()["server_name"] == "Jamf School"
        child.kill()
