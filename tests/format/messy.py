"""Configurations as untidy people write them: any indentation, braces or lines, any quotes, comments and blank lines anywhere."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from reconciler.format.words import plain

NAMES = st.text("abcXYZ019-_.", min_size=1, max_size=6).filter(lambda name: name[0].isalnum() and name not in ("null", "Null", "NULL"))
WORDS = st.one_of(
    st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip())),
    st.sampled_from(["yes", "null", "2026-01-01", "12E45678", "0042", "a: b", "c #d", "- x", "it's", '"', "\\", "x:", "iPad (10th*", "#1"]),
)


def _texts(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return words.filter(lambda text: not any(0xD800 <= ord(character) <= 0xDFFF for character in text))


def configurations() -> st.SearchStrategy[dict[str, Any]]:
    """Sections with entries whose keys stand in any order. A service's name is unique by its key."""
    server = st.fixed_dictionaries({"name": _texts(WORDS)}, optional={"description": _texts(WORDS), "default_for": st.just([])})
    match = st.fixed_dictionaries({"order": st.lists(_texts(WORDS), min_size=1, max_size=3)}, optional={"model": _texts(WORDS)})
    return st.fixed_dictionaries(
        {
            "mdm_servers": st.dictionaries(NAMES, server, min_size=1, max_size=3),
            "device_assignments": st.dictionaries(
                NAMES, st.fixed_dictionaries({"match": match, "from": st.just("2026-08-15")}), max_size=3
            ),
        }
    ).map(_whole)


def _whole(parts: dict[str, Any]) -> dict[str, Any]:
    servers = {key: {**entry, "name": f"{entry['name']} {number}"} for number, (key, entry) in enumerate(parts["mdm_servers"].items())}
    first = next(iter(servers))
    entries = {
        key: {"from": entry["from"], "devices": {"match": entry["match"]}, "server": first}
        for key, entry in parts["device_assignments"].items()
    }
    return {"device_assignments": entries, "mdm_servers": servers}


class Mess:
    """Writes one configuration, differently each time; `comments` is every comment that it wrote."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.comments: list[str] = []

    def write(self, tree: dict[str, Any]) -> str:
        """The text of a file."""
        end = "".join(f"{line}\n" for line in self._above(0))
        return "".join(f"{line}\n" for line in self._map(tree, 0)) + end

    def _draw(self, *choices: Any) -> Any:
        return self._data.draw(st.sampled_from(choices))

    def _comment(self) -> str:
        self.comments.append(f"# comment {len(self.comments)}")
        return self.comments[-1]

    def _above(self, indent: int) -> list[str]:
        sorts = self._draw((), (), (), ("",), ("#",), ("", "#"), ("#", "", ""), ("#", "#"))
        return [" " * self._draw(indent, indent, 0, indent + 3) + self._comment() if sort else "" for sort in sorts]

    def _behind(self) -> str:
        return f" {self._comment()}" if self._draw(True, False, False, False) else ""

    def _text(self, value: str) -> str:
        forms = [json.dumps(value)] if value.isascii() and value.isprintable() else []
        forms += [f"'{value.replace(chr(39), chr(39) * 2)}'"] if value.isprintable() else []
        forms += [value] if plain(value) else []
        return str(self._draw(*(forms or ['"' + "".join(f"\\U{ord(character):08X}" for character in value) + '"'])))

    def _inline(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._text(key)}: {self._inline(inner)}" for key, inner in value.items()) + str(self._draw("}", " }"))
        if isinstance(value, list):
            return "[" + ", ".join(map(self._inline, value)) + "]"
        return self._text(str(value))

    def _map(self, tree: dict[str, Any], indent: int) -> list[str]:
        lines: list[str] = []
        for key, value in tree.items():
            lines += self._above(indent)
            head = " " * indent + f"{self._text(key)}:"
            if not value or isinstance(value, str) or self._draw(True, False):
                lines += self._on_lines(head, self._inline(value)) if value else [f"{head} {self._inline(value)}"]
            else:
                below = indent + self._draw(1, 2, 4, 5)
                lines.append(head + self._behind())
                lines += self._map(value, below) if isinstance(value, dict) else self._list(value, below)
        return lines

    def _on_lines(self, head: str, inline: str) -> list[str]:
        """On one line, or with a line break behind the opening bracket."""
        if inline[0] in "{[" and self._draw(True, False):
            return [f"{head} {inline[0]}{self._behind()}", f"{' ' * 9}{inline[1:]}{self._behind()}"]
        return [f"{head} {inline}{self._behind()}"]

    def _list(self, items: list[Any], indent: int) -> list[str]:
        return [line for item in items for line in (*self._above(indent), f"{' ' * indent}- {self._inline(item)}{self._behind()}")]
