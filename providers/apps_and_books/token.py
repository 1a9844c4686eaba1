"""The content token: one text in a .vpptoken file, which says itself when it ends.

App, Book, and Subscription Management, "Getting Started with the Management API": requests carry the whole text of the file, not the
`token` inside of it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from providers.wire.authority import Bearer
from providers.wire.message import Call
from providers.wire.words import Fault
from reconciler.errors import ProviderError

HINT = "Download it again: Apple School Manager, Preferences, Payments and Billing, Content Tokens."


@dataclass(frozen=True, slots=True)
class ContentToken:
    """A location's token. `expires` is its date; a changed password or a reset in the portal ends it before. `organization` names who."""

    text: str = field(repr=False)
    expires: datetime
    organization: str

    @classmethod
    def read(cls, content: str) -> ContentToken:
        """From the text of a .vpptoken file. Raises ProviderError that says what is wrong, and never what the file holds."""
        text = "".join(content.split())
        try:
            told = orjson.loads(b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            raise _unusable("is not what Apple School Manager lets you download") from None
        if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("token", "expDate", "orgName")):
            raise _unusable("lacks one of token, expDate and orgName")
        try:
            expires = datetime.fromisoformat(told["expDate"])
        except ValueError:
            raise _unusable("has a date of expiry that cannot be read") from None
        return cls(text, expires.astimezone(UTC) if expires.tzinfo else expires.replace(tzinfo=UTC), told["orgName"])


def ends(content: bytes, private_key: str, passphrase: str | None) -> datetime:
    """When the token in a .vpptoken file ends (see reconciler.provider.ReadEnd); it needs no key."""
    del private_key, passphrase
    return ContentToken.read(content.decode("utf-8-sig", "replace")).expires


def _unusable(what: str) -> ProviderError:
    return ProviderError(f"The content token {what}.", HINT)


class Shown(Bearer):
    """Shows a content token (see providers.wire.authority.Authority). There is no other to be had: only a person can renew it."""

    def __init__(self, token: ContentToken) -> None:
        self._token = token

    def token(self) -> Call[str]:
        """See Authority."""
        return self._token.text
        yield  # a call that needs no request

    def forget(self) -> None:
        """See Authority."""

    def rejects(self, status: int, faults: Sequence[Fault]) -> bool:
        """See Authority."""
        del status, faults  # whatever it says, showing the same token again would not help
        return False
