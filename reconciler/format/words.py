"""Text as YAML writes it: plain where every reader takes it for text, else in quotes."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[^\W\d_](?:[^\x00-\x1f\x7f-\x9f,\[\]{}:?#]|(?<=\S)#)*")
_OTHER_THAN_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null"))
"""What YAML 1.1 or 1.2 reads as a flag or as nothing, in any case."""
_NAMED = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def write_text(value: str) -> str:
    """Text as it stands in a file, on one line."""
    if plain(value):
        return value
    if '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    return '"' + "".join(_NAMED.get(character) or _escaped(character) for character in value) + '"'


def plain(value: str) -> bool:
    """Whether text needs no quotes, for readers of YAML 1.1 and 1.2 and for spreadsheets' idea of numbers alike."""
    return (
        value.isprintable() and value == value.strip() and value.casefold() not in _OTHER_THAN_TEXT and _PLAIN.fullmatch(value) is not None
    )


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
