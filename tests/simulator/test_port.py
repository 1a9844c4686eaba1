from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from providers.simulator import serve
from tests.simulator.rehearsal import Rehearsal, ids


@pytest.fixture
def served() -> Iterator[Rehearsal]:
    """A small organization on a loopback port."""
    rehearsal = Rehearsal()
    with serve(rehearsal.tenant) as server:
        assert server.token_url == f"{server.base_url}/auth/oauth2/token"
        rehearsal.http = httpx.Client(base_url=server.base_url)
        yield rehearsal.sign_in()
        rehearsal.http.close()


def test_the_port_is_the_same_door(served: Rehearsal) -> None:
    """On a port the same pages, activities and logs are to be had, with links that lead to the port."""
    first = served.get("orgDevices", limit=25)
    assert ids(served.get(first.json()["links"]["next"])) == list(served.tenant.devices())[25:50]
    attributes = served.finish(served.post(served.held(None)[:1], served.jamf))
    assert served.log(attributes).text.count("SUCCESS") == 2


@pytest.mark.parametrize(("manner", "created"), [("before", 0), ("after", 1), ("midway", 1)])
def test_a_connection_is_cut_for_real(served: Rehearsal, manner: str, created: int) -> None:
    """A cut is seen by the client as a broken connection, and whether the request was taken depends on its moment."""
    served.tenant.switches.set("cut_connection", f"{manner}@post:1")
    with pytest.raises(httpx.TransportError):
        served.post(served.held(None)[:1], served.jamf)
    assert sum(served.tenant.counters()["activities"].values()) == created
    assert served.get("mdmServers").status_code == 200


def test_pinned_time_flows_while_it_is_served(served: Rehearsal) -> None:
    """A pinned organization's time moves with the requests of clients that live in real time."""
    before = served.tenant.clock.now()
    served.get("mdmServers")
    assert served.tenant.clock.now() > before
