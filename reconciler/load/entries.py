"""From entries as written to desired state: each kind's model, then each kind's builder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.kinds.entry import Entry, Listed
from reconciler.kinds.kind import Kind
from reconciler.load.files import inside
from reconciler.load.sealed import Opener
from reconciler.load.sections import Sections, Written
from reconciler.load.sentences import findings, label
from reconciler.load.table import read_table
from reconciler.resource import Source


@dataclass(slots=True)
class Loading:
    """One loading of a folder: what builders see (see reconciler.kinds.entry.Board)."""

    folder: Path
    sections: Sections
    today: date
    zone: ZoneInfo
    opener: Opener
    desired: Desired = field(default_factory=Desired)
    read: dict[tuple[str, str | None], Listed | None] = field(default_factory=dict)
    """Lists by file and column: a district gives many apps to the devices of one list."""

    def known(self, kind: str) -> Collection[str]:
        """See Board."""
        return self.sections.entries[kind]

    def source(self, kind: str, name: str, *path: str | int) -> Source:
        """See Board."""
        written = self.sections.entries[kind][name]
        return written.document.source(KINDS[kind].plural, name, *path) if path else written.source

    def say(self, source: Source, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """See Board."""
        self.sections.findings.append(Diagnostic(source, message, hint, severity))

    def table(self, file: str, column: str | None, asked: Source) -> Listed | None:
        """See Board."""
        path = inside(self.folder, file)
        if path is None:
            self.say(asked, f"file: {file} lies outside the configuration folder.", "Lists are kept beside these files.")
        elif not path.is_file():
            self.say(asked, f"file: there is no file {file}.", self._elsewhere(file, asked))
        else:
            if (file, column) not in self.read:
                self.read[file, column] = read_table(path, file, column, self.sections.findings)
            return self.read[file, column]
        return None

    def _elsewhere(self, file: str, asked: Source) -> str:
        beside = Path(asked.file).parent / file
        if (self.folder / beside).is_file():
            return f"Paths begin at the configuration folder: write {beside.as_posix()}."
        return "Paths begin at the configuration folder."


def build(loading: Loading) -> None:
    """Fill the desired state, kind by kind."""
    for kind in KINDS.values():
        kind.build(_validated(kind, loading), loading)


def _validated(kind: Kind, loading: Loading) -> dict[str, Entry]:
    """The sound entries of a kind; what is wrong with the others becomes findings."""
    written = loading.sections.entries[kind.name]
    context = {"zone": loading.zone}
    adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, kind.entry])  # type: ignore[name-defined]  # the kind's model is a value
    values = {name: one.value for name, one in written.items()}
    try:
        return adapter.validate_python(values, context=context)
    except ValidationError as error:
        bad = _report(error, kind, written, loading.sections.findings)
    return adapter.validate_python({name: value for name, value in values.items() if name not in bad}, context=context)


def _report(error: ValidationError, kind: Kind, written: dict[str, Written], found: list[Diagnostic]) -> set[str]:
    bad: set[str] = set()
    for one in findings(error, kind.entry, named=1):
        name, path = str(one.path[0]), one.path[1:]
        bad.add(name)
        source = written[name].document.source(kind.plural, *one.path, key=one.at_key)
        found.append(Diagnostic(source, f"{label(path) or name}: {one.message}", one.hint))
    return bad
