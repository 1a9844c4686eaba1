"""A location's apps and books as a channel read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

UNLIMITED = 2_147_483_647
"""Apple's count of free apps without a limit."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Licences of one app or `book`: how many there are, and how many somebody has. `revocable`: whether they can be taken back."""

    total: int = 0
    assigned: int = 0
    device_assignable: bool = True
    revocable: bool = True
    book: bool = False

    @property
    def unlimited(self) -> bool:
        """Whether there are always enough."""
        return self.total >= UNLIMITED


@dataclass(frozen=True, slots=True)
class Library:
    """One location. `owned` and `held` go by the app's name there; `held` lists the holders, by serial number or pseudonym.

    `users` are the people who can have licences. `limits` are the channel's own. `manager`: who else manages them, whom we must leave
    them to; empty where we may manage them.
    """

    location: str
    owned: Mapping[str, Owned] = field(default_factory=dict)
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)
    users: Collection[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    manager: str = ""
