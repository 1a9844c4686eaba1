"""Names for people that only who holds the organization's key can resolve.

A keyed hash, not a random number: the same person has the same pseudonym in every plan, record and ledger line, on every machine that
has the key, and nothing needs to be stored in order to know it.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.settings import Settings

MARK = "p-"
DIGITS = 12
"""60 bits: among 150,000 people, one chance in a hundred million that two share a pseudonym."""
SHORTEST_KEY = 16
_BYTES, _WIDTH = 10, 16
"""Ten bytes are sixteen digits without padding, so that digests written one after the other can be taken apart again."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of one organization. `key` is secret: who has it can test guesses."""

    key: bytes = field(repr=False)

    @classmethod
    def read(cls, secret: str) -> Pseudonyms:
        """From the text of a secret; ReconcilerError if it is too short to be one."""
        key = secret.strip().encode()
        if len(key) < SHORTEST_KEY:
            raise ReconcilerError(
                "The key for pseudonyms is too short to protect anybody.",
                f"It needs at least {SHORTEST_KEY} characters: openssl rand -hex 32",
            )
        return cls(hashlib.blake2b(key, digest_size=32, person=b"reconciler names").digest())

    @classmethod
    def of_settings(cls, settings: Settings, folder: Path, environment: Mapping[str, str]) -> Pseudonyms:
        """Those of the organization. ReconcilerError if people are to be uploaded or read and the secret key is not there."""
        if settings.privacy.key is not None:
            return cls.read(settings.privacy.key.read(folder, environment))
        connections = settings.connections
        if not connections.rehearsed and (connections.roster_upload or connections.roster_api):
            raise keyless()
        return REHEARSED

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text looks like a pseudonym rather than like somebody's id."""
        return text.startswith(MARK) and len(text) == len(MARK) + DIGITS

    def of(self, kind: str, name: str) -> str:
        """The pseudonym of one thing of a kind."""
        return self.all(kind, (name,))[0]

    def all(self, kind: str, names: Iterable[str]) -> list[str]:
        """The pseudonyms of many things of a kind, in order: what costs most is done for all of them at once."""
        begun = self._begun(kind, _BYTES)
        digests = []
        for name in names:
            one = begun.copy()
            one.update(name.encode())
            digests.append(one.digest())
        text = b32encode(b"".join(digests)).decode().lower()
        return [MARK + text[at : at + DIGITS] for at in range(0, len(text), _WIDTH)]

    def mask(self, attribute: str, value: str) -> str:
        """What stands for a value that tells who somebody is: equal for equal values of one attribute; nothing stays nothing."""
        return self.masking(attribute)(value)

    def masking(self, attribute: str) -> Callable[[str], str]:
        """What masks many values of one attribute."""
        begun = self._begun(attribute, 5)

        def mask(value: str) -> str:
            if not value:
                return ""
            one = begun.copy()
            one.update(value.encode())
            return f"#{one.hexdigest()}"

        return mask

    def fingerprint(self, kind: str, text: str) -> str:
        """Sixteen hex digits that two things of a kind with equal text share, and that tell nothing without the key."""
        return self.fingerprints(kind, (text,))[0]

    def fingerprints(self, kind: str, texts: Iterable[str]) -> list[str]:
        """The fingerprints of many things of a kind, in order."""
        begun = self._begun(kind, 8)
        found = []
        for text in texts:
            one = begun.copy()
            one.update(text.encode())
            found.append(one.hexdigest())
        return found

    def _begun(self, kind: str, size: int) -> hashlib.blake2b:
        """A hash that knows key and kind already: copying it is cheaper than making one."""
        return hashlib.blake2b(digest_size=size, key=self.key, person=kind.encode()[:16])


def keyless() -> ReconcilerError:
    """The error of real people without a secret key."""
    return ReconcilerError(
        "People need pseudonyms, and there is no key to make them with.",
        "Make one (openssl rand -hex 32), and name it: privacy: {key: {env: …}}",
    )


REHEARSED = Pseudonyms.read("an open key: the people of a rehearsal are invented")
"""For rehearsals, which need no secret."""
