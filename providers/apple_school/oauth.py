"""Signing in: a client assertion signed with the key from the portal, exchanged for a bearer token that lives an hour.

Apple, "Implementing OAuth for the Apple School and Business Manager API"
(https://developer.apple.com/documentation/apple-school-and-business-manager-api/implementing-oauth-for-the-apple-school-and-business-manager-api).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from providers.wire.granted import Granted, token_request
from providers.wire.message import Call, Request, Response, ask
from providers.wire.words import Refused
from reconciler.clock import Clock
from reconciler.errors import ProviderError, Unauthorized

AUDIENCE = "https://account.apple.com/auth/oauth2/v2/token"
"""Always the v2 address, wherever the request goes."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "school.api"
ASSERTION_LIFE = timedelta(minutes=20)
_TITLE = "Signing in to Apple School Manager"
_HINT = "Compare client_id, key_id and private_key with the API account in the portal (Preferences, API)."


@dataclass(frozen=True, slots=True)
class Key:
    """An API account's identity, ready to sign."""

    client_id: str
    key_id: str
    private: EllipticCurvePrivateKey

    @classmethod
    def read(cls, client_id: str, key_id: str, pem: str) -> Key:
        """From what the portal gave: the key is a PEM text, SEC1 as downloaded or PKCS#8. Raises ProviderError that says what is wrong.

        Ids copied from a web page bring blanks and line ends, which Apple answers with invalid_client.
        """
        try:
            private = load_pem_private_key(pem.strip().encode(), None)
        except TypeError:
            raise _unusable("is protected by a password", "Store it without one, and guard the file instead.") from None
        except ValueError:  # its text may quote the file, so it is not shown; UnsupportedAlgorithm cannot come from a PEM of ours
            raise _unusable("is not a private key in PEM form", 'It begins with "-----BEGIN EC PRIVATE KEY-----".') from None
        if not (isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1)):
            raise _unusable("is of another kind than Apple makes (P-256)", "Use the file that the portal let you download.")
        return cls("".join(client_id.split()), "".join(key_id.split()), private)

    def assertion(self, now: datetime, *, named: bool) -> str:
        """A signed statement of who we are, good for some minutes. `named`: its header says which key signed it."""
        issued = int(now.timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + int(ASSERTION_LIFE.total_seconds()),
            "jti": str(uuid4()),
        }
        return jwt.encode(claims, self.private, algorithm="ES256", headers={"kid": self.key_id} if named else None)


def _unusable(what: str, hint: str) -> ProviderError:
    return ProviderError(f"The private key for Apple School Manager {what}.", hint)


class Account(Granted):
    """Asks for tokens with a signed assertion. `place`: where `connections` has the key."""

    def __init__(self, key: Key, token_url: str, clock: Clock, place: str) -> None:
        super().__init__(_TITLE, clock, self._ask)
        self._key = key
        self._url = token_url
        self._place = place
        self._named = True

    def _ask(self) -> Call[Response]:
        try:
            return (yield from ask(self._request()))
        except Refused as refusal:
            if not (self._named and _unknown(refusal)):
                raise self._shut_out(refusal) from None
        # One tenant was seen to refuse every key id and to accept none. Apple's article wants it, so that comes first.
        self._named = False
        try:
            return (yield from ask(self._request()))
        except Refused as refusal:
            self._named = True
            raise self._shut_out(refusal) from None

    def _shut_out(self, refusal: Refused) -> Unauthorized:
        return Unauthorized(refusal.message, _HINT, self._place if _unknown(refusal) else "")

    def _request(self) -> Request:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._key.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._key.assertion(self._clock.now(), named=self._named),
            "scope": SCOPE,
        }
        return token_request(self._url, _TITLE, form)


def _unknown(refusal: Refused) -> bool:
    """Whether Apple does not take the key for one of this account's (any more)."""
    return any(fault.code == "invalid_client" for fault in refusal.faults)
