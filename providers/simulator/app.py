"""The WSGI door: finds the address, judges the request in Apple's order, lets faults strike, and answers.

One request is one transaction: it is counted, obeyed and answered as a whole, and a client that dies meanwhile changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from providers.simulator import faults
from providers.simulator.answers import Answer, ApiError, Refusal, refused, write
from providers.simulator.auth import require_bearer
from providers.simulator.call import Call
from providers.simulator.limits import spend
from providers.simulator.routes import ROUTES, Endpoint
from providers.simulator.settling import settle
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

ACCEPTED = frozenset({"application/json", "*/*"})


class Door:
    """The pretend Apple as a WSGI application."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises faults.Cut where a fault cuts the connection."""
        request = Request(environ)
        with self._tenant.store.transaction():
            call, endpoint, values = self._arrive(request)
            answer = _answer(call, endpoint, values)
            self._tenant.clock.sleep(call.number("slow_answer"))
        return faults.deliver(call, write(answer, call.quirk("json_layout")), environ, start_response)

    def _arrive(self, request: Request) -> tuple[Call, Endpoint | None, Mapping[str, Any]]:
        """Find the address, count the request and bring the organization up to now."""
        tenant = self._tenant
        endpoint, values = _find(request)
        settings, now = tenant.switches.settings(), tenant.clock.stamp()
        seen = faults.count(tenant.store, request.method, endpoint)
        settle(tenant.store, settings, now)
        return Call(request, tenant.store, settings, seen, now, request.host_url.rstrip("/")), endpoint, values


def app(tenant: Tenant) -> WSGIApplication:
    """The door of one organization."""
    return Door(tenant)


def _find(request: Request) -> tuple[Endpoint | None, Mapping[str, Any]]:
    try:
        found, values = ROUTES.bind_to_environ(request.environ).match()
    except NotFound:
        return None, {}
    return (found if isinstance(found, Endpoint) else None), values


def _answer(call: Call, endpoint: Endpoint | None, values: Mapping[str, Any]) -> Answer:
    before = faults.instead(call)
    if before is not None:
        return before
    try:
        answer = _judge(call, endpoint, values)
    except Refusal as refusal:
        answer = refused(refusal)
    return faults.afterwards(call) or answer


def _judge(call: Call, endpoint: Endpoint | None, values: Mapping[str, Any]) -> Answer:
    if endpoint is not None and not endpoint.shape:
        if call.request.method not in endpoint.handlers:
            raise Refusal(ApiError(405, "METHOD_NOT_ALLOWED", "The method is not allowed", f"{call.request.method} is not allowed here"))
        return endpoint.handlers[call.request.method](call, **values)
    _require_accept(call)
    require_bearer(call)
    spend(call)
    if endpoint is None:
        detail = "The path provided does not match a defined resource type."
        raise Refusal(ApiError(404, "NOT_FOUND", "The specified resource doesn't exist", detail))
    handler = endpoint.handler(call.request.method)
    _require_content_type(call)
    return handler(call, **values)


def _require_accept(call: Call) -> None:
    accepted = [kind for kind, _ in call.request.accept_mimetypes]
    if accepted and not ACCEPTED.intersection(accepted) and call.quirk("accept") == "strict":
        detail = f"The Accept header '{call.request.headers['Accept']}' is not supported: use application/json"
        raise Refusal(ApiError(406, "NOT_ACCEPTABLE", "The requested media type is not available", detail))


def _require_content_type(call: Call) -> None:
    if call.request.method == "POST" and call.request.mimetype != "application/json":
        detail = f"The Content-Type '{call.request.mimetype}' is not supported: use application/json"
        raise Refusal(ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The media type is not supported", detail))
