"""The last upload, taken over as the roster of the files, if it is what Apple has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.adopt.edit import put
from reconciler.adopt.files import File
from reconciler.adopt.staging import staged
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.kinds.kind import Kind
from reconciler.load import Configuration, load
from reconciler.load.files import MAIN
from reconciler.load.text import decode
from reconciler.observed import Observed
from reconciler.session import Session
from reconciler.unread import READERS

ROSTER = tuple(kind for kind in KINDS.values() if kind.whole)


@dataclass(frozen=True, slots=True)
class Upload:
    """A folder or zip of Apple's six files, relative to the configuration folder, and reconciler.yaml with it as a source."""

    name: str
    settings: str

    @classmethod
    def of(cls, configuration: Configuration, path: Path) -> Upload:
        """Raises ReconcilerError if it cannot be a source of these files."""
        folder = configuration.folder.resolve()
        if not path.exists():
            raise ReconcilerError(f"There is no {path}.", "Give the zip that was uploaded last.")
        if not path.resolve().is_relative_to(folder):
            hint = "Copy it there first; as it holds people's names, seal it (reconciler seal) or keep it out of git."
            raise ReconcilerError(f"{path} lies outside the configuration folder.", hint)
        if configuration.settings.roster.sources or any(configuration.desired.count(kind.name) for kind in ROSTER):
            raise ReconcilerError("These files have a roster already.", "Leave --roster out; the plan compares theirs with Apple's.")
        name = path.resolve().relative_to(folder).as_posix()
        settings = put(decode((folder / MAIN).read_bytes(), MAIN), "roster", "sources", [{"apple_csv": name}])
        if settings is None:
            raise ReconcilerError(f"{MAIN} is written in braces.", f"Write into it by hand: roster: {{sources: [{{apple_csv: {name}}}]}}")
        return cls(name, settings)

    @property
    def begun(self) -> Mapping[str, tuple[str, str]]:
        """The file that changes: its text, and what is added, in words."""
        return {MAIN: (self.settings, f"the roster in {self.name}")}

    def declared(self, session: Session, opened: ExitStack) -> Session:
        """The session as it would be with this source. What is wrong with it is raised as ConfigurationError."""
        configuration = session.configuration
        file = File(MAIN, None, self.settings.encode(), "")
        folder = opened.enter_context(staged(configuration, [file]))
        session = session.on(load(folder, configuration.today, configuration.opener.around))
        return replace(session, configuration=replace(session.configuration, folder=configuration.folder))


def check_same(upload: Upload, configuration: Configuration, observed: Observed) -> None:
    """Raise ReconcilerError unless the upload is, thing by thing, what Apple tells."""
    if any(kind.name not in observed.items for kind in ROSTER):
        said = f"Nothing tells whether {upload.name} is what Apple has."
        raise ReconcilerError(said, f"{READERS[ROSTER[0].name][0].upper()}{READERS[ROSTER[0].name][1:]}.")
    found = [line for kind in ROSTER for line in _differences(kind, configuration, observed)]
    if found:
        hint = (
            "Take the zip that was imported last (the portal's Activity list has its date). To let an upload change what differs, name the "
            "source in reconciler.yaml yourself, and have the plan reviewed. Nothing was written."
        )
        raise ReconcilerError(f"{upload.name} is not what Apple has: {', '.join(found)}.", hint)


def counted(configuration: Configuration) -> Mapping[str, int]:
    """How many things of each kind the roster has."""
    return {kind.name: configuration.desired.count(kind.name) for kind in ROSTER}


def _differences(kind: Kind, configuration: Configuration, observed: Observed) -> Iterator[str]:
    declared, seen = configuration.desired.of(kind.name), observed.items[kind.name]
    asked = declared.keys() - set(observed.settled.get(kind.name, ()))
    for count, words in (
        (len(asked - seen.keys()), "are not there"),
        (sum(seen[name].spec != declared[name].spec for name in asked & seen.keys()), "differ (or were edited in the portal)"),
        (len(seen.keys() - declared.keys()), "came from uploads and are missing in it"),
    ):
        if count:
            yield f"{count:,} {kind.noun[count != 1]} {words}"
