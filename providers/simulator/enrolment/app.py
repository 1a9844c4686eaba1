"""The WSGI door of the device enrolment service: User-Agent, type, address, session, terms and body are judged in this order.

One request is one transaction, as at the other doors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from providers.simulator import faults
from providers.simulator.answers import Answer, write
from providers.simulator.call import Call
from providers.simulator.enrolment.refusal import MALFORMED, Refusal, plain
from providers.simulator.enrolment.routes import ROUTES, Endpoint
from providers.simulator.limits import retry_after
from providers.simulator.settling import settle
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

JSON = "application/json;charset=UTF8"
AGENT = re.compile(r"[A-Za-z0-9][\w.+ -]*/\S+")
LIBRARIES = re.compile(r"(python-|curl/|Go-http-client/|okhttp/|Java/|nanodep/0)", re.IGNORECASE)
"""User-Agents that say nothing about who calls."""
BUSY_SECONDS = 120.0
TOO_MANY_SECONDS = 60.0


class Door:
    """The pretend mdmenrollment.apple.com as a WSGI application."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises faults.Cut where a fault cuts the connection."""
        tenant, request = self._tenant, Request(environ)
        with tenant.store.transaction():
            call, endpoint = self._arrive(request)
            answer = _answer(call, endpoint)
            tenant.clock.sleep(call.number("slow_answer"))
        return faults.deliver(call, write(answer, "compact"), environ, start_response)

    def _arrive(self, request: Request) -> tuple[Call, Endpoint | None]:
        """Find the address, count the request and bring the organization up to now."""
        tenant, endpoint = self._tenant, ROUTES.get(request.path)
        settings, now = tenant.switches.settings(), tenant.clock.stamp()
        handled = endpoint.handlers.get(request.method) if endpoint else None
        sorts = ["enrolment", *([handled.sort] if handled else [])]
        known = request.path if endpoint else "/unknown address"
        seen = faults.tally(tenant.store, f"{request.method} /enrolment{known}", sorts)
        settle(tenant.store, settings, now)
        return Call(request, tenant.store, settings, seen, now, request.host_url.rstrip("/")), endpoint


def app(tenant: Tenant) -> WSGIApplication:
    """The door of one organization."""
    return Door(tenant)


def _answer(call: Call, endpoint: Endpoint | None) -> Answer:
    before = faults.instead(call, _failure)
    if before is not None:
        return before
    try:
        answer = _judge(call, endpoint)
    except Refusal as refusal:
        answer = plain(refusal, call.quirk("enrolment_error_text"))
    return faults.afterwards(call, _failure) or answer


def _judge(call: Call, endpoint: Endpoint | None) -> Answer:
    if call.quirk("rate_limited") == "always":
        raise Refusal(429, "TOO_MANY_REQUESTS", retry_after(call, TOO_MANY_SECONDS))
    _require_agent(call)
    _require_type(call)
    if endpoint is None or not endpoint.there(call):
        raise Refusal(404, "NOT_FOUND")
    if call.request.method not in endpoint.handlers:
        raise Refusal(405, "METHOD_NOT_ALLOWED", {"Allow": ", ".join(sorted(endpoint.handlers))})
    answer = endpoint.handlers[call.request.method].answer(call)
    answer.media_type = JSON
    return answer


def _require_agent(call: Call) -> None:
    manner, agent = call.quirk("enrolment_user_agent"), call.request.headers.get("User-Agent", "").strip()
    if manner != "optional" and not agent:
        raise Refusal(400, "USER_AGENT_MISSING")
    if manner == "product" and (not AGENT.fullmatch(agent.partition(" (")[0].strip()) or LIBRARIES.match(agent)):
        raise Refusal(400, "USER_AGENT_INVALID")


def _require_type(call: Call) -> None:
    """MDM Protocol Reference, "Roster": only JSON in UTF-8 is accepted."""
    if call.quirk("enrolment_content_type") == "bodies" and not call.request.get_data():
        return
    charset = call.request.mimetype_params.get("charset", "UTF8").upper().replace("-", "")
    if call.request.mimetype != "application/json" or charset != "UTF8":
        raise Refusal(400, MALFORMED)


def _failure(call: Call, status: int) -> Answer:
    headers: Mapping[str, str] = retry_after(call, BUSY_SECONDS) if status == 503 else {}
    word = "SERVICE_UNAVAILABLE" if status == 503 else "INTERNAL_SERVER_ERROR"
    return plain(Refusal(status, word, headers), call.quirk("enrolment_error_text"))
