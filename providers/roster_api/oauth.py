"""Signing in: the refresh token of an administrator's consent, exchanged for a bearer token.

Apple, "Account & Organizational Data Sharing": "Generate and validate tokens" and "Creating a client secret". An Administrator or Site
Manager lets the app read once; the refresh token of that stays good until the consent is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.wire.granted import Granted, token_request
from providers.wire.message import Call, Request, Response, ask
from providers.wire.words import Refused
from reconciler.clock import Clock
from reconciler.errors import Unauthorized

ENDED = frozenset(("invalid_client", "invalid_grant"))
"""What the answer says of a client secret that ended, and of a consent that was taken back."""
_TITLE = "Signing in to the Roster API"
_HINT = "Compare client_id and client_secret with the developer account, and have an Administrator let the app read again."


@dataclass(frozen=True, slots=True)
class Client:
    """The app that an administrator lets read. `secret`: the signed token that identifies it."""

    client_id: str
    secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class Consent(Granted):
    """Asks for tokens with the consent. `place`: where `connections` has the client."""

    def __init__(self, client: Client, token_url: str, clock: Clock, place: str) -> None:
        super().__init__(_TITLE, clock, self._ask)
        self._client = client
        self._url = token_url
        self._place = place

    def _ask(self) -> Call[Response]:
        try:
            return (yield from ask(self._request()))
        except Refused as refusal:
            ended = any(fault.code in ENDED for fault in refusal.faults)
            raise Unauthorized(refusal.message, _HINT, self._place if ended else "") from None

    def _request(self) -> Request:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client.client_id,
            "client_secret": self._client.secret,
            "refresh_token": self._client.refresh_token,
        }
        return token_request(self._url, _TITLE, form)
