"""Names for people that only who holds the organization's key can resolve.

A keyed hash, not a random number: the same person has the same pseudonym in every plan, record and ledger line, on every machine that
has the key, and nothing needs to be stored in order to know it.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass, field

import orjson

from reconciler.errors import ReconcilerError
from reconciler.resource import Spec

MARK = "p-"
DIGITS = 12
"""60 bits: among 150,000 people, one chance in a hundred million that two share a pseudonym."""
SHORTEST_KEY = 16


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

    def of(self, kind: str, name: str) -> str:
        """The pseudonym of one thing of a kind."""
        digest = hashlib.blake2b(name.encode(), digest_size=8, key=self.key, person=kind.encode()[:16]).digest()
        return MARK + b32encode(digest)[:DIGITS].decode().lower()

    def fingerprint(self, spec: Spec) -> str:
        """Sixteen hex digits that two equal specs share and that tell nothing without the key."""
        text = orjson.dumps(spec.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, digest_size=8, key=self.key).hexdigest()


REHEARSED = Pseudonyms.read("an open key: the people of a rehearsal are invented")
"""For rehearsals, which need no secret."""
