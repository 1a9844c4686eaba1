"""From the tree to the canonical text: two spaces a level, keys in the models' order, quotes only where they are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.format.nodes import BLOCKS, Node
from reconciler.format.order import Shape
from reconciler.format.words import write_text

WIDTH = 120
"""A group in braces or brackets that would be wider becomes lines of its own."""


class Writer:
    """Writes one file. `reorder` is off where anchors are: an alias must stay below its anchor."""

    def __init__(self, text: str, *, reorder: bool) -> None:
        self._text = text
        self._reorder = reorder

    def document(self, root: Node, shape: Shape) -> Iterator[str]:
        """A whole file below its first line: comments about all of it, then its sections, a blank line between two."""
        pairs = self._pairs(root, shape)
        heads = (*_take_head(root.items[0]), *_take_head(pairs[0][0]))
        yield from _spaced(_trimmed(list(heads)), "")
        for key, value in pairs:
            yield ""
            key.leading = _trimmed(key.leading)
            yield from self._entry(key, value, 0, shape, opened=value.sort in ("map", "list"))
        yield from _spaced(root.tail, "")

    def _pairs(self, node: Node, shape: Shape) -> list[tuple[Node, Node]]:
        pairs = list(zip(node.items[::2], node.items[1::2], strict=True))
        if not self._reorder:
            return pairs
        by_key = {key.value: (key, value) for key, value in pairs}
        return [by_key[key] for key in shape.sorted(list(by_key))]

    def _map(self, node: Node, indent: int, shape: Shape) -> Iterator[str]:
        for number, (key, value) in enumerate(self._pairs(node, shape)):
            if not number:
                key.leading = _trimmed(key.leading)
            yield from self._entry(key, value, indent, shape)
        yield from _spaced(node.tail, " " * indent)

    def _entry(self, key: Node, value: Node, indent: int, shape: Shape, *, opened: bool = False) -> Iterator[str]:
        margin, head = " " * indent, f"{_name(key)}:"
        below = shape.inner(key.value)
        inline = None if opened and value.items else self._inline(value, indent + len(head) + 1, below)
        above = [line for line in value.leading if line] + ([key.trailing] if key.trailing and value.trailing else [])
        yield from _spaced([*key.leading, *above], margin)
        remark = _remark(value.trailing or key.trailing)
        if inline is None and value.sort != "text":
            yield f"{margin}{head}{_anchor(value)}{remark}"
            yield from self._group(value, indent + 2, below)
        elif inline is None:
            yield from self._block(value, f"{margin}{head}{_anchor(value)} ", indent + 2)
        else:
            yield f"{margin}{head}{_anchor(value)}{' ' * bool(inline)}{inline}{remark}"

    def _group(self, node: Node, indent: int, shape: Shape) -> Iterator[str]:
        yield from self._map(node, indent, shape) if node.sort == "map" else self._list(node, indent, shape)

    def _list(self, node: Node, indent: int, shape: Shape) -> Iterator[str]:
        margin = " " * indent
        for number, item in enumerate(node.items):
            first = self._first(item, shape)
            yield from _spaced(_trimmed(first.leading) if not number else first.leading, margin)
            first.leading = []
            if item.items and self._inline(item, indent + 2, shape) is None and item.trailing:
                yield f"{margin}{item.trailing}"
            yield from self._item(item, indent, shape)
        yield from _spaced(node.tail, margin)

    def _first(self, node: Node, shape: Shape) -> Node:
        """What stands first in an item: comments above the dash are its own."""
        while node.items:
            node = self._pairs(node, shape)[0][0] if node.sort == "map" else node.items[0]
        return node

    def _item(self, item: Node, indent: int, shape: Shape) -> Iterator[str]:
        margin = " " * indent
        inline = self._inline(item, indent + 2, shape)
        if inline is not None:
            yield f"{margin}-{_anchor(item)} {inline}{_remark(item.trailing)}".rstrip()
        elif item.sort == "text":
            yield from self._block(item, f"{margin}-{_anchor(item)} ", indent + 2)
        elif item.anchor:
            yield f"{margin}-{_anchor(item)}"
            yield from self._group(item, indent + 2, shape)
        else:
            lines = self._group(item, indent + 2, shape)
            yield f"{margin}- {next(lines)[indent + 2 :]}"
            yield from lines

    def _inline(self, node: Node, column: int, shape: Shape) -> str | None:
        """The value on one line, or None where it needs lines of its own."""
        if node.sort == "text":
            return None if node.style in BLOCKS else self._words(node)
        if node.sort == "alias" or not node.items:
            return _name(node)
        if not node.flow or any(item.remarked for item in node.items) or any(node.tail):
            return None
        parts = list(self._parts(node, shape))
        inline = f"{{{', '.join(parts)}}}" if node.sort == "map" else f"[{', '.join(parts)}]"
        return inline if "" not in parts and column + len(inline) <= WIDTH else None

    def _parts(self, node: Node, shape: Shape) -> Iterator[str]:
        """The pairs or items of a group on one line; an empty one where this cannot be."""
        if node.sort == "list":
            yield from (self._part(item, shape) for item in node.items)
            return
        for key, value in self._pairs(node, shape):
            text = self._part(value, shape.inner(key.value))
            yield f"{_name(key)}: {text}" if text else ""

    def _part(self, node: Node, shape: Shape) -> str:
        text = self._inline(node, 0, shape)
        return f"{_anchor(node)} {text}".lstrip() if text else ""

    def _words(self, node: Node) -> str:
        if not node.style and "\n" not in self._text[node.start : node.end]:
            return node.value
        return write_text(node.value)

    def _block(self, node: Node, head: str, indent: int) -> Iterator[str]:
        """A block of text as it was written, at its new indentation."""
        source = self._text[self._text.index(node.style, node.start) : node.end]
        header, _, body = source.partition("\n")
        if not re.fullmatch(r"[|>][+-]?", header.partition("#")[0].strip()):  # it says its own indentation
            yield head + write_text(node.value)
            return
        lines = body.split("\n")
        margin = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), 0)
        while lines and not lines[-1].strip(" ") and "+" not in header.partition("#")[0]:
            lines.pop()
        yield head + header.strip()
        yield from ((" " * indent + line[margin:]).rstrip() if not line.strip(" ") else " " * indent + line[margin:] for line in lines)


def _name(node: Node) -> str:
    if node.sort == "alias":
        return f"*{node.value}"
    if node.sort == "text":
        return write_text(node.value) if node.style else node.value
    return "{}" if node.sort == "map" else "[]"


def _anchor(node: Node) -> str:
    return f" &{node.anchor}" if node.anchor else ""


def _remark(comment: str) -> str:
    return f" {comment}" if comment else ""


def _take_head(key: Node) -> list[str]:
    """What stands above a first section and is about the whole file: all up to the last blank line."""
    last = max((number for number, line in enumerate(key.leading) if not line), default=-1)
    head, key.leading = key.leading[: last + 1], key.leading[last + 1 :]
    while head and not head[-1]:
        head.pop()
    return head


def _trimmed(lines: list[str]) -> list[str]:
    """Without blank lines at the beginning."""
    begin = next((number for number, line in enumerate(lines) if line), len(lines))
    return lines[begin:]


def _spaced(lines: list[str], margin: str) -> Iterator[str]:
    """Comment lines at a margin; of several blank lines one stays."""
    blank = False
    for line in lines:
        if line or not blank:
            yield margin + line if line else ""
        blank = not line
