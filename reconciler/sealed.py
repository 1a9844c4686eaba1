"""Files sealed with age (age-encryption.org/v1): anybody can seal them to public recipients, only a secret identity opens them.

Recipients and identities are age's own keys or SSH keys. Nothing here touches a disk: opened content stays in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyrage

from reconciler.errors import ReconcilerError

ENDING = ".age"
_HEADERS = (b"age-encryption.org/v", b"-----BEGIN AGE ENCRYPTED FILE-----")
_OURS = "AGE-SECRET-KEY-1"
_SSH = "-----BEGIN"
_OTHERS_KEY = "No matching keys found"
"""How the library says that a sound file is sealed for others."""

_Identity = pyrage.x25519.Identity | pyrage.ssh.Identity
_Recipient = pyrage.x25519.Recipient | pyrage.ssh.Recipient


def is_sealed(name: str) -> bool:
    """Whether a file of this name is a sealed one."""
    return name.endswith(ENDING)


def seal(content: bytes, recipients: Sequence[str], *, armored: bool = False) -> bytes:
    """Content that only the recipients' identities open; `armored` makes it text. ReconcilerError if one of them cannot be used."""
    if not recipients:
        raise ReconcilerError("Nobody is named who could open it again.", "Give a recipient: age1…, as age-keygen prints it.")
    return pyrage.encrypt(content, [_recipient(one) for one in recipients], armored)


def unseal(content: bytes, identity: str) -> bytes:
    """What was sealed. `identity` is the text of a file of age-keygen (one key or several), or of a private SSH key.

    ReconcilerError if the identity cannot be used, if it is not one of the recipients', or if the content is not whole.
    """
    if not content.startswith(_HEADERS):
        raise ReconcilerError("The file is not sealed: it is no age file.", "Seal it: reconciler seal FILE")
    try:
        return pyrage.decrypt(content, _identities(identity))
    except pyrage.DecryptError as error:
        if _OTHERS_KEY in str(error):
            raise ReconcilerError(
                "The file is sealed for others: this identity does not open it.", "Let somebody who can open it seal it for you, too."
            ) from None
        raise ReconcilerError("The sealed file was damaged or cut off.", "Restore it from git, or seal it again.") from None


@lru_cache(maxsize=64)
def _recipient(text: str) -> _Recipient:
    if text.upper().startswith(_OURS):  # never to be echoed
        raise ReconcilerError("A secret identity stands where a recipient belongs.", "Its public half begins with age1: age-keygen -y FILE")
    try:
        return pyrage.ssh.Recipient.from_str(text) if text.startswith("ssh-") else pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ReconcilerError(f'"{text[:20]}…" is not a recipient.', "It is age1 and 58 more characters, or a public SSH key.") from None


def _identities(text: str) -> list[_Identity]:
    try:
        if text.lstrip().startswith(_SSH):
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = [line.strip() for line in text.splitlines()]
        found: list[_Identity] = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        if "decrypted first" in str(error):
            raise ReconcilerError("The identity is an SSH key with a passphrase.", "Nobody can type it here: use age-keygen.") from None
        found = []
    if not found:
        raise ReconcilerError("What is given as identity is none that we can read.", "age-keygen makes one: AGE-SECRET-KEY-1…")
    return found
