"""What both forges have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A comment or an issue. `id` is what the forge finds it by."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request: its number, and the last commit of its branch."""

    number: int
    head: str
