"""A YAML file as a tree that keeps what readers skip: comments, blank lines, quotes, and how each group was written.

The marks of libyaml's events say where every value stands; what lies between two values is blanks, brackets, dashes and comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

Sort = Literal["text", "alias", "map", "list"]
BLOCKS = ("|", ">")


@dataclass(slots=True, eq=False)
class Node:
    """A value. Of a map, `items` are keys and values by turns. `leading`: comments above it, "" for a blank line; `trailing`: the one on
    its line; `tail`: those below the last item. `style`: the quote, or the sign of a block of text; empty for plain text."""

    sort: Sort
    start: int
    column: int
    end: int = 0
    value: str = ""
    style: str = ""
    flow: bool = False
    anchor: str = ""
    parent: Node | None = None
    items: list[Node] = field(default_factory=list)
    leading: list[str] = field(default_factory=list)
    trailing: str = ""
    tail: list[str] = field(default_factory=list)

    @property
    def remarked(self) -> bool:
        """Whether a comment stands in or at it, or below."""
        return bool(any(self.leading) or self.trailing or any(self.tail) or any(item.remarked for item in self.items))

    def comments(self) -> list[str]:
        """Every comment in it, in no particular order."""
        own = [line for line in (*self.leading, self.trailing, *self.tail) if line]
        return own + [line for item in self.items for line in item.comments()]


def compose(text: str) -> Node | None:
    """The tree of a sound file, with `\\n` for line ends; None if it holds nothing but comments."""
    leaves: list[Node] = []
    root = _tree(text, leaves)
    if root is None or not leaves:
        return None
    start = Node("text", 0, 0)  # what stands before the first value has no value to follow
    for before, after in zip((start, *leaves), leaves, strict=False):
        _Gap(text, before, after).share()
    _Gap(text, leaves[-1], None).share()
    leaves[0].leading = [*([start.trailing] if start.trailing else []), *leaves[0].leading]
    return root


def _tree(text: str, leaves: list[Node]) -> Node | None:
    above: Node | None = None
    root: Node | None = None
    for event in iter(YAML(typ="safe", pure=False).Parser(text).get_event, None):
        if isinstance(event, MappingEndEvent | SequenceEndEvent) and above is not None:
            above.end = event.end_mark.index
            if not above.items:
                leaves.append(above)
            above = above.parent
        elif isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
            node = _node(event, above)
            root = root or node
            if above is not None:
                above.items.append(node)
            if node.sort in ("text", "alias"):
                leaves.append(node)
            else:
                above = node
    return root


def _node(event: Any, above: Node | None) -> Node:
    start, end = event.start_mark, event.end_mark.index
    if isinstance(event, ScalarEvent):
        return Node("text", start.index, start.column, end, event.value, event.style or "", anchor=event.anchor or "", parent=above)
    if isinstance(event, AliasEvent):
        return Node("alias", start.index, start.column, end, event.anchor, parent=above)
    sort: Sort = "map" if isinstance(event, MappingStartEvent) else "list"
    return Node(sort, start.index, start.column, end, flow=bool(event.flow_style), anchor=event.anchor or "", parent=above)


class _Gap:
    """What stands between two values, and whose each comment is."""

    def __init__(self, text: str, before: Node, after: Node | None) -> None:
        self.before, self.after, self.current = before, after, before
        self.pieces = text[before.end : after.start if after else len(text)].split("\n")
        start = text.rfind("\n", 0, after.start) + 1 if after else 0
        line = text[start : after.start] if after else ""  # up to the value only: a file has as many gaps as values
        self.column = len(line) - len(line.lstrip(" ")) if after else -1
        self.lines: list[tuple[int, str]] = []
        self.owned = before.style in BLOCKS or before.end == 0  # then nothing of its line is left

    def share(self) -> None:
        """Give every comment to the value it belongs to."""
        last = len(self.pieces) - 1
        for number, piece in enumerate(self.pieces):
            if number == last and self.after is not None:
                break  # the line of the value that follows; a comment would have swallowed it
            self._piece(piece, same_line=number == 0 and not self.owned, blank=number > 0 or self.owned)
        if self.after is None:
            self._drop_blank_end()
        self._hand_out()

    def _piece(self, piece: str, *, same_line: bool, blank: bool) -> None:
        head, sign, comment = piece.partition("#")
        closed = self._climb(head)
        if not sign:
            self.lines.extend([(0, "")] if blank and not head.strip() else [])
        elif (same_line or closed) and not set(head) & set("{[") and not self.current.trailing:
            self.current.trailing = (sign + comment).rstrip()
        else:
            self.lines.append((len(head), (sign + comment).rstrip()))

    def _climb(self, head: str) -> bool:
        """Follow closing brackets outwards: what stands behind one belongs to the group that it closes."""
        closers = sum(character in "]}" for character in head)
        for _ in range(closers):
            self.current = self.current.parent or self.current
        return closers > 0

    def _drop_blank_end(self) -> None:
        while self.lines and not self.lines[-1][1]:
            self.lines.pop()

    def _hand_out(self) -> None:
        """Comments further in than the line that follows belong to the end of a group above; the others to what follows."""
        deep = 0
        for position, (column, comment) in enumerate(self.lines):
            if comment and (column <= self.column or self._owner(column) is None):
                break
            deep = position + 1 if comment else deep
        blanks: list[str] = []  # they go with the comment below them
        for column, comment in self.lines[:deep]:
            owner = self._owner(column) if comment else None
            if owner is None:
                blanks.append("")
            else:
                owner.tail += [*blanks, comment]
                blanks = []
        if self.after is not None:
            self.after.leading.extend(comment for _, comment in self.lines[deep:])

    def _owner(self, column: int) -> Node | None:
        """The innermost group before the gap that ends in it and begins no further in than the comment."""
        node, outermost = self.before.parent, None
        following = set(_ancestors(self.after)) if self.after else set()
        while node is not None and id(node) not in following:
            outermost = node
            if node.column <= column and not node.flow:
                return node
            node = node.parent
        return outermost if self.after is None else None


def _ancestors(node: Node | None) -> list[int]:
    found = []
    while node is not None:
        found.append(id(node))
        node = node.parent
    return found
