"""A small client of the Roster API."""

from __future__ import annotations

from typing import Any

import httpx

from providers.simulator import Tenant, transport
from providers.simulator.academic.roster_api import credentials

SCOPES = "edu.users.read edu.classes.read"


class Reads:
    """Signed in with the organization's client, for these scopes."""

    def __init__(self, tenant: Tenant, scope: str = SCOPES) -> None:
        self.http = httpx.Client(transport=transport(tenant), base_url="https://api-school.apple.com/rosterapi")
        client, secret = credentials(tenant.store)
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": scope}
        self.http.headers["Authorization"] = f"Bearer {self.http.post('token', data=form).json()['access_token']}"

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET below /rosterapi/v1."""
        return self.http.get(f"v1/{path}", params=parameters or None)
