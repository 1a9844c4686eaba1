"""What a kind's file needs in order to turn live things into entries of the user's files (see Kind.export)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.observed import Observed
from reconciler.resource import Declared, Seen


@dataclass(frozen=True, slots=True)
class Scene:
    """What all kinds are looked at with. `wanted`: kind → name → what the files want of it, rules and licences included.

    `fresh`: kind → names that are live, in no file and not ours. `entries`: kind → entry of the files, those drafted so far included → what
    it covers. `people`: pseudonym → person_id, of everybody in the rosters; `unreachable`: those of them without an account's address.
    `places`: ids of locations that the files know.
    """

    observed: Observed
    wanted: Mapping[str, Mapping[str, Declared]]
    fresh: Mapping[str, Collection[str]]
    entries: Mapping[str, Mapping[str, Collection[str]]]
    people: Mapping[str, str] = field(default_factory=dict)
    unreachable: Collection[str] = frozenset()
    places: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Survey:
    """Live things of one kind. `items`: those to write down; `live`: all of them; `traits`: of what they hang on, where it was read.

    `declared`: what the files have already; `written`: its entries as they stand there. `key` gives the name in the files of a live thing
    of another kind, None if it has none.
    `rules`: whether what means things to come, too, may stand for a list.
    """

    items: Mapping[str, Seen]
    live: Mapping[str, Seen]
    traits: Mapping[str, Any]
    declared: Mapping[str, Declared]
    written: Mapping[str, object]
    key: Callable[[str, str], str | None]
    rules: bool
    scene: Scene


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file beside an entry. The first column identifies a row. `at`: where in the entry's values the file is named."""

    file: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that says exactly what is live: the file and the name that suit it (the writer finds others where they are taken), its
    values as people write them, a remark to stand above it, and the live things that it covers.

    `also`: kind → things of other kinds that it covers. `fixed`: its name is the only right one. `personal`: it tells who somebody is.
    """

    file: str
    name: str
    values: Mapping[str, Any]
    remark: str
    covers: Sequence[str]
    tables: Sequence[Table] = ()
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fixed: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Omitted:
    """Live things that no entry can stand for, counted, and why in words. `kind`: theirs; empty where it is the one in hand."""

    count: int
    why: str
    kind: str = ""
