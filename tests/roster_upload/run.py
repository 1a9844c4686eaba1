"""One upload, with all that it journaled and reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from providers.roster_upload.account import Account
from providers.roster_upload.sftp import Sftp
from reconciler.errors import ReconcilerError
from reconciler.provider import Notice
from tests.wire.host import Hours

NAME = "roster.zip"
CONTENT = bytes(range(256)) * 2_000
"""Half a megabyte: several windows of writes, and no two neighbouring blocks of it could be swapped unseen at most offsets."""


@dataclass
class Run:
    """What an upload did; and what is to happen right before it is handed over."""

    error: ReconcilerError | None = None
    notes: list[str] = field(default_factory=list)
    facts: list[dict[str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    clock: Hours = field(default_factory=Hours)
    before: Callable[[], object] = lambda: None

    def note(self, event: str, **facts: str) -> None:
        """See Note."""
        self.notes.append(event)
        self.facts.append(facts)
        if event == "sending":
            self.before()

    @property
    def said(self) -> str:
        """Everything that came out anywhere."""
        error = f"{self.error.message}\n{self.error.hint}" if self.error else ""
        return "\n".join([error, *map(str, self.facts), *(notice.text for notice in self.notices)])


def upload(account: Account, content: bytes = CONTENT, *, seconds: float = 30.0, before: Callable[[], object] = lambda: None) -> Run:
    """Upload, and keep what happened."""
    run = Run(before=before)
    try:
        Sftp(account, run.clock, run.notices.append, seconds).upload(content, NAME, run.note)
    except ReconcilerError as error:
        run.error = error
    return run
