"""What a person does by hand in the portal: content tokens, buying, transferring; and what really is, whatever reads show."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import orjson

from providers.simulator.apps import notifications
from providers.simulator.apps.events import settle
from providers.simulator.apps.library import move
from providers.simulator.clock import TenantClock
from providers.simulator.portal import PortalError
from providers.simulator.store import Store
from providers.simulator.switches import Switches

YEAR = 365 * 86400
MANAGER = "content.manager@riverside.example"
"""The account that downloads tokens unless another is named."""
OFFSETS = {"+0000": (0, "%z"), "+02:00": (2, "+02:00"), "-0700": (-7, "%z")}
PRICINGS = ("STDQ", "PLUS")


class Held(NamedTuple):
    """One licence and who has it: a user or a device, the other is empty."""

    adam_id: str
    pricing: str
    user: str
    serial: str


class AppsPortal:
    """The Apps and Books section of one organization's portal; a location's library is there as soon as anybody asks for it."""

    def __init__(self, store: Store, clock: TenantClock, switches: Switches) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches

    def library(self, location: str) -> str:
        """The id (uId) of a location's library."""
        with self._store.transaction():
            row = self._store.row("SELECT id FROM apps_libraries WHERE location = ?", location)
            if row:
                return str(row[0])
            id_ = str(2_049_000_000_000_000 + secrets.randbelow(10**12))
            self._store.rows("INSERT INTO apps_libraries (id, location) VALUES (?, ?)", id_, location)
            move(self._store, id_)
            return id_

    def content_token(self, location: str, *, account: str = MANAGER, read_only: bool = False) -> bytes:
        """Download a content token: the bytes of a .vpptoken file, good for a year. Tokens downloaded before stay good."""
        ends = self._clock.stamp() + YEAR
        hours, form = OFFSETS[self._switches.get("apps_token_offset")]
        moment = datetime.fromtimestamp(ends, UTC).astimezone(timezone(timedelta(hours=hours)))
        secret = b64encode(secrets.token_bytes(48)).decode()
        told = {"token": secret, "expDate": moment.strftime(f"%Y-%m-%dT%H:%M:%S{form}"), "orgName": f"ORG{self.library(location)[-7:]}"}
        token = b64encode(orjson.dumps(told))
        add = "INSERT INTO apps_tokens (token, library, account, expires_at, read_only) VALUES (?, ?, ?, ?, ?)"
        self._store.rows(add, token.decode(), self.library(location), account, ends, read_only)
        return token + b"\n"

    def revoke_tokens(self, location: str) -> None:
        """Every token of a location stops working."""
        self._store.rows("UPDATE apps_tokens SET ended = 'revoked' WHERE library = ?", self.library(location))

    def change_password(self, account: str = MANAGER) -> None:
        """Change an account's password: the tokens that it downloaded stop working."""
        self._store.rows("UPDATE apps_tokens SET ended = 'password' WHERE account = ? AND ended = ''", account)

    def buy(self, location: str, adam_id: str, count: int, *, pricing: str = "STDQ", book: bool = False, unlimited: bool = False) -> None:
        """Buy licences of an app, or of a book (by users only, never to be taken back); `unlimited` needs no count."""
        if pricing not in PRICINGS or count < 0:
            raise PortalError(f"{count} licences at {pricing} cannot be bought.", f"Prices: {', '.join(PRICINGS)}; a count from 0.")
        library, app = self.library(location), not book
        with self._store.transaction():
            self._settle()
            platforms = '["iOS"]' if book else '["iOS","macOS"]'
            self._store.rows(
                "INSERT INTO apps_assets (library, adam_id, pricing, type, platforms, device_assignable, revocable, unlimited, total)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (library, adam_id, pricing) DO UPDATE SET total = total + excluded.total",
                *(library, adam_id, pricing, "Book" if book else "App", platforms, app, app, unlimited, count),
            )
            self._moved(library, adam_id, pricing, count)

    def transfer(self, adam_id: str, count: int, source: str, target: str, *, pricing: str = "STDQ") -> None:
        """Move free licences from one location to another. PortalError if so many are not free."""
        with self._store.transaction():
            self._settle()
            giver = self.library(source)
            row = self._store.row(
                "SELECT total - assigned - retired, type FROM apps_assets"
                " WHERE library = ? AND adam_id = ? AND pricing = ? AND unlimited = 0",
                *(giver, adam_id, pricing),
            )
            free, type_ = row or (0, "")
            if not 0 < count <= free:
                raise PortalError(f"{source} has {free:,} free licences of {adam_id}, not {count:,}.", "Buy more, or free some first.")
            take = "UPDATE apps_assets SET total = total - ? WHERE library = ? AND adam_id = ? AND pricing = ?"
            self._store.rows(take, count, giver, adam_id, pricing)
            self._moved(giver, adam_id, pricing, -count)
            self.buy(target, adam_id, count, pricing=pricing, book=type_ == "Book")

    def assets(self, location: str) -> dict[tuple[str, str], tuple[int, int]]:
        """(adamId, pricing) → licences owned and assigned."""
        rows = self._told("adam_id, pricing, total, assigned FROM apps_assets WHERE library = ? ORDER BY position", location)
        return {(adam_id, pricing): (total, assigned) for adam_id, pricing, total, assigned in rows}

    def held(self, location: str) -> set[Held]:
        """Every licence that somebody really holds now (lists may still show otherwise)."""
        columns = "adam_id, pricing, coalesce(user, ''), coalesce(serial, '')"
        return {Held(*row) for row in self._told(f"{columns} FROM apps_assignments WHERE library = ? AND gone_at IS NULL", location)}

    def users(self, location: str) -> list[tuple[str, str]]:
        """clientUserId and status of every user there ever was, in order."""
        rows = self._told("client_user_id, status FROM apps_users WHERE library = ? ORDER BY position", location)
        return [(id_, status) for id_, status in rows]

    def events(self, location: str) -> list[str]:
        """The type of every event that was begun, in order."""
        return [row[0] for row in self._told("type FROM apps_events WHERE library = ? ORDER BY position", location)]

    def notifications(self, location: str) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Id, type and body of every notification that has arrived by now."""
        rows = self._told("id, type, body, at FROM apps_notifications WHERE library = ? ORDER BY at, position", location)
        return [(id_, kind, orjson.loads(body)) for id_, kind, body, at in rows if at <= self._clock.stamp()]

    def _told(self, question: str, location: str) -> list[tuple[Any, ...]]:
        """The rows of one of the questions above, now."""
        with self._store.transaction():
            self._settle()
            return self._store.rows(f"SELECT {question}", self.library(location))

    def _moved(self, library: str, adam_id: str, pricing: str, count: int) -> None:
        move(self._store, library, "assets")
        body = {"adamId": adam_id, "pricingParam": pricing, "countDelta": count}
        notifications.tell(self._store, self._switches.settings(), library, "ASSET_COUNT", body, self._clock.stamp())

    def _settle(self) -> None:
        settle(self._store, self._switches.settings(), self._clock.stamp())
