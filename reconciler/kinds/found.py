"""What a kind's file needs in order to turn live things into entries of the user's files (see Kind.export)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.resource import Declared, Seen


@dataclass(frozen=True, slots=True)
class Survey:
    """Live things of one kind. `items`: those to write down; `live`: all of them; `traits`: of what they hang on, where it was read.

    `declared`: what the files have already. `key` gives the name in the files of a live thing of another kind, None if it has none.
    `rules`: whether a match may stand for a list.
    """

    items: Mapping[str, Seen]
    live: Mapping[str, Seen]
    traits: Mapping[str, Any]
    declared: Mapping[str, Declared]
    key: Callable[[str, str], str | None]
    rules: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file beside an entry. The first column identifies a row."""

    file: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that says exactly what is live: the file and the name that suit it (the writer finds others where they are taken), its
    values as people write them, a remark to stand above it, and the live things that it covers. `at_table`: where in the values the
    table's file is named."""

    file: str
    name: str
    values: Mapping[str, Any]
    remark: str
    covers: Sequence[str]
    table: Table | None = None
    at_table: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Omitted:
    """Live things that no entry can stand for, counted, and why in words."""

    count: int
    why: str
