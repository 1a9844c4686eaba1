"""Which doors lead into one organization from one port: Apple's services have hosts of their own, here they have paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from providers.simulator.app import app
from providers.simulator.apps.app import app as apps
from providers.simulator.enrolment.app import app as enrolment
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOUNTS: Mapping[str, Callable[[Tenant], WSGIApplication]] = {
    "/apps": apps,
    "/enrolment": enrolment,
}
"""Path → the door below it. The School Manager API is at the root."""


def mounted(tenant: Tenant) -> WSGIApplication:
    """All doors of one organization as one application."""
    return DispatcherMiddleware(app(tenant), {path: door(tenant) for path, door in MOUNTS.items()})
