from __future__ import annotations

import weakref

import httpx

from providers.wire.exchange import Exchange
from providers.wire.message import Request
from state.collector import collector_paused
from tests.wire.host import URL, good


def test_a_page_that_was_read_is_let_go() -> None:
    """An answer is freed as soon as nobody uses it, without the garbage collector, which stands still while long lists are read."""
    exchange = Exchange(URL, {}, httpx.WSGITransport(app=good(data=[])))
    with collector_paused():
        answer = exchange.send(Request("GET", "/v1/things", "Reading things"), {})
        assert answer.content == b'{"data": []}'
        left = weakref.ref(answer)
        del answer
        assert left() is None
    exchange.close()
