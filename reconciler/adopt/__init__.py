"""Brings an organization that was run by hand under management: what is live and in no file becomes entries that say exactly that.

So the plan right after has nothing to send: it only records. Whatever the files have already is neither changed nor said again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reconciler.adopt.files import File
from reconciler.adopt.gather import Gathered, Live, gather
from reconciler.adopt.refused import without_refused
from reconciler.adopt.staging import write
from reconciler.adopt.upload import Upload, check_same, counted
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.load import Configuration
from reconciler.load.written import read_written
from reconciler.provider import Report
from reconciler.repository import unsaved
from reconciler.session import Session
from state.collector import collector_paused

__all__ = ["Adoption", "File", "adopt"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting would write, and what it leaves out. The folder is sound with it. `roster`: kind → how many come with an upload."""

    configuration: Configuration
    files: tuple[File, ...]
    gathered: Gathered
    roster: Mapping[str, int]

    @property
    def count(self) -> Mapping[str, int]:
        """How many live things of each kind get an entry."""
        count = Counter(self.roster)
        for kind, drafts in self.gathered.drafts.items():
            for draft in drafts:
                count[kind] += len(draft.covers)
                count.update({other: len(names) for other, names in draft.also.items()})
        return {kind: count[kind] for kind in KINDS if count[kind]}

    def check_saved(self) -> None:
        """Raise ReconcilerError if a file that would grow is not safe in git."""
        risky = unsaved(self.configuration.folder, [file.name for file in self.files if file.before is not None])
        if risky:
            raise ReconcilerError(
                f"git could not bring back {', '.join(risky)}, to which lines would be added.", "Commit first, or say --force."
            )

    def write(self) -> None:
        """Write every file, each whole or not at all."""
        write(self.configuration.folder, self.files)


def adopt(session: Session, report: Report, *, rules: bool, roster: Path | None = None) -> Adoption:
    """Read everything that is live and draft what is in no file. `rules`: what means things to come, too, may stand for a list where it
    means exactly what there is. `roster`: the upload that Apple has, to be declared as a source.

    Raises ConfigurationError if the files dispute among themselves or with the live organization, ReconcilerError if `roster` is not what
    Apple has.
    """
    with ExitStack() as staged:
        upload = Upload.of(session.configuration, roster) if roster else None
        session = upload.declared(session, staged) if upload else session
        record = session.backend.record()
        observed = session.observe(record, report, everything=True)
        with collector_paused():
            configuration = session.configuration
            if upload:
                check_same(upload, configuration, observed)
            written = read_written(configuration.folder, configuration.opener)
            live = Live(configuration, written, record, observed, session.provider, session.pseudonyms)
            gathered = gather(live, rules=rules)
            files = without_refused(live, gathered, upload.begun if upload else {})
            return Adoption(configuration, files, gathered, counted(configuration) if upload else {})
