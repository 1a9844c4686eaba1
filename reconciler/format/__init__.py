"""The canonical layout of a configuration's files, comments kept: what `fmt` writes.

Nothing here can change what a file means: the result is read again, and a file whose values or comments would differ is left alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.error import YAMLError

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.errors import ConfigurationError
from reconciler.format.nodes import Node, compose
from reconciler.format.order import of_file
from reconciler.format.write import Writer
from reconciler.load import load
from reconciler.load.document import Builder, read_document
from reconciler.load.files import MAIN, find_files
from reconciler.load.settings import state_folder
from reconciler.load.text import read_text
from reconciler.resource import Source
from reconciler.sealed import is_sealed
from state.collector import collector_paused

SCHEMA_LINE = re.compile(r"#\s*yaml-language-server:\s*\$schema=")
SCHEMA = ".schemas/config.schema.json"
"""Where `reconciler schema` puts it, from the configuration folder."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file: its name, relative to the folder, and its text before and after."""

    name: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether its layout was not canonical."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a folder as they should be laid out. `errors`: what is wrong with those that are therefore left alone."""

    files: tuple[Formatted, ...]
    errors: tuple[Diagnostic, ...]

    @property
    def changed(self) -> tuple[Formatted, ...]:
        """Those that need rewriting."""
        return tuple(file for file in self.files if file.changed)


def format_folder(folder: Path) -> Layout:
    """The canonical layout of every YAML file. Raises ConfigurationError if the folder is no configuration."""
    errors = _errors(folder)
    main = read_document(folder / MAIN, MAIN, [])
    names = [MAIN, *(name for name in find_files(folder, state_folder(dict(main or {})), []) if not is_sealed(name))]
    broken = {error.source.file for error in errors if error.source}
    files = []
    with collector_paused():
        for name in names:
            if name not in broken:
                before = read_text(folder / name, name)
                after = format_text(before, name)
                files.append(Formatted(name, before, before if after is None else after))
                errors += [] if after is not None else [_stubborn(name)]
    return Layout(tuple(files), tuple(sorted(errors)))


def _errors(folder: Path) -> list[Diagnostic]:
    try:
        load(folder)
    except ConfigurationError as error:
        if any(finding.source is None for finding in error.diagnostics):
            raise  # no folder, or no configuration in it
        return list(error.diagnostics)
    return []


def _stubborn(name: str) -> Diagnostic:
    message = "The file is written in a way that cannot be laid out anew without changing it."
    return Diagnostic(Source(name), message, "It is left as it is; it is read all the same.", Severity.WARNING)


def format_text(text: str, name: str) -> str | None:
    """The canonical text of one sound file, `name` relative to the configuration folder; None if it would say something else."""
    text = re.sub("\r\n?", "\n", text)
    root = compose(text)
    if root is None:
        return text
    comments = sorted(root.comments())
    lines = [_take_schema(root) or f"# yaml-language-server: $schema={_schema(name)}"]
    lines += Writer(text, reorder=not _anchored(root)).document(root, of_file())
    after = "\n".join(lines).rstrip("\n") + "\n"
    return after if _same(text, comments, after) else None


def _take_schema(root: Node) -> str:
    """The line by which editors find the schema, taken out of the comments at the top; empty where there is none."""
    leading = root.items[0].leading
    at = next((number for number, line in enumerate(leading) if SCHEMA_LINE.match(line)), None)
    if at is None:
        return ""
    line = leading[at]
    if not any(leading[:at]) and leading[at + 1 :] and "" not in leading[at + 1 :]:
        leading.insert(at + 1, "")
    del leading[at]
    return line


def _schema(name: str) -> str:
    return Path(os.path.relpath(SCHEMA, Path(name).parent)).as_posix()


def _anchored(node: Node) -> bool:
    return bool(node.anchor) or any(map(_anchored, node.items))


def _same(text: str, comments: list[str], after: str) -> bool:
    """Whether both texts hold the same values and comments, but for a schema line that was added."""
    try:
        again = compose(after)
    except YAMLError:
        return False
    if again is None or Builder("", []).build(text) != Builder("", []).build(after):
        return False
    now = sorted(again.comments())
    return now == comments or [line for line in now if not SCHEMA_LINE.match(line)] == comments
