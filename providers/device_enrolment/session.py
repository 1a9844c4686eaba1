"""Sessions: opened by a request that the server token signs (OAuth 1.0a), shown with every other request, renewed when they end.

Apple, "Authenticating for Automated Device Enrollment".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, Client

from providers.device_enrolment.meanings import HELD_BY_A_PERSON, said
from providers.device_enrolment.token import AGAIN, ServerToken
from providers.wire.message import Call, Request, ask
from providers.wire.words import Fault, Refused
from reconciler.clock import Clock
from reconciler.errors import ProviderError, Unauthorized

HEADER = "X-ADM-Auth-Session"


class Session:
    """Opens and keeps the session of one server token (see providers.wire.authority.Authority). `place`: where `connections` has it."""

    def __init__(self, token: ServerToken, base_url: str, title: str, clock: Clock, place: str) -> None:
        self._server_token = token
        self._url = f"{base_url}/session"
        self._title = title
        self._clock = clock
        self._place = place
        self._session = ""

    def token(self) -> Call[str]:
        """See Authority."""
        if not self._session:
            self._session = yield from self._sign_in()
        return self._session

    def forget(self) -> None:
        """See Authority."""
        self._session = ""

    def headers(self, token: str) -> Mapping[str, str]:
        """See Authority."""
        return {HEADER: token}

    def adopt(self, headers: Mapping[str, str]) -> None:
        """See Authority. Any answer may bring the next session, and the one before may end at once."""
        self._session = headers.get(HEADER, "").strip() or self._session

    def rejects(self, status: int, faults: Sequence[Fault]) -> bool:
        """See Authority. A session that ended is 401 or 403, and so is what only a person can mend."""
        return status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not said(faults, *HELD_BY_A_PERSON)

    def _sign_in(self) -> Call[str]:
        self._server_token.check(self._clock.now(), self._place)
        try:
            response = yield from ask(self._request())
        except Refused as refusal:
            raise Unauthorized(refusal.message, refusal.hint if said(refusal.faults, "_") else AGAIN) from None
        session = response.document.get("auth_session_token")
        if not (isinstance(session, str) and session.isascii() and session.isprintable() and session):
            raise ProviderError(f"{self._title}: the answer held no session.", "Try again later.")
        return session

    def _request(self) -> Request:
        token, moment = self._server_token, str(int(self._clock.now().timestamp()))
        client = Client(
            token.consumer_key,
            token.consumer_secret,
            token.access_token,
            token.access_secret,
            signature_method=SIGNATURE_HMAC_SHA1,  # the one method that Apple takes
            realm="ADM",
            timestamp=moment,
        )
        _, headers, _ = client.sign(self._url)
        return Request("GET", self._url, self._title, api=False, headers=headers)
