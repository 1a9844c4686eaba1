"""The roster upload as a provider: people and classes, always all of them, in one zip by SFTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from providers.roster_upload import capabilities, settle
from providers.roster_upload.baseline import Baseline
from providers.roster_upload.findings import findings
from providers.roster_upload.live import Live
from providers.roster_upload.observe import Situation, titles
from reconciler.capability import Capability, Verb
from reconciler.clock import Clock
from reconciler.errors import ProviderError
from reconciler.observed import Observed
from reconciler.plan import Change, Price, Step
from reconciler.provider import Credential, Look, Note, Notice, Outcome, Receipt, Report, Result
from reconciler.resource import Address
from reconciler.roster.copies import Copies, Copy
from reconciler.roster.desired import KINDS, Declarations, content, declare
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Roster
from reconciler.roster.write import to_zip

NAME = "roster_upload"
APART = timedelta(minutes=10)
"""Between two uploads of which nobody can see the end: what an import that still runs does to a second one is not known."""
SECONDS = 300
"""What an upload takes until Apple has imported it, roughly."""

Upload = Callable[[bytes, str, Note, Report], None]
"""Hands a zip over under a name: see Sftp.upload."""
Read = Callable[[Report], Live]


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the server: who we are there, the upload, and signing in without one (see Sftp).

    `check` connects nowhere; it raises ReconcilerError for unusable keys.
    """

    identity: str
    upload: Upload
    sign_in: Callable[[Report], None]
    check: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Way:
    """The way there, and the way to read back, if there is one, with what it has cost so far."""

    there: Line
    read: Read | None
    spent: Callable[[], int]
    close: Callable[[], None]


class RosterUpload:
    """See reconciler.provider.Provider."""

    name = NAME
    kinds: tuple[str, ...] = KINDS

    def __init__(self, way: Way, copies: Copies, clock: Clock, patience: timedelta) -> None:
        self.clock = clock
        self._way = way
        self._copies = copies
        self._patience = patience
        self._declared: Mapping[str, Declarations] = {}
        self._roster = Roster()

    def identity(self) -> str:
        """See Provider."""
        return self._way.there.identity

    def credentials(self) -> Sequence[Credential]:
        """See SignsIn. A password or key of an SFTP account says no day on which it ends."""
        return [Credential(self.name)]

    def sign_in(self, place: str, report: Report) -> None:
        """See SignsIn."""
        del place  # there is one
        self._way.there.sign_in(report)

    def capability(self, kind: str, verb: Verb) -> Capability:
        """See Provider."""
        return capabilities.capability(kind, verb)

    def observe(self, look: Look, report: Report) -> Observed:
        """See Provider."""
        before = self._way.spent()
        self._roster = look.roster
        self._declared = _declared(look)
        situation = Situation(self._declared, Baseline(look.recorded, self._copies), self._way.read(report) if self._way.read else None)
        if look.everything and situation.live is None:
            return Observed()  # our record is no reading
        observed = situation.look(everything=look.everything)
        if situation.uploads(observed):
            self._way.there.check()  # whoever reviews the plan should know that it can be sent
        observed.titles = titles(situation, observed)
        observed.findings = findings(situation, observed)
        observed.reads = {self.name: self._way.spent() - before}
        return observed

    def pack(self, changes: Sequence[Change], observed: Observed) -> Sequence[Step]:
        """See Provider. Whatever changes, everything is uploaded."""
        if not changes:
            return []
        order = {kind: position for position, kind in enumerate(KINDS)}
        covers = sorted((change.address for change in changes), key=lambda address: (order[address.kind], address.name))
        counts = {name: str(self._roster.count(name)) for name in LAYOUTS}
        words = ", ".join(f"{self._roster.count(name):,} {name}" for name in ("students", "staff", "classes"))
        body = {"content": content(self._declared), **counts}
        reads = observed.reads.get(self.name, 0)
        return [Step("roster-1", self.name, "upload", f"Upload the roster ({words})", tuple(covers), body, reads, 1)]

    def price(self, steps: Sequence[Step], observed: Observed) -> tuple[Price, ...]:
        """See Provider."""
        reads, writes = sum(step.reads for step in steps), sum(step.writes for step in steps)
        return (Price(self.name, observed.reads.get(self.name, 0), reads, writes, "one upload at a time", SECONDS * len(steps)),)

    def send(self, step: Step, note: Note, report: Report) -> Receipt:
        """See Provider. Waits while an upload that nobody can see the end of may still be imported."""
        digest = step.body["content"]
        if content(self._declared) != digest:
            note("refused")
            raise ProviderError(
                "The people and classes in the files are not those of the plan any more.", "Plan again, and let it be reviewed."
            )
        self._keep_apart(step, report)
        now = self.clock.now()
        self._copies.keep(digest, now, self._declared)
        upload = to_zip(self._roster)
        name = f"roster-{now:%Y%m%dT%H%M%SZ}-{hashlib.sha256(upload).hexdigest()[:12]}.zip"
        self._way.there.upload(upload, name, note, report)
        return Receipt(name, self.clock.now())

    def settle(self, step: Step, receipt: Receipt, report: Report) -> Mapping[Address, Outcome]:
        """See Provider."""
        digest = step.body["content"]
        if self._way.read is None:
            if not receipt.reference:
                return dict.fromkeys(step.covers, Outcome(Result.UNKNOWN, "the server's answer was lost, and no connection reads back"))
            self._copies.accept(digest)
            return dict.fromkeys(step.covers, Outcome(Result.TAKEN))
        copy = self._copies.sent()
        sent = settle.Sent(step.title, step.covers, copy if copy.digest == digest else Copy(), receipt.sent, self._patience)
        outcomes = settle.settle(sent, self._way.read, self.clock, report)
        if any(outcome.result is Result.LANDED for outcome in outcomes.values()):
            self._copies.accept(digest)
        return outcomes

    def close(self) -> None:
        """See Provider."""
        self._way.close()

    def _keep_apart(self, step: Step, report: Report) -> None:
        last = self._copies.last_sent()
        if self._way.read is None and last is not None:
            seconds = (last + APART - self.clock.now()).total_seconds()
            if seconds > 0:
                report(Notice(f"{step.title}: the upload of {last:%H:%M} UTC may still be imported", wait=seconds))
                self.clock.sleep(seconds)


def _declared(look: Look) -> dict[str, Declarations]:
    """What the session declared of the roster; an organization without any has declared nothing of it."""
    found = {kind: one for kind in KINDS if isinstance(one := look.desired.items.get(kind), Declarations)}
    return found if len(found) == len(KINDS) else declare(look.roster, look.pseudonyms)
