"""What goes wrong on the way, apart from what the request asked: cut connections, 5xx, pages of HTML. Each strikes by its switch."""

from __future__ import annotations

import re

from werkzeug.wrappers import Response

from providers.simulator.answers import Answer, ApiError, Refusal, page_of_html, refused
from providers.simulator.call import Call
from providers.simulator.routes import Endpoint
from providers.simulator.store import Store

OUTSIDE = ("token", "log")
"""Sorts that are no API requests: `any`, `get` and `post` do not count them."""


class Cut(ConnectionError):
    """The connection was cut by a fault."""


def count(store: Store, method: str, endpoint: Endpoint | None) -> dict[str, int]:
    """Count a request and tell, for each of its sorts, how many there were with it."""
    sort = endpoint.sort if endpoint else "other"
    sorts = [sort] if sort in OUTSIDE else ["any", method.lower(), sort]
    add = "INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n"
    path = re.sub("<.*?>", "{id}", endpoint.path) if endpoint else "unknown address"
    store.rows(add, "requests", f"{method} {path}")
    return {name: int(store.rows(add, "sort", name)[0][0]) for name in sorts}


def instead(call: Call) -> Answer | None:
    """The answer of a fault that strikes before the request is taken; None if none does."""
    if call.quirk("cut_connection") == "before":
        return Answer()
    status = call.quirk("html_error_page")
    if status != "never":
        return page_of_html(int(status), "Web server is returning an unknown error")
    return _server_error(call) if call.quirk("server_error") == "before" else None


def afterwards(call: Call) -> Answer | None:
    """The answer of a fault that strikes after the request was taken."""
    return _server_error(call) if call.quirk("server_error") == "after" else None


def garble(call: Call, response: Response) -> None:
    """Leave off the second half of a body, where the switch says so."""
    if call.quirk("broken_json") == "always":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])


def _server_error(call: Call) -> Answer:
    status, manner = int(call.quirk("server_error_status")), call.quirk("server_error_body")
    if manner == "html":
        return page_of_html(status, "Internal Server Error")
    if manner == "json":
        return refused(Refusal(ApiError(status, "UNEXPECTED_ERROR", "An unexpected error occurred.", "Try again later.")))
    return Answer(status=status, text="" if manner == "empty" else '{"errors" : [ {"status" : "5')
