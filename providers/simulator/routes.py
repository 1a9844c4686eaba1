"""Which addresses there are, what each one allows, and how Apple refuses the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.routing import Map, Rule

from providers.simulator import activities, auth, devices, logs, services
from providers.simulator.academic import roster_api
from providers.simulator.answers import Answer, ApiError, Refusal

Handler = Callable[..., Answer]

OPERATIONS: Mapping[str, Mapping[str, str]] = {
    "collection": {"GET": "GET_COLLECTION", "POST": "CREATE"},
    "instance": {"GET": "GET_INSTANCE", "PATCH": "UPDATE", "DELETE": "DELETE"},
    "related": {"GET": "GET_RELATED"},
    "relationship": {"GET": "GET_RELATIONSHIP", "POST": "CREATE", "PATCH": "REPLACE", "DELETE": "DELETE"},
}
"""What a method is called on each shape of address."""


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """An address: its shape (a key of OPERATIONS; empty outside the API), the sort that strikes count, its handlers by method."""

    path: str
    shape: str
    sort: str
    handlers: Mapping[str, Handler]
    named: str = ""

    def handler(self, method: str) -> Handler:
        """The handler of a method; 403 in Apple's words for what schools may not do."""
        if method in self.handlers:
            return self.handlers[method]
        words = OPERATIONS.get(self.shape, {})
        allowed = ", ".join(words[known] for known in self.handlers) or "none"
        detail = f"The {self.named} does not allow '{words.get(method, method)}'. Allowed operations are: {allowed}"
        raise Refusal(ApiError(403, "FORBIDDEN_ERROR", "This operation is not allowed", detail))


_DEVICE = "/v1/orgDevices/<serial>"
_SERVICE = "/v1/mdmServers/<service>"
_BUSINESS = ("users", "userGroups", "apps", "packages", "configurations", "blueprints", "mdmDevices", "auditEvents", "organizationalUnits")

ENDPOINTS = (
    Endpoint("/auth/oauth2/token", "", "token", {"POST": auth.token}),
    Endpoint("/auth/oauth2/v2/token", "", "token", {"POST": auth.token}),
    Endpoint("/activity-logs/<name>", "", "log", {"GET": logs.download}),
    Endpoint("/v1/orgDevices", "collection", "devices", {"GET": devices.listing}, "resource 'orgDevices'"),
    Endpoint(_DEVICE, "instance", "device", {"GET": devices.single}, "resource 'orgDevices'"),
    Endpoint(
        f"{_DEVICE}/relationships/assignedServer",
        "relationship",
        "assigned",
        {"GET": devices.assigned_linkage},
        "relationship 'assignedServer'",
    ),
    Endpoint(f"{_DEVICE}/assignedServer", "related", "assigned", {"GET": devices.assigned}, "relationship 'assignedServer'"),
    Endpoint(f"{_DEVICE}/appleCareCoverage", "related", "device", {"GET": devices.coverage}, "relationship 'appleCareCoverage'"),
    Endpoint(f"{_DEVICE}/activationLockStatus", "related", "device", {"GET": devices.lock}, "relationship 'activationLockStatus'"),
    Endpoint("/v1/mdmServers", "collection", "services", {"GET": services.listing}, "resource 'mdmServers'"),
    Endpoint(_SERVICE, "instance", "service", {"GET": services.single}, "resource 'mdmServers'"),
    Endpoint(f"{_SERVICE}/relationships/devices", "relationship", "linkages", {"GET": services.devices}, "relationship 'devices'"),
    # links.related advertises it, and yet it is refused.
    Endpoint(f"{_SERVICE}/devices", "related", "linkages", {}, "relationship 'devices'"),
    Endpoint("/v1/orgDeviceActivities", "collection", "activities", {"POST": activities.create}, "resource 'orgDeviceActivities'"),
    Endpoint("/v1/orgDeviceActivities/<activity>", "instance", "activity", {"GET": activities.single}, "resource 'orgDeviceActivities'"),
    *(Endpoint(path, "", "roster", {method: handler}) for path, (method, handler) in roster_api.HANDLERS.items()),
    *(Endpoint(f"/v1/{name}", "collection", "other", {}, f"resource '{name}'") for name in _BUSINESS),
    *(Endpoint(f"/v1/{name}/<id>", "instance", "other", {}, f"resource '{name}'") for name in _BUSINESS),
)

ROUTES = Map([Rule(endpoint.path, endpoint=endpoint) for endpoint in ENDPOINTS], merge_slashes=False, strict_slashes=True)
