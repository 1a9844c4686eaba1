"""Signing in: the refresh token of an administrator's consent, exchanged for a bearer token.

Apple, "Account & Organizational Data Sharing": "Generate and validate tokens" and "Creating a client secret". An Administrator or Site
Manager lets the app read once; the refresh token of that stays good until the consent is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from providers.wire.authority import Bearer
from providers.wire.message import Call, Request, Response, ask
from providers.wire.words import Refused
from reconciler.clock import Clock
from reconciler.errors import ProviderError, Unauthorized

EARLY = timedelta(minutes=2)
"""A token is renewed so long before it ends, so that none ends on the way."""
USUAL_LIFE = 3600
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


class Consent(Bearer):
    """Gets and keeps bearer tokens (see providers.wire.authority.Authority). `place`: where `connections` has the client."""

    def __init__(self, client: Client, token_url: str, clock: Clock, place: str) -> None:
        self._client = client
        self._url = token_url
        self._clock = clock
        self._place = place
        self._token = ""
        self._until: datetime | None = None

    def token(self) -> Call[str]:
        """See Authority."""
        if not self._token or self._until is None or self._clock.now() >= self._until:
            try:
                self._accept((yield from ask(self._request())))
            except Refused as refusal:
                ended = any(fault.code in ENDED for fault in refusal.faults)
                raise Unauthorized(refusal.message, _HINT, self._place if ended else "") from None
        return self._token

    def forget(self) -> None:
        """See Authority."""
        self._token = ""

    def _request(self) -> Request:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client.client_id,
            "client_secret": self._client.secret,
            "refresh_token": self._client.refresh_token,
        }
        content, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        return Request("POST", self._url, _TITLE, content=content, content_type=kind, api=False)

    def _accept(self, response: Response) -> None:
        token, life = response.document.get("access_token"), response.document.get("expires_in")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProviderError(f"{_TITLE}: the answer held no token.", "Try again later.")
        seconds = timedelta(seconds=life if isinstance(life, int) and life > 0 else USUAL_LIFE)
        self._token = token
        self._until = self._clock.now() + max(seconds - EARLY, seconds / 2)
