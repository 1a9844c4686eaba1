from __future__ import annotations

import io
from collections.abc import Callable
from io import BufferedReader

import httpx
import pytest
from werkzeug.test import create_environ, run_wsgi_app

from providers.simulator.apps.app import app
from providers.simulator.apps.switches import switches
from tests.simulator.apps.library import Library, number
from tests.simulator.apps.probes import NUMBERS, PROBES

SWITCHES = {switch.name: switch for switch in switches()}
BY_HAND = {"apps_max_parallel"}
"""Switches that have a test of their own: their probe needs several requests at once."""


def _seen(name: str, value: str) -> object:
    library = Library()
    library.tenant.switches.set(name, value)
    seen = PROBES[name](library)
    library.tenant.close()
    return seen


@pytest.mark.parametrize("name", [name for name in SWITCHES if name not in BY_HAND])
def test_every_value_of_a_switch_shows_on_the_wire(name: str) -> None:
    """Each value of each switch gives a client something else to see, and the same again in a like organization."""
    switch = SWITCHES[name]
    tried = (NUMBERS.get(name, "5") if value == "<number>" else value for value in switch.values)
    values = dict.fromkeys([switch.default, *tried])
    seen = [_seen(name, value) for value in values]
    for n, value in enumerate(values):
        assert [other for other in seen if other == seen[n]] == [seen[n]], f"{name}={value} looks like another value"
    assert _seen(name, switch.default) == seen[0]


class _Meanwhile(io.RawIOBase):
    """A request's body; while it is being read, further requests arrive."""

    def __init__(self, arrive: Callable[[], object]) -> None:
        self._arrive = arrive

    def readable(self) -> bool:
        """See RawIOBase."""
        return True

    def readinto(self, buffer: object) -> int:
        """See RawIOBase."""
        del buffer  # the body is empty
        self._arrive()
        return 0


@pytest.mark.parametrize(("most", "refused"), [("5", True), ("4", True), ("6", False), ("0", False)])
def test_more_than_five_requests_at_once_are_refused(most: str, refused: bool) -> None:
    """The sixth of six requests that are under way at the same time gets 429, unless the limit is another."""
    library = Library()
    library.tenant.switches.set("apps_max_parallel", most)
    door, answers = app(library.tenant), []

    def arrive(others: int) -> None:
        body = _Meanwhile(lambda: arrive(others - 1) if others else None)
        headers = {"Authorization": library.http.headers["Authorization"]}
        environ = create_environ("/mdm/v2/users/create", method="POST", headers=headers, content_type="application/json")
        environ |= {"wsgi.input": BufferedReader(body), "wsgi.input_terminated": True}
        answers.append(run_wsgi_app(door, environ)[1])

    arrive(5)
    assert ("429 TOO MANY REQUESTS" in answers) == refused


@pytest.mark.parametrize(
    ("switch", "seen"),
    [
        ("server_error", (500, 9603)),
        ("html_error_page", (503, "html")),
        ("cut_connection", "RemoteProtocolError"),
        ("broken_json", "broken"),
    ],
)
def test_the_faults_of_every_door_strike_here_too(switch: str, seen: object) -> None:
    """A fault with a strike on a sort of this door hits that request of this door and no other."""
    library = Library()
    value = {"server_error": "before", "html_error_page": "503", "cut_connection": "after", "broken_json": "always"}[switch]
    library.tenant.switches.set(switch, f"{value}@appsassets:1")
    assert library.get("users").status_code == 200
    assert _outcome(library) == seen
    assert library.get("assets").status_code == 200


def _outcome(library: Library) -> object:
    try:
        answer = library.get("assets")
    except httpx.TransportError as problem:
        return type(problem).__name__
    if "html" in answer.headers["content-type"]:
        return answer.status_code, "html"
    return number(answer) if answer.text.endswith("}") else "broken"
