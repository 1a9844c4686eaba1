"""A YAML file as a tree that remembers where everything stands.

Scalars are plain `str` (or `Quoted`, or None where nothing was written): no object beside the text itself. Positions are kept by the
collections, two machine words for a key and its value, so that 100,000 records cost no more than their text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TypeAlias, cast

COLUMN_BITS = 32
COLUMN_MASK = (1 << COLUMN_BITS) - 1

Node: TypeAlias = "str | Map | Seq | None"


class Map(dict[str, Node]):
    """A mapping. `marks` holds two marks per key, in order: where the key stands and where its value stands."""

    __slots__ = ("_order", "marks")

    def __init__(self) -> None:
        super().__init__()
        self.marks = array("Q")
        self._order: dict[str, int] | None = None

    def key_mark(self, key: str) -> int:
        """Where a key stands."""
        return self.marks[2 * self._index(key)]

    def value_mark(self, key: str) -> int:
        """Where a key's value stands."""
        return self.marks[2 * self._index(key) + 1]

    def keys_with_marks(self) -> Iterator[tuple[str, int]]:
        """Every key and where it stands."""
        return zip(self, self.marks[::2], strict=True)

    def _index(self, key: str) -> int:
        if self._order is None or len(self._order) != len(self):
            self._order = {name: index for index, name in enumerate(self)}
        return self._order[key]


class Seq(list[Node]):
    """A list. `marks` holds where each item stands."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks = array("Q")


def unpack(mark: int) -> tuple[int, int]:
    """A mark's line and column, both from 1."""
    return (mark >> COLUMN_BITS) + 1, (mark & COLUMN_MASK) + 1


def find(tree: Map, path: Sequence[str | int], *, key: bool = False) -> int:
    """The mark of the value (or the key) at a path; of the nearest thing above it if the path leads nowhere."""
    node: Node = tree
    mark = tree.marks[0] if tree.marks else 0
    for step in path:
        if isinstance(node, Map) and step in node:
            mark = node.key_mark(cast(str, step)) if key else node.value_mark(cast(str, step))
            node = node[cast(str, step)]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            mark = node.marks[step]
            node = node[step]
        # Anything else is a step that the models know and the file does not: the list around a single value.
    return mark


def scalars(node: Node, mark: int) -> Iterator[tuple[str, int]]:
    """Every text below a node with its mark, in the order of the file. The depth of a tree is bounded by the reader."""
    if isinstance(node, Map):
        for index, child in enumerate(node.values()):
            yield from scalars(child, node.marks[2 * index + 1])
    elif isinstance(node, Seq):
        for child, place in zip(node, node.marks, strict=True):
            yield from scalars(child, place)
    elif node is not None:
        yield node, mark
