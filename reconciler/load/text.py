"""From bytes to text: UTF-8 with or without a byte order mark, and for everything else a sentence that helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.diagnostic import Diagnostic
from reconciler.resource import Source

BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127)]
SAVE_AS = 'Save the file as UTF-8 (Excel: "CSV UTF-8"; Notepad: Save as, Encoding: UTF-8).'


@dataclass
class UnreadableError(Exception):
    """A file that cannot be read any further, and why."""

    diagnostic: Diagnostic


def read_text(path: Path, name: str) -> str:
    """The text of a file, without byte order mark. `name` is what messages call it.

    Raises UnreadableError: not there, not UTF-8, or with control characters in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(Diagnostic(Source(name), f"The file cannot be read: {error.strerror}.")) from None
    return decode(data, name)


def decode(data: bytes, name: str) -> str:
    """The text of a file's content, without byte order mark. Raises UnreadableError like `read_text`."""
    if data.startswith(UTF16):
        message = 'The file is UTF-16, which spreadsheets call "Unicode text".'
        raise UnreadableError(Diagnostic(Source(name), message, SAVE_AS))
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(data.removeprefix(BOM), error.start, name)) from None
    controls = [text.index(control) for control in CONTROLS if control in text]  # four times as fast as a regular expression
    if controls:
        raise UnreadableError(_control(text, min(controls), name))
    return text


def place_at(text: str, offset: int, name: str) -> Source:
    """The line and column of an offset."""
    return Source(name, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _not_utf8(data: bytes, offset: int, name: str) -> Diagnostic:
    place = place_at(data[:offset].decode() + "?", offset=len(data[:offset].decode()), name=name)
    # Windows-1252 has no letter for five bytes; a file with one of those was saved as something else again.
    letter = data[offset : offset + 1].decode("cp1252", errors="ignore")
    guess = f' It looks like Windows-1252 ("{letter}").' if letter.isprintable() and letter else ""
    return Diagnostic(place, f"The file is not UTF-8: byte 0x{data[offset]:02X} does not belong there.{guess}", SAVE_AS)


def _control(text: str, offset: int, name: str) -> Diagnostic:
    code = ord(text[offset])
    message = f"The file holds a control character (0x{code:02X}) that no text has."
    if code == 0:
        message = "The file holds a NUL character, so it is not text or was damaged on its way."
    return Diagnostic(place_at(text, offset, name), message, "Restore it from git, or delete the character.")
