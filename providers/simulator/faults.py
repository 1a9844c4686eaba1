"""What goes wrong on the way, apart from what the request asked: cut connections, 5xx, pages of HTML. Each strikes by its switch."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from providers.simulator.answers import Answer, ApiError, Refusal, page_of_html, refused
from providers.simulator.call import Call
from providers.simulator.routes import Endpoint
from providers.simulator.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

OUTSIDE = ("token", "log", "roster")
"""Sorts that are no API requests: `any`, `get` and `post` do not count them."""


class Cut(ConnectionError):
    """The connection was cut by a fault."""


def count(store: Store, method: str, endpoint: Endpoint | None) -> dict[str, int]:
    """Count a request and tell, for each of its sorts, how many there were with it."""
    sort = endpoint.sort if endpoint else "other"
    sorts = [sort] if sort in OUTSIDE else ["any", method.lower(), sort]
    path = re.sub("<.*?>", "{id}", endpoint.path) if endpoint else "unknown address"
    return tally(store, f"{method} {path}", sorts)


def tally(store: Store, what: str, sorts: Sequence[str]) -> dict[str, int]:
    """Count a request of any door under the words that counters() shows; likewise."""
    add = "INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n"
    store.rows(add, "requests", what)
    return {name: int(store.rows(add, "sort", name)[0][0]) for name in sorts}


def unexpected(call: Call, status: int) -> Answer:
    """A 5xx in the words of the School Manager API."""
    del call  # other doors look at their own switches
    return refused(Refusal(ApiError(status, "UNEXPECTED_ERROR", "An unexpected error occurred.", "Try again later.")))


def instead(call: Call, words: Callable[[Call, int], Answer] = unexpected) -> Answer | None:
    """The answer of a fault that strikes before the request is taken; None if none does. `words` makes a door's own document of a 5xx."""
    if call.quirk("cut_connection") == "before":
        return Answer()
    status = call.quirk("html_error_page")
    if status != "never":
        return page_of_html(int(status), "Web server is returning an unknown error")
    return _server_error(call, words) if call.quirk("server_error") == "before" else None


def afterwards(call: Call, words: Callable[[Call, int], Answer] = unexpected) -> Answer | None:
    """The answer of a fault that strikes after the request was taken."""
    return _server_error(call, words) if call.quirk("server_error") == "after" else None


def garble(call: Call, response: Response) -> None:
    """Leave off the second half of a body, where the switch says so."""
    if call.quirk("broken_json") == "always":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])


def deliver(call: Call, response: Response, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Hand the answer over, or fail to, as cut_connection says. Raises Cut where the connection is cut."""
    manner = call.quirk("cut_connection")
    if manner in ("before", "after"):
        _cut(environ)
    garble(call, response)
    if manner == "midway":
        return _midway(environ, response, start_response)
    return response(environ, start_response)


def _cut(environ: Mapping[str, Any]) -> None:
    """Cut the connection: for real on a port, by the exception alone in process."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    raise Cut


def _midway(environ: Mapping[str, Any], response: Response, start_response: StartResponse) -> Iterator[bytes]:
    """Half of the body that the headers promise, then the cut."""
    body = response.get_data()
    start_response(response.status, response.get_wsgi_headers(dict(environ)).to_wsgi_list())
    yield body[: len(body) // 2] or b" "
    _cut(environ)


def _server_error(call: Call, words: Callable[[Call, int], Answer]) -> Answer:
    status, manner = int(call.quirk("server_error_status")), call.quirk("server_error_body")
    if manner == "html":
        return page_of_html(status, "Internal Server Error")
    if manner == "json":
        return words(call, status)
    return Answer(status=status, text="" if manner == "empty" else '{"errors" : [ {"status" : "5')
