"""One YAML file → one tree, from the events of libyaml's parser.

The usual loaders turn 12E45678 into infinity and 0123456 into another number, keep the last of two equal keys, and expand aliases
without end (the "billion laughs"). Here text stays text, equal keys are an error with both places, and aliases have a budget.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.diagnostic import Diagnostic
from reconciler.kinds.fields import NAME, Quoted
from reconciler.kinds.suggest import short
from reconciler.load.sealed import Opener
from reconciler.load.syntax import explain
from reconciler.load.text import UnreadableError, decode
from reconciler.load.tree import COLUMN_BITS, Map, Node, Seq, unpack
from reconciler.resource import Source

DEEPEST = 32
ALIAS_BUDGET = 100_000
NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
PLAIN = Opener()
_DROPPED = Quoted("")
"""The key of a value that is read over: its real key stood there before."""


def read_document(path: Path, name: str, findings: list[Diagnostic], opener: Opener = PLAIN) -> Map | None:
    """The tree of a file, or None if it holds nothing to read; what is wrong goes to `findings`. `name` is what messages call the file."""
    try:
        text = decode(opener.read(path, name), name)
        if not text.strip():
            hint = "Delete it if nothing is meant, or restore it from git: an empty file is usually a failed save."
            raise UnreadableError(Diagnostic(Source(name), "The file is empty.", hint))
        return Builder(name, findings).build(text)
    except UnreadableError as error:
        findings.append(error.diagnostic)
        return None


class Builder:
    """Builds the tree of one file. Nothing here is recursive: five megabytes of brackets end in a sentence."""

    def __init__(self, name: str, findings: list[Diagnostic]) -> None:
        self.name = name
        self.findings = findings
        self.root: list[Node] = []
        self.container: Map | Seq | None = None
        self.key: str | None = None
        self.stack: list[Map | Seq | None] = []
        self.anchors: dict[str, Node] = {}
        self.sizes: dict[int, int] = {}
        self.expanded = 0
        self.key_mark = 0

    def build(self, text: str) -> Map | None:
        """The tree; None for a file of comments. Raises UnreadableError."""
        parser = YAML(typ="safe", pure=False).Parser(text)
        handlers = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_map,
            SequenceStartEvent: self._open_list,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
            DocumentEndEvent: self._ignore,
            StreamStartEvent: self._ignore,
            StreamEndEvent: self._ignore,
        }
        try:
            for event in iter(parser.get_event, None):
                handlers[type(event)](event)
        except YAMLError as error:
            raise UnreadableError(explain(error, text, self.name)) from None
        return self._top()

    def _top(self) -> Map | None:
        top = self.root[0] if self.root else None
        if isinstance(top, Map) or top is None:
            return top
        shape = "a list" if isinstance(top, Seq) else "text"
        message = f"The file holds {shape} where sections such as mdm_servers: belong."
        raise UnreadableError(Diagnostic(Source(self.name), message))

    def _scalar(self, event: Any) -> None:
        start = event.start_mark
        value: str | None = event.value
        if event.style:
            value = Quoted(value)
        elif value in NOTHING:
            value = None
        self._place(value, start.line << COLUMN_BITS | start.column)
        if event.anchor is not None or event.tag is not None:
            self._decorated(event, value)

    def _ignore(self, event: Any) -> None:
        """Nothing in it matters."""

    def _open_map(self, event: Any) -> None:
        self._open(event, Map())

    def _open_list(self, event: Any) -> None:
        self._open(event, Seq())

    def _open(self, event: Any, node: Map | Seq) -> None:
        start = event.start_mark
        mark = start.line << COLUMN_BITS | start.column
        if len(self.stack) >= DEEPEST:
            raise self._stop(mark, f"The file is nested more than {DEEPEST} levels deep.", "Look for a lost bracket.")
        if type(self.container) is Map and self.key is None:
            raise self._stop(mark, "A list or a group cannot be a key.", "Brackets and braces need quotes if they belong to a name.")
        self._place(node, mark)
        self.stack.append(self.container)
        self.container = node
        if event.anchor is not None or event.tag is not None:
            self._decorated(event, node)

    def _close(self, event: Any) -> None:
        del event
        self.container = self.stack.pop()
        self.key = None

    def _document(self, event: Any) -> None:
        if self.root:
            mark = event.start_mark.line << COLUMN_BITS
            raise self._stop(mark, "The file holds two documents: a line --- begins a second one.", "Delete the line, or make two files.")

    def _alias(self, event: Any) -> None:
        mark = _mark(event)
        if event.anchor not in self.anchors:
            raise self._stop(mark, f"*{event.anchor} refers to an anchor that is not above it.", f"Write &{event.anchor} above.")
        node = self.anchors[event.anchor]
        if any(node is above for above in (*self.stack, self.container)) and isinstance(node, Map | Seq):
            raise self._stop(mark, f"*{event.anchor} refers to the value that it is part of.")
        self.expanded += self._size(node)
        if self.expanded > ALIAS_BUDGET:
            raise self._stop(mark, f"Aliases make more than {ALIAS_BUDGET:,} values of this file.", "Long lists belong into a CSV file.")
        if type(self.container) is Map and self.key is None and not isinstance(node, str):
            raise self._stop(mark, f"*{event.anchor} cannot be a key here.")
        self._place(node, mark)

    def _size(self, node: Node) -> int:
        """How many values an anchored node stands for; aliases in it were measured before, so this goes no deeper than the file."""
        if not isinstance(node, Map | Seq):
            return 1
        if id(node) not in self.sizes:
            children = node.values() if isinstance(node, Map) else node
            self.sizes[id(node)] = 1 + sum(map(self._size, children))
        return self.sizes[id(node)]

    def _decorated(self, event: Any, node: Node) -> None:
        if event.tag is not None:
            mark = _mark(event)
            raise self._stop(mark, "A tag (an exclamation mark before a value) has no meaning here.", "Put the value in quotes.")
        self.anchors[event.anchor] = node

    def _place(self, node: Node, mark: int) -> None:
        container = self.container
        if type(container) is Map:
            key = self.key
            if key is None:
                self._key(container, node, mark)
                return
            self.key = None
            if key is not _DROPPED:
                container[key] = node
                add = container.marks.append
                add(self.key_mark)
                add(mark)
        elif container is not None:
            container.append(node)  # type: ignore[union-attr]  # a Map has exactly its own type, so this is a Seq
            container.marks.append(mark)
        else:
            self.root.append(node)

    def _key(self, container: Map, node: Node, mark: int) -> None:
        if not isinstance(node, str):
            raise self._stop(mark, "A name is missing before the colon.")
        if node == "<<" and not isinstance(node, Quoted):
            raise self._stop(mark, "Merge keys (<<) are not read here.", "Write the lines out, or share a whole value by &name and *name.")
        self.key, self.key_mark = node, mark
        if node in container:
            first = self._source(container.key_mark(node))
            hint = "Delete one of them, or give it another name."
            shown = short(node) if NAME.fullmatch(node) else "This key"  # what cannot be a key of ours may be somebody's name
            self.findings.append(Diagnostic(self._source(mark), f"{shown} stands here twice; the first is at {first}.", hint))
            self.key = _DROPPED

    def _source(self, mark: int) -> Source:
        return Source(self.name, *unpack(mark))

    def _stop(self, mark: int, message: str, hint: str = "") -> UnreadableError:
        return UnreadableError(Diagnostic(self._source(mark), message, hint))


def _mark(event: Any) -> int:
    """Where an event begins, in one number."""
    start: Any = event.start_mark
    mark: int = start.line << COLUMN_BITS | start.column
    return mark
