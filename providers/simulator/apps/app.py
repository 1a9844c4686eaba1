"""The door of Apps and Books: finds the address, judges the request in a fixed order, lets faults strike, and answers.

Order: address, method, token, rate, content type, privilege, then the request itself. One request is one transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from providers.simulator import faults
from providers.simulator.answers import Answer, page_of_html, write
from providers.simulator.apps import config, events, lists, manage, refusal
from providers.simulator.apps.library import Library, opened
from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call
from providers.simulator.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

    from providers.simulator.tenant import Tenant

Handler = Callable[[Call, Library], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address: the sort that strikes count, and its handlers by method."""

    sort: str
    handlers: Mapping[str, Handler]


SERVICE = "service/config"
ENDPOINTS = {
    "client/config": Endpoint("appsconfig", {"GET": config.client, "POST": config.configure}),
    "assets": Endpoint("appsassets", {"GET": lists.assets}),
    "assignments": Endpoint("appsassignments", {"GET": lists.assignments}),
    "users": Endpoint("appsusers", {"GET": lists.users}),
    "status": Endpoint("appsstatus", {"GET": events.status}),
    "assets/associate": Endpoint("appsmanage", {"POST": manage.assets("ASSOCIATE")}),
    "assets/disassociate": Endpoint("appsmanage", {"POST": manage.assets("DISASSOCIATE")}),
    "assets/revoke": Endpoint("appsmanage", {"POST": manage.revoke}),
    "users/create": Endpoint("appspeople", {"POST": manage.users("CREATE")}),
    "users/update": Endpoint("appspeople", {"POST": manage.users("UPDATE")}),
    "users/retire": Endpoint("appspeople", {"POST": manage.users("RETIRE")}),
}
WINDOW = 1.0
"""Seconds over which maxRequestPerSecond is counted."""


class Door:
    """The pretend Apps and Books service as a WSGI application."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._inside = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises faults.Cut where a fault cuts the connection."""
        request = Request(environ)
        # Counted before the transaction is waited for: that queue is where requests are at once.
        with self._entered() as inside, self._tenant.store.transaction():
            call, root, path = self._arrive(request)
            most = int(call.number("apps_max_parallel"))
            answer = refusal.answer(call, Refusal(9646)) if most and inside > most else _answer(call, root, path)
            self._tenant.clock.sleep(call.number("slow_answer"))
        return faults.deliver(call, write(answer, call.quirk("json_layout")), environ, start_response)

    @contextmanager
    def _entered(self) -> Iterator[int]:
        with self._lock:
            self._inside += 1
            inside = self._inside
        try:
            yield inside
        finally:
            with self._lock:
                self._inside -= 1

    def _arrive(self, request: Request) -> tuple[Call, str, str]:
        """Find the address, count the request and bring the libraries up to now."""
        tenant = self._tenant
        root, path = _find(request)
        settings, now = tenant.switches.settings(), tenant.clock.stamp()
        seen = _count(tenant.store, request.method, path)
        events.settle(tenant.store, settings, now)
        return Call(request, tenant.store, settings, seen, now, request.root_url.rstrip("/")), root, path


def app(tenant: Tenant) -> WSGIApplication:
    """The door of one organization."""
    return Door(tenant)


def _find(request: Request) -> tuple[str, str]:
    """The root and the rest of the address; a rest that is no endpoint is empty."""
    for root in (config.ROOT, config.MOVED):
        path = request.path.removeprefix(f"{root}/")
        if path != request.path and path in (SERVICE, *ENDPOINTS):
            return root, path
    return "", ""


def _count(store: Store, method: str, path: str) -> dict[str, int]:
    sort = ENDPOINTS[path].sort if path in ENDPOINTS else "appsconfig"
    return faults.tally(store, f"{method} {path or 'unknown address'} (apps)", ("apps", f"apps{method.lower()}", sort))


def _answer(call: Call, root: str, path: str) -> Answer:
    before = faults.instead(call, refusal.unexpected)
    if before is not None:
        return before
    try:
        answer = _judge(call, root, path)
    except Refusal as refused:
        answer = refusal.answer(call, refused)
    return faults.afterwards(call, refusal.unexpected) or answer


def _judge(call: Call, root: str, path: str) -> Answer:
    if call.quirk("apps_unavailable") == "always":
        raise Refusal(9729)
    if not path:
        return page_of_html(404, "Not Found")
    if path == SERVICE:
        _require_method(call, ("GET",))
        return Answer(config.service(call))
    if root != config.root(call):
        raise Refusal(9634)
    endpoint = ENDPOINTS[path]
    _require_method(call, endpoint.handlers)
    library = opened(call)
    _spend(call, library)
    if call.request.method == "POST":
        _require_writable(call, library)
    return Answer(endpoint.handlers[call.request.method](call, library))


def _require_method(call: Call, known: Iterable[str]) -> None:
    if call.request.method not in known:
        raise Refusal(9726)


def _require_writable(call: Call, library: Library) -> None:
    if call.request.mimetype != "application/json":
        raise Refusal(9727)
    if library.read_only:
        raise Refusal(int(call.quirk("apps_read_only")))


def _spend(call: Call, library: Library) -> None:
    """Take one request from the library's second; 429 if there is none left (a refused request costs nothing)."""
    if call.quirk("apps_rate_limited") == "always":
        raise Refusal(9646)
    sort, most = f"apps {library.id}", int(call.number("apps_max_requests_per_second"))
    call.store.rows("DELETE FROM budget WHERE sort = ? AND at <= ?", sort, call.now - WINDOW)
    if most and call.store.rows("SELECT COUNT(*) FROM budget WHERE sort = ?", sort)[0][0] >= most:
        raise Refusal(9646)
    call.store.rows("INSERT INTO budget VALUES (?, ?)", sort, call.now)
