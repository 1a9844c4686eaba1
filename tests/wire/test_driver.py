from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from threading import Barrier, Thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response as Answer

from providers.wire.driver import ATTEMPTS
from providers.wire.message import Call, Request, Response, ask, ask_together
from providers.wire.words import Refused
from reconciler.errors import ProviderError, RateLimited, ReconcilerError, Unauthorized, Unclear
from reconciler.provider import Notice
from tests.wire.host import START, TOKEN, Host, bad, good, refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PASSING = {
    "a page of HTML with 200": bad(200),
    "a page of HTML with 502": bad(502),
    "an edge's own status": bad(524),
    "truncated JSON": Answer('{"data": [', 200, content_type="application/json"),
    "a list instead of a document": Answer("[]", 200, content_type="application/json"),
    "nothing at all": Answer("", 500),
    "a redirect": bad(302, Location="https://elsewhere.example"),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_reads_are_repeated(fault: Answer) -> None:
    """A read that gets no usable answer is asked again until it does."""
    host = Host([fault, fault, good(data=1)])
    assert host.read().document == {"data": 1}
    assert host.seen == ["GET"] * 3


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_reads_give_up_in_words(fault: Answer) -> None:
    """After so many attempts a read fails with a sentence that names what was read."""
    host = Host([fault])
    with pytest.raises(ProviderError, match=r"Reading things: Apple .+, 5 times in a row\."):
        host.read()
    assert len(host.seen) == ATTEMPTS


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_writes_are_never_repeated_when_unclear(fault: Answer) -> None:
    """A write whose answer says nothing definite is sent once and ends as Unclear."""
    host = Host([fault, good()])
    with pytest.raises(Unclear):
        host.write()
    assert host.seen == ["POST"]
    assert host.notes == ["sending"]


def test_writes_are_repeated_after_a_429() -> None:
    """A 429 is a definite no: the write is journaled as refused and sent again after the pause."""
    host = Host([bad(429, Retry_After="30"), good()])
    host.write()
    assert host.notes == ["sending", "refused", "sending"]
    assert host.at[1] - host.at[0] == timedelta(seconds=30)


def test_a_refused_write_is_journaled() -> None:
    """A write that was definitely refused raises Refused with Apple's code and detail, and is journaled as refused."""
    host = Host([refused(409, "ENTITY_ERROR", "There is no such thing")])
    with pytest.raises(Refused, match=r"Making a thing: Apple says: There is no such thing \(ENTITY_ERROR\)"):
        host.write()
    assert host.notes == ["sending", "refused"]


def test_nothing_is_sent_without_a_connection() -> None:
    """Where no connection can be made a write is tried again, and fails as definitely not sent."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = Host([good()], base_url=f"http://127.0.0.1:{closed.getsockname()[1]}", real=True)
        with pytest.raises(ProviderError, match="Nothing was sent") as caught:
            host.write()
    assert not isinstance(caught.value, Unclear)
    assert host.notes == ["sending", "refused"] * ATTEMPTS


@pytest.mark.parametrize("address", ["http://[", "gopher://host.example", "http://host.invalid:99999"])
def test_an_unusable_address_is_an_error_for_people(address: str) -> None:
    """Whatever httpx raises becomes one of our errors."""
    with pytest.raises(ReconcilerError):
        Host([good()], base_url=address, real=True).read()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes one request after the other and hangs up without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_hang_up, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _hang_up(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)


def test_a_connection_that_breaks_is_unclear(silent_port: int) -> None:
    """A write whose connection breaks after it was sent is Unclear and not sent again."""
    host = Host([good()], base_url=f"http://127.0.0.1:{silent_port}", real=True)
    with pytest.raises(Unclear, match="the connection broke"):
        host.write()
    assert host.notes == ["sending"]


def test_a_real_port_is_spoken_to_in_http_1_1() -> None:
    """Over a socket the driver speaks HTTP/1.1, on purpose."""
    spoken: list[str] = []

    @Asked.application
    def door(asked: Asked) -> Answer:
        spoken.append(asked.environ["SERVER_PROTOCOL"])
        return good()

    server = make_server("127.0.0.1", 0, door)
    Thread(target=server.handle_request, daemon=True).start()
    host = Host([], base_url=f"http://127.0.0.1:{server.server_port}", real=True)
    host.read()
    host.driver.close()
    server.server_close()
    assert spoken == ["HTTP/1.1"]


def test_one_new_token_after_a_401() -> None:
    """A 401 gets one new token and one more try."""
    host = Host([refused(401, "NOT_AUTHORIZED", "expired"), good()])
    host.read()
    assert host.bearers == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]


def test_a_second_401_is_the_end() -> None:
    """A second 401 in a row is Unauthorized, and the token is in no message."""
    host = Host([refused(401, "NOT_AUTHORIZED", "expired")])
    with pytest.raises(Unauthorized) as caught:
        host.write()
    assert len(host.seen) == 2
    assert TOKEN not in caught.value.message + caught.value.hint
    assert host.notes == ["sending", "refused"] * 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), (format_datetime(START + timedelta(seconds=95), usegmt=True), 95), (None, 60), ("soon", 60), ("-5", 60), ("0", 1), ("", 60)],
)
def test_retry_after_is_obeyed(header: str | None, seconds: int) -> None:
    """Retry-After is understood as seconds and as a date; where it is missing or means nothing, a minute is waited."""
    headers = {} if header is None else {"Retry_After": header}
    host = Host([bad(429, **headers), good()])
    host.read()
    assert host.at[1] - host.at[0] == timedelta(seconds=seconds)
    assert [notice.wait for notice in host.waits] == [seconds]


def test_a_longer_pause_than_we_may_wait() -> None:
    """A Retry-After beyond our patience ends the run at once instead of waiting."""
    host = Host([bad(429, Retry_After="3000")])
    with pytest.raises(RateLimited, match="50 min"):
        host.read()
    assert host.clock.now() == START


@pytest.mark.parametrize(("answer", "seconds"), [(bad(503, Retry_After="300"), 300), (bad(503), 2)])
def test_a_closed_host_says_for_how_long(answer: Answer, seconds: int) -> None:
    """A read waits as long as a 503 asks, and a little where it asks nothing."""
    host = Host([answer, good()])
    host.read()
    assert host.at[1] - host.at[0] == timedelta(seconds=seconds)


def test_a_closed_host_is_unclear_to_a_write() -> None:
    """A 503 leaves open whether a write was taken, whatever pause it asks for."""
    host = Host([bad(503, Retry_After="300"), good()])
    with pytest.raises(Unclear):
        host.write()
    assert host.seen == ["POST"]


def test_a_post_that_only_reads_is_a_read() -> None:
    """A request that is said to be safe is asked again, and paid as a read, whatever its method."""
    host = Host([bad(502), good(data=1)])
    host.driver.run(ask(Request("POST", "/list", "Reading a list", content=b"{}", safe=True)), host.report, host.note)
    assert (host.seen, host.notes, host.driver.spent) == (["POST"] * 2, [], {"reads": 2, "writes": 0})


@pytest.mark.parametrize("text", ["T_C_NOT_SIGNED", '"T_C_NOT_SIGNED"', "  T_C_NOT_SIGNED\n"])
def test_a_code_is_said_in_words(text: str) -> None:
    """A channel's own code, as plain text, bare or in quotes, becomes the sentence that its manners have for it."""
    host = Host([Answer(text, 403, content_type="text/plain;Charset=UTF8")])
    with pytest.raises(Unauthorized, match=r"Making a thing: the terms were not accepted \(T_C_NOT_SIGNED\)\.") as caught:
        host.write()
    assert (caught.value.hint, host.seen) == ("Accept them.", ["POST"])


def test_a_code_without_words_is_shown() -> None:
    """A plain-text code that nobody knows is shown as it came."""
    with pytest.raises(Refused, match=r"Apple says: SOMETHING_NEW\."):
        Host([Answer("SOMETHING_NEW", 400, content_type="text/plain")]).read()


def test_429_for_ever_is_no_storm() -> None:
    """A host that answers every request with 429 and no pause gets ever fewer requests, and an end."""
    host = Host([bad(429, Retry_After="0")])
    with pytest.raises(RateLimited):
        host.read()
    assert len(host.seen) < 50


@pytest.mark.parametrize(("limits", "act", "seconds"), [((3, 99), "read", 60), ((99, 2), "write", 3600)])
def test_the_budget_is_never_exceeded(limits: tuple[int, int], act: str, seconds: int) -> None:
    """In no window do more requests leave than the budget allows, and waiting for it is reported."""
    host = Host([good()], limits=limits)
    for _ in range(8):
        getattr(host, act)()
    most = min(limits)
    assert all(later - earlier > timedelta(seconds=seconds) for earlier, later in zip(host.at, host.at[most:], strict=False))
    assert any("waiting for the budget of" in notice.text and notice.wait > 0 for notice in host.waits)


def test_successive_processes_share_the_budget() -> None:
    """A second process waits for what the first one spent."""
    first = Host([good()], limits=(2, 99))
    first.read()
    first.read()
    second = Host([good()], limits=(2, 99), shelf=first.shelf, clock=first.clock)
    second.read()
    assert second.at[0] - first.at[0] > timedelta(seconds=60)


def test_a_budget_of_another_clock_says_nothing() -> None:
    """Moments in the future (a rehearsal that began anew) are not held against us."""
    first = Host([good()], limits=(2, 99))
    first.clock.sleep(86400)
    first.read()
    first.read()
    second = Host([good()], limits=(2, 99), shelf=first.shelf)
    second.read()
    assert second.clock.now() == START


@pytest.mark.parametrize(
    "kept", [None, "x", {"owner": "somebody"}, {"owner": "somebody", "spent": {"reads": ["x"], "writes": 1}}, {"owner": "else"}]
)
def test_a_damaged_budget_says_nothing(kept: object) -> None:
    """Whatever stands in the scratch store, the driver works."""
    first = Host([good()])
    first.shelf.put("budget", kept)
    Host([good()], shelf=first.shelf).read()


def test_an_error_reaches_the_call_first() -> None:
    """A call may catch an error and go on."""
    host = Host([refused(404, "NOT_FOUND", "gone"), good(data=2)])

    def call() -> Call[object]:
        try:
            yield from ask(Request("GET", "/first", "Reading the first"))
        except ProviderError:
            return (yield from ask(Request("GET", "/second", "Reading the second"))).document
        return None

    assert host.driver.run(call(), host.report) == {"data": 2}


def test_no_bearer_outside_the_api() -> None:
    """A request that is not of the API carries no token and costs no budget."""
    host = Host([good()])
    host.driver.run(ask(Request("GET", "https://logs.example/x", "Reading a log", api=False)), host.report)
    assert host.bearers == [""]
    assert host.driver.spent == {"reads": 0, "writes": 0}


def _things(count: int) -> Call[tuple[Response | ProviderError, ...]]:
    return ask_together(Request("GET", f"/things/{number}", "Reading things") for number in range(count))


class _Gate(Answer):
    """An answer that is given only when so many are being waited for."""

    gate = Barrier(5, timeout=60)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.gate.wait()
        return super().__call__(environ, start_response)


def test_reads_that_are_wanted_together_are_under_way_together() -> None:
    """Five reads that a call wants together are all sent before the first is answered."""
    host = Host([_Gate('{"data": 1}', 200, content_type="application/json")])
    assert host.driver.run(_things(5), host.report) == (Response(200, {"data": 1}),) * 5


def test_threads_end_with_the_driver() -> None:
    """What sends several reads at once is made once, and given back when the driver is closed."""
    before, host = set(enumerate_threads()), Host([good(data=1)])
    for _ in range(3):
        host.driver.run(_things(5), host.report)
    made = set(enumerate_threads()) - before
    assert 0 < len(made) <= 5
    host.driver.close()
    assert not any(thread.is_alive() for thread in made)


def test_reads_together_keep_the_budget() -> None:
    """Of reads that are wanted together only as many leave at once as the budget has room for."""
    host = Host([good(data=1)], limits=(2, 99))
    host.driver.run(_things(5), host.report)
    seconds = [(moment - START).total_seconds() for moment in host.at]
    assert [second // 60 for second in seconds] == [0, 0, 1, 1, 2]
    assert host.driver.spent["reads"] == 5


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_one_of_several_reads_is_repeated(fault: Answer) -> None:
    """Of reads that are sent together, one without a usable answer is asked again, and the others are not."""
    host = Host([good(data=1), fault, good(data=1)])
    assert host.driver.run(_things(3), host.report) == (Response(200, {"data": 1}),) * 3
    assert len(host.seen) == 4


def test_one_of_several_reads_may_fail() -> None:
    """Of reads that are sent together, each has its own answer or its own error, and a definite no is not asked again."""
    host = Host([good(data=1), refused(404, "NOT_FOUND", "gone"), good(data=1)])
    found = host.driver.run(_things(3), host.report)
    assert [isinstance(one, Refused) for one in found].count(True) == 1
    assert len(host.seen) == 3


def test_what_is_left_of_the_budget_is_told() -> None:
    """After each request the report says what is left of each window of the budget."""
    host = Host([good()])
    told: list[tuple[int, ...]] = []
    for _ in range(2):
        host.driver.run(ask(Request("GET", "/things", "Reading things")), lambda notice: told.append(_left(notice)))
    assert [left[0] for left in told] == [told[0][0], told[0][0] - 1]


def _left(notice: Notice) -> tuple[int, ...]:
    return tuple(allowance.left for allowance in notice.budget)
