"""Bearer tokens that a token endpoint grants for a while (RFC 6749), asked for with whatever a channel signs in with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from providers.wire.authority import Bearer
from providers.wire.message import Call, Request, Response
from reconciler.clock import Clock
from reconciler.errors import ProviderError

EARLY = timedelta(minutes=2)
"""A token is renewed so long before it ends, so that none ends on the way."""
USUAL_LIFE = 3600
"""Seconds that a token lasts whose answer does not say."""


class Granted(Bearer):
    """Gets and keeps tokens (see providers.wire.authority.Authority). `title` says what for; `sign_in` asks for one.

    `sign_in` raises Unauthorized if it is refused.
    """

    def __init__(self, title: str, clock: Clock, sign_in: Callable[[], Call[Response]]) -> None:
        self._title = title
        self._clock = clock
        self._sign_in = sign_in
        self._token = ""
        self._until: datetime | None = None

    def token(self) -> Call[str]:
        """See Authority."""
        if not self._token or self._until is None or self._clock.now() >= self._until:
            self._accept((yield from self._sign_in()))
        return self._token

    def forget(self) -> None:
        """See Authority."""
        self._token = ""

    def _accept(self, response: Response) -> None:
        token, life = response.document.get("access_token"), response.document.get("expires_in")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProviderError(f"{self._title}: the answer held no token.", "Try again later.")
        seconds = timedelta(seconds=life if isinstance(life, int) and life > 0 else USUAL_LIFE)
        self._token = token
        self._until = self._clock.now() + max(seconds - EARLY, seconds / 2)


def token_request(url: str, title: str, form: Mapping[str, str]) -> Request:
    """The request that a token endpoint takes; it costs nothing of the API's budget."""
    content, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
    return Request("POST", url, title, content=content, content_type=kind, api=False)
