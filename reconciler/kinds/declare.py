"""Entries that become one declared thing each, under their own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.kinds.entry import Board
from reconciler.resource import Declared, Spec


def declare(kind: str, specs: Mapping[str, Spec], board: Board) -> None:
    """Declare what entries ask for, by the entry's name."""
    board.desired.items[kind] = {key: Declared(spec, board.source(kind, key), key) for key, spec in specs.items()}


def as_written(kind: str, spec: type[Spec]) -> Callable[[Mapping[str, Any], Board], None]:  # Any: each kind's own entry
    """Declares every entry of a kind as it stands: entries and specs have the same attributes."""

    def build(entries: Mapping[str, Any], board: Board) -> None:
        declare(kind, {key: spec(**entry.model_dump()) for key, entry in entries.items()}, board)

    return build
