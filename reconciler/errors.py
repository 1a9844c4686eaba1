"""The exception tree. Everything a user can meet is one of these; anything else is a bug.

    ReconcilerError            1  something went wrong; the message says what, the hint what to do
    ├── ConfigurationError     1  the user's files; carries every diagnostic found
    ├── ProviderError          1  a channel failed
    │   ├── Unauthorized       3  credentials refused
    │   ├── RateLimited        6  the channel wants a longer pause than we may wait
    │   └── Unclear            1  a write was sent and no definite answer came back: look, never resend
    ├── GuardRefused           4  a guard refused the plan, which shows the approval that would lift it
    ├── StalePlan              5  the plan no longer fits the organization or the record
    ├── PartlyApplied          7  some steps landed and some did not
    └── Locked                 8  another run holds the lock

The number is the process's exit code; 0 is "nothing to apply", 2 is "changes pending" (no error).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from reconciler.phrases import counted

if TYPE_CHECKING:
    from reconciler.diagnostic import Diagnostic

CHANGES_PENDING = 2


class ReconcilerError(Exception):
    """An error for people: `message` says what is wrong and where, `hint` what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigurationError(ReconcilerError):
    """The user's files cannot be used; `diagnostics` holds every problem found, not the first."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{counted(len(diagnostics), 'problem')} in the configuration")
        self.diagnostics = tuple(diagnostics)


class ProviderError(ReconcilerError):
    """A channel failed in a way that its own words explain."""


class Unauthorized(ProviderError):
    """The channel refused the credentials.

    `credential`: the place under `connections` of the one that no longer counts (revoked, replaced, expired) and must be renewed; empty
    where something else is in the way, such as terms that nobody has accepted.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "", credential: str = "") -> None:
        where = f" `reconciler renewals` tells who must renew connections.{credential}, and how." if credential else ""
        super().__init__(message, f"{hint}{where}".strip())
        self.credential = credential


class RateLimited(ProviderError):
    """The channel asks for a pause longer than this run may wait."""

    exit_code = 6


class Unclear(ProviderError):
    """A write was sent and its outcome is unknown. The caller must read before it decides; it must never resend."""


class GuardRefused(ReconcilerError):
    """A guard refused the plan."""

    exit_code = 4


class StalePlan(ReconcilerError):
    """The plan no longer fits: the record or something it touches has moved since."""

    exit_code = 5


class PartlyApplied(ReconcilerError):
    """Some of the plan landed and some did not; the report says which."""

    exit_code = 7


class Locked(ReconcilerError):
    """Another run is writing to this organization."""

    exit_code = 8
