"""A roster in memory: columns of text, part by part, each part knowing where its rows stand.

A large district has 150,000 people and 450,000 memberships. No object is made per row: a rule looks at a whole column, and a row's place
is found only when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.resource import Source
from reconciler.roster.layout import LAYOUTS, Layout, repeated

Column = Sequence[str]


@dataclass(slots=True)
class Part:
    """Rows of one of the six files, from one source. All columns have `count` values; one that is not there is blank.

    `place` tells where the value of a row and column stands (of the row, if it lacks the column). `origin` names the source, and `names`
    what it calls columns that are not called as Apple's there.
    """

    layout: Layout
    count: int
    columns: dict[str, Column]
    place: Callable[[int, str], Source]
    origin: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, column: str) -> str:
        """What the source calls a column."""
        return self.names.get(self.layout.base(column), column)

    def column(self, name: str) -> Column:
        """One column."""
        found = self.columns.get(name)
        return ("",) * self.count if found is None else found

    @property
    def keys(self) -> Column:
        """What identifies each row."""
        return self.column(self.layout.key)

    def repeated(self, base: str) -> list[str]:
        """The names of a numbered column that are there, in order."""
        return self.layout.repetitions(base, self.columns)

    def kept(self, rows: Sequence[int]) -> Part:
        """Only these rows."""
        place = self.place
        columns: dict[str, Column] = {name: [values[row] for row in rows] for name, values in self.columns.items()}
        return Part(self.layout, len(rows), columns, lambda row, column: place(rows[row], column), self.origin, self.names)


@dataclass(slots=True)
class Roster:
    """The parts of each of the six files, in the order of their sources.

    `broken` names the files of which rows could not be read: nothing is said of references to them.
    `lost`: what could not be put into any file because it belongs to a row that is not there; only its references are judged.
    """

    parts: dict[str, list[Part]] = field(default_factory=lambda: {name: [] for name in LAYOUTS})
    broken: set[str] = field(default_factory=set)
    lost: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """One more part."""
        self.parts[part.layout.name].append(part)

    def merge(self, other: Roster) -> None:
        """Everything that another source has."""
        for parts in other.parts.values():
            for part in parts:
                self.add(part)
        self.broken |= other.broken
        self.lost += other.lost

    def of(self, name: str) -> list[Part]:
        """The parts of one file."""
        return self.parts[name]

    def count(self, name: str) -> int:
        """The rows of one file."""
        return sum(part.count for part in self.parts[name])

    def keys(self, name: str) -> Iterator[str]:
        """What identifies the rows of one file."""
        for part in self.parts[name]:
            yield from part.keys

    def values(self, name: str, column: str) -> Iterator[str]:
        """One column of one file."""
        for part in self.parts[name]:
            yield from part.column(column)

    def __bool__(self) -> bool:
        return any(self.parts.values())


def spread(base: str, lists: Sequence[Sequence[str]]) -> dict[str, Column]:
    """One list per row as numbered columns, as many as the longest list needs and at least one."""
    most = max(map(len, lists), default=1)
    return {name: [one[at] if at < len(one) else "" for one in lists] for at, name in enumerate(repeated(base, most))}
