"""The in-process door: the same application, reached by httpx without a port."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx

from providers.simulator.app import app
from providers.simulator.faults import Cut
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class InProcess(httpx.BaseTransport):
    """Hands requests for any host to the application; a cut connection becomes what httpx raises on a real wire."""

    def __init__(self, application: WSGIApplication) -> None:
        self._wsgi = httpx.WSGITransport(app=application)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; RemoteProtocolError before, ReadError in the middle of an answer."""
        try:
            response = self._wsgi.handle_request(request)
        except Cut as cut:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request) from cut
        try:
            content = response.read()
        except Cut as cut:
            raise httpx.ReadError("The connection was cut.", request=request) from cut
        return httpx.Response(response.status_code, headers=response.headers, content=content, request=request)


def transport(tenant: Tenant, door: Callable[[Tenant], WSGIApplication] = app) -> httpx.BaseTransport:
    """One of an organization's doors (without one named: the School Manager API) for `httpx.Client(transport=…)`.

    The client may name any host.
    """
    return InProcess(door(tenant))
