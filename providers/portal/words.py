"""Words that the steps of many tasks share."""

from __future__ import annotations

from dataclasses import dataclass

TELL = 'Say that it is done: reconciler confirm {address} --note "…"'
"""The last step of what nothing reads back."""
READ_BACK = "Run reconciler plan again: it looks for itself and ticks this off."


@dataclass(frozen=True, slots=True)
class Task:
    """Why a person does it, Apple's page, and the steps, one a line."""

    reason: str
    link: str
    steps: tuple[str, ...]
