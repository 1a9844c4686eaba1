"""A small client of the wire, so that the tests speak to the doors and not to the rooms behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt

from providers.simulator import AUDIENCE, ServiceSeed, Tenant, seed, transport

START = datetime(2026, 8, 17, 7, 30, tzinfo=UTC)
SERVICES = (ServiceSeed("Jamf School"), ServiceSeed("Intune", ("MAC",)))
APPLE = "https://api-school.apple.com"


class Rehearsal:
    """An organization and a signed-in client; in process unless `base_url` names a port."""

    def __init__(self, devices: int = 60, *, path: Path | str = ":memory:", base_url: str = "", tenant: Tenant | None = None) -> None:
        self.tenant = tenant or Tenant.open(path)
        if tenant is None:
            seed(self.tenant, devices=devices, services=SERVICES, clock=START, unassigned=0.1)
        door = None if base_url else transport(self.tenant)
        self.http = httpx.Client(transport=door, base_url=base_url or APPLE)

    @property
    def jamf(self) -> str:
        """The id of the first service."""
        return next(id_ for id_, service in self.tenant.services().items() if service.name == "Jamf School")

    @property
    def intune(self) -> str:
        """The id of the second service."""
        return next(id_ for id_, service in self.tenant.services().items() if service.name == "Intune")

    def held(self, service: str | None) -> list[str]:
        """Serials that a service really holds."""
        return [serial for serial, holder in self.tenant.devices().items() if holder == service]

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed client assertion; a claim or header given as None is left out."""
        credentials, now = self.tenant.credentials(), int(self.tenant.clock.stamp())
        usual = {"iss": credentials.client_id, "sub": credentials.client_id, "aud": AUDIENCE, "iat": now, "exp": now + 600, "jti": "once"}
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        head = {name: value for name, value in ({"kid": credentials.key_id} | (header or {})).items() if value is not None}
        return jwt.encode(said, credentials.private_key_pem, algorithm="ES256", headers=head)

    def token_form(self, **changes: Any) -> dict[str, str]:
        """The five parameters of a token request; one given as None is left out."""
        usual = {
            "grant_type": "client_credentials",
            "client_id": self.tenant.credentials().client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion(),
            "scope": "school.api",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def token(self, **changes: Any) -> httpx.Response:
        """Ask for an access token."""
        return self.http.post("/auth/oauth2/token", data=self.token_form(**changes))

    def sign_in(self) -> Rehearsal:
        """Send a good bearer from here on."""
        self.http.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"
        return self

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET below /v1 (or of a whole address)."""
        return self.http.get(path if ":" in path else f"/v1/{path}", params=parameters or None)

    def body(
        self, serials: Sequence[str], service: str | None, kind: str = "ASSIGN_DEVICES", deadline: str | None = None
    ) -> dict[str, Any]:
        """The document of an activity."""
        attributes: dict[str, Any] = {"activityType": kind}
        if deadline:
            attributes["activityTypeMetadata"] = {"mdmMigrationDeadlineDateTime": deadline}
        relations: dict[str, Any] = {"devices": {"data": [{"type": "orgDevices", "id": serial} for serial in serials]}}
        if service:
            relations["mdmServer"] = {"data": {"type": "mdmServers", "id": service}}
        return {"data": {"type": "orgDeviceActivities", "attributes": attributes, "relationships": relations}}

    def post(
        self, serials: Sequence[str], service: str | None, kind: str = "ASSIGN_DEVICES", deadline: str | None = None
    ) -> httpx.Response:
        """Create an activity."""
        return self.http.post("/v1/orgDeviceActivities", json=self.body(serials, service, kind, deadline))

    def finish(self, created: httpx.Response) -> dict[str, Any]:
        """Wait a simulated minute and read an activity's attributes."""
        self.tenant.clock.sleep(60)
        attributes: dict[str, Any] = self.get(created.json()["data"]["links"]["self"]).json()["data"]["attributes"]
        return attributes

    def log(self, attributes: dict[str, Any], **headers: str) -> httpx.Response:
        """Fetch an activity's log as a client should, without a bearer."""
        request = self.http.build_request("GET", attributes["downloadUrl"], headers=headers)
        if "Authorization" not in headers:
            request.headers.pop("Authorization", None)
        return self.http.send(request)

    def pages(self, path: str, most: int = 50, **parameters: Any) -> list[httpx.Response]:
        """Follow meta.paging.nextCursor to the end, or for `most` pages."""
        pages = [self.get(path, **parameters)]
        while len(pages) < most and (cursor := pages[-1].json()["meta"]["paging"].get("nextCursor")):
            pages.append(self.get(path, **parameters, cursor=cursor))
        return pages


def codes(response: httpx.Response) -> list[str]:
    """Apple's error codes of an answer."""
    return [error["code"] for error in response.json()["errors"]]


def ids(response: httpx.Response) -> list[str]:
    """The ids of a list document."""
    return [item["id"] for item in response.json()["data"]]
