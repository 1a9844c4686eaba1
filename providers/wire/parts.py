"""What is too much for one request, cut into parts, and how their steps are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Sequence[T], most: int) -> list[tuple[T, ...]]:
    """The items in order, in the fewest parts of at most so many."""
    return [tuple(items[start : start + most]) for start in range(0, len(items), most)]


def part_of(title: str, number: int, parts: int) -> str:
    """The title of a part, counted from 1; the only one is not numbered."""
    return f"{title} ({number:,} of {parts:,})" if parts > 1 else title
