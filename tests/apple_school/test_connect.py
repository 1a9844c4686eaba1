from __future__ import annotations

from pathlib import Path

import pytest

from providers.apple_school import connect
from providers.simulator import Tenant, seed, serve
from reconciler.connections import AppleSchoolConnection, Connections
from reconciler.errors import ReconcilerError
from reconciler.provider import Context, Notice, Provider, Receipt, Result
from reconciler.settings import Organization, Settings
from tests.apple_school.school import Shelf, moves, want


def _connect(folder: Path, options: dict[str, object], environment: dict[str, str] | None = None) -> Provider:
    section = AppleSchoolConnection.model_validate(options)
    settings = Settings(organization=Organization(name="Test District", time_zone="UTC"), connections=Connections(apple_school=section))
    return connect(section, Context(folder, environment or {}, Shelf(), settings))


def unseen(notice: Notice) -> None:
    """Nobody watches."""


def unjournaled(event: str, **facts: str) -> None:
    """Nothing is kept."""


REHEARSAL = {"devices": 30, "services": ["Jamf School"], "clock": "2026-11-23T08:00:00"}


def test_a_rehearsal_is_seeded_once(tmp_path: Path) -> None:
    """A rehearsal fills its organization the first time and finds it again, time included, ever after."""
    first = _connect(tmp_path, {"simulator": REHEARSAL})
    first.clock.sleep(3600)
    moment, identity = first.clock.now(), first.identity()
    first.close()
    second = _connect(tmp_path, {"simulator": REHEARSAL})
    assert (second.clock.now(), second.identity()) == (moment, identity)
    assert len(second.observe(want(rules=True), unseen).present["device_assignment"]) == 30
    assert (tmp_path / "state/private/simulator.sqlite").exists()
    second.close()


def test_a_rehearsal_without_options_is_empty(tmp_path: Path) -> None:
    """`simulator: {}` is an organization without anything."""
    provider = _connect(tmp_path, {"simulator": {"file": "pretend.sqlite"}})
    assert provider.observe(want(), unseen).items == {"mdm_server": {}, "device_assignment": {}}
    provider.close()


def test_a_switch_strikes_once(tmp_path: Path) -> None:
    """A fault for the first write strikes the first write ever, not the first of each process."""
    for _ in range(2):
        _connect(tmp_path, {"simulator": {**REHEARSAL, "switches": {"html_error_page": "502@services:1"}}}).close()
    tenant = Tenant.open(tmp_path / "state/private/simulator.sqlite")
    assert tenant.switches.changed() == {"html_error_page": "502@services:1"}
    tenant.close()


def test_an_unknown_switch_is_an_error_for_people(tmp_path: Path) -> None:
    """A switch that the simulator does not have is refused with the nearest name."""
    with pytest.raises(ReconcilerError) as caught:
        _connect(tmp_path, {"simulator": {**REHEARSAL, "switches": {"linkage_lagg": "5"}}})
    assert "linkage_lag" in caught.value.hint


def test_a_missing_key_file_is_an_error_for_people(tmp_path: Path) -> None:
    """A private key that is not where the settings say is refused with its path."""
    with pytest.raises(ReconcilerError, match=r"missing\.pem"):
        _connect(tmp_path, {"client_id": "SCHOOLAPI.x", "key_id": "y", "private_key": {"file": "missing.pem"}})


def test_the_identity_names_account_and_host(tmp_path: Path) -> None:
    """A real connection is named by its account and host, without a request and without a secret."""
    tenant = Tenant.open(":memory:")
    credentials = tenant.credentials()
    options: dict[str, object] = {"client_id": f"{credentials.client_id}\n", "key_id": "k", "private_key": {"env": "KEY"}}
    provider = _connect(tmp_path, options, {"KEY": credentials.private_key_pem})
    assert provider.identity() == f"{credentials.client_id}@api-school.apple.com"
    provider.close()
    provider.close()


def test_over_a_port(tmp_path: Path) -> None:
    """Over a real socket, with credentials from a file, reading, writing and settling work as they do in process."""
    tenant = Tenant.open(tmp_path / "pretend.sqlite")
    seed(tenant, devices=30, services=["Jamf School"], unassigned=0.5)
    tenant.switches.set("activity_seconds", "0")
    tenant.switches.set("linkage_lag", "0")
    credentials = tenant.credentials()
    (tmp_path / "key.pem").write_text(credentials.private_key_pem)
    with serve(tenant) as server:
        options: dict[str, object] = {
            "client_id": credentials.client_id,
            "key_id": credentials.key_id,
            "private_key": {"file": "key.pem"},
            "base_url": server.base_url,
            "token_url": server.token_url,
        }
        provider = _connect(tmp_path, options)
        observed = provider.observe(want(rules=True), unseen)
        free = sorted(observed.present["device_assignment"].keys() - observed.items["device_assignment"].keys())
        (step,) = provider.pack(moves(free, None, "jamf"), observed)
        receipt = provider.send(step, unjournaled, unseen)
        outcomes = provider.settle(step, Receipt("", receipt.sent.replace(year=2020)), unseen)
        provider.close()
    assert {outcome.result for outcome in outcomes.values()} == {Result.LANDED}
