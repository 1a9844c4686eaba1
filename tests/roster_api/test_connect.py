from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from providers.roster_api import connect
from providers.simulator import Server, Tenant, serve
from providers.simulator.academic.portal import PersonSeed
from providers.simulator.academic.roster_api import credentials, refresh_token
from reconciler.connections import AppleSchoolConnection, Connections, RosterApiConnection
from reconciler.desired import Desired
from reconciler.errors import ReconcilerError, Unauthorized
from reconciler.provider import Context, Look, Notice, Provider
from reconciler.settings import Organization, Settings
from tests.apple_school.school import Shelf

SECRETS = ("SECRET", "TOKEN")
SCHOOL = {"client_id": "a", "key_id": "b", "private_key": {"env": "KEY"}}


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _connect(folder: Path, tenant: Tenant, server: Server, **wrong: str) -> Provider:
    """Over a real socket, as against Apple."""
    client_id, secret = credentials(tenant.store)
    environment = {"SECRET": secret, "TOKEN": f"{refresh_token(tenant.store)}\n", **wrong}
    told: dict[str, Any] = {"client_id": client_id, "client_secret": {"env": "SECRET"}, "refresh_token": {"env": "TOKEN"}}
    base = f"{server.base_url}/rosterapi"
    section = RosterApiConnection.model_validate({**told, "base_url": base, "token_url": f"{base}/token"})
    connections = Connections(apple_school=AppleSchoolConnection.model_validate(SCHOOL), roster_api=section)
    settings = Settings(organization=Organization(name="Test", time_zone="UTC"), connections=connections)
    return connect(section, Context(folder, environment, Shelf(), settings))


def _tenant(folder: Path) -> Tenant:
    tenant = Tenant.open(folder / "pretend.sqlite")
    tenant.academic.create_location("North", "north")
    tenant.academic.create_persons([PersonSeed("Ann", "A", email_address="ann@x.example", roles=[("Administrator", "north")])])
    return tenant


def test_over_a_port(tmp_path: Path) -> None:
    """Over a real socket, with the app's secret and an administrator's consent, everybody is read; nothing of either is in the identity."""
    tenant = _tenant(tmp_path)
    with serve(tenant) as server:
        provider = _connect(tmp_path, tenant, server)
        observed = provider.observe(Look(Desired(), {}, everything=True), _unseen)
        assert provider.identity() == f"{credentials(tenant.store)[0]}@{server.base_url.removeprefix('http://')}"
        provider.close()
        provider.close()
    assert len(observed.items["role"]) == 1
    assert observed.reads == {"roster_api": 1}


@pytest.mark.parametrize("which", SECRETS)
def test_credentials_that_ended_are_named_and_not_shown(tmp_path: Path, which: str) -> None:
    """A secret or a consent that no longer counts is refused with the connection's name, and quoted nowhere."""
    tenant = _tenant(tmp_path)
    with serve(tenant) as server:
        provider = _connect(tmp_path, tenant, server, **{which: "not-the-right-one"})
        with pytest.raises(Unauthorized) as caught:
            provider.observe(Look(Desired(), {}, everything=True), _unseen)
        provider.close()
    said = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.credential == "roster_api"
    assert [secret for secret in ("not-the-right-one", *credentials(tenant.store), refresh_token(tenant.store)) if secret in said] == []


def test_a_missing_secret_is_an_error_for_people(tmp_path: Path) -> None:
    """A secret that is not where the settings say is refused before anything is sent, by the name of its variable."""
    section = RosterApiConnection.model_validate(
        {"client_id": "x", "client_secret": {"env": "NOT_THERE"}, "refresh_token": {"env": "NOT_THERE"}}
    )
    connections = Connections(apple_school=AppleSchoolConnection.model_validate(SCHOOL), roster_api=section)
    settings = Settings(organization=Organization(name="Test", time_zone="UTC"), connections=connections)
    with pytest.raises(ReconcilerError, match="NOT_THERE"):
        connect(section, Context(tmp_path, {}, Shelf(), settings))


def test_a_rehearsal_is_whole() -> None:
    """A rehearsed Roster API beside a real School Manager is refused, and credentials are given whole."""
    with pytest.raises(ValidationError, match="mix the simulator with real connections"):
        Connections.model_validate({"apple_school": SCHOOL, "roster_api": {"simulator": {}}})
    with pytest.raises(ValidationError, match="lacks client_secret, refresh_token"):
        RosterApiConnection.model_validate({"client_id": "x"})
