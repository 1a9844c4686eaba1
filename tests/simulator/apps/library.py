"""A content library and a small client of its wire, so that the tests speak to the door and not to the rooms behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from providers.simulator import Tenant, seed, transport
from providers.simulator.apps.app import app

START = datetime(2026, 8, 17, 7, 30, tzinfo=UTC)
APPLE = "https://vpp.itunes.apple.com"
HERE = "North Campus"
MATHS, ATLAS = "409203825", "1500000001"
"""An app and a book that the library has."""
MDM = {"id": "5b1c2d3e-0000-4000-8000-00000000a11c", "name": "Example MDM", "metadata": "v3"}


class Library:
    """An organization with 40 devices, three persons and one library: 30 licences of an app, 5 of a book."""

    def __init__(self, *, base_url: str = "", tenant: Tenant | None = None) -> None:
        self.tenant = tenant or Tenant.open(":memory:")
        if tenant is None:
            seed(self.tenant, devices=40, services=("Jamf School",), clock=START)
            self.tenant.apps.buy(HERE, MATHS, 30)
            self.tenant.apps.buy(HERE, ATLAS, 5, book=True)
            for name in ("ann", "ben", "cai"):
                self._person(name)
        self.http = httpx.Client(transport=None if base_url else transport(self.tenant, app), base_url=base_url or APPLE)
        self.use(self.tenant.apps.content_token(HERE))

    def _person(self, name: str) -> None:
        self.tenant.store.rows(
            "INSERT INTO persons (uid, person_id, person_number, first_name, middle_name, last_name, grade_level, email_address,"
            " sis_username, account, passcode_type, source, status, created_at, op_at)"
            " VALUES (?, ?, '', ?, '', '', '', '', '', ?, 'complex', 'SFTP', 'Active', 0, 0)",
            *(f"uid-{name}", name, name, account(name)),
        )

    @property
    def serials(self) -> list[str]:
        """The organization's devices."""
        return list(self.tenant.devices())

    def use(self, token: bytes) -> None:
        """Show this token from here on: the whole text of the file."""
        self.http.headers["Authorization"] = f"Bearer {token.decode().strip()}"

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET below the root."""
        return self.http.get(f"/mdm/v2/{path}", params=parameters or None)

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """POST below the root."""
        return self.http.post(f"/mdm/v2/{path}", json=body)

    def associate(self, serials: Sequence[str] = (), users: Sequence[str] = (), *adam_ids: str, verb: str = "associate") -> httpx.Response:
        """Give (or take) the app, or these assets."""
        assets = [{"adamId": adam_id} for adam_id in adam_ids or (MATHS,)]
        targets = {"serialNumbers": list(serials), "clientUserIds": list(users)}
        return self.post(f"assets/{verb}", {"assets": assets, **{name: found for name, found in targets.items() if found}})

    def people(self, verb: str, *names: str, accounts: bool = True) -> httpx.Response:
        """Create, update or retire users of these names."""
        users = [{"clientUserId": name, **({"managedAppleId": account(name)} if accounts else {})} for name in names]
        return self.post(f"users/{verb}", {"users": users})

    def finish(self, begun: httpx.Response, seconds: float = 30) -> dict[str, Any]:
        """Wait and read what an event says of itself."""
        self.tenant.clock.sleep(seconds)
        told: dict[str, Any] = self.get("status", eventId=begun.json()["eventId"]).json()
        return told

    def listed(self, what: str = "assignments", **parameters: Any) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        index: int | None = 0
        while index is not None:
            page = self.get(what, pageIndex=index, **parameters).json()
            items += page[what]
            index = page.get("nextPageIndex")
            self.tenant.clock.sleep(1)
        return items


def account(name: str) -> str:
    """Somebody's Managed Apple Account."""
    return f"{name}@riverside.appleid.example"


def number(answer: httpx.Response) -> tuple[int, int]:
    """Status and error number of an answer; 0 without one."""
    return answer.status_code, answer.json().get("errorNumber", 0)
