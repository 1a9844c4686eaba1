"""Execute exactly a plan, in order, and prove the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from reconciler.capability import Verb
from reconciler.errors import GuardRefused, ProviderError, RateLimited, ReconcilerError, Unauthorized, Unclear
from reconciler.kinds import KINDS
from reconciler.landing import RECORD_STEP, Intent, begin_facts, finish, intents, ledger_entry, write_outcomes
from reconciler.outcome import Done, Summary
from reconciler.plan import Change, Plan, Step
from reconciler.provider import Notice, Outcome, Outcomes, Receipt, Report, Result, Stage
from reconciler.render.document import digest
from reconciler.session import Session
from state.ledger import LedgerEntry
from state.record import Record

_NEVER = datetime.min.replace(tzinfo=UTC)


def check_allowed(plan: Plan) -> None:
    """Raise GuardRefused, or ReconcilerError for findings that stop the plan, if it must not be applied. The plan has been shown."""
    if plan.errors:
        raise ReconcilerError("The errors above stop this plan.", "Nothing was changed.")
    if plan.refusals:
        raise GuardRefused("Guards refuse this plan; the approvals that would let it pass are above.", "Nothing was changed.")


@dataclass(slots=True)
class Run:
    """One execution of one plan. The caller holds the lock and has made sure that the plan is still true.

    `tell` is told this run's id and each step that was tried, as soon as it is known what became of it.
    """

    session: Session
    plan: Plan
    record: Record
    report: Report
    stop: Callable[[], bool]
    tell: Callable[[str, Done], None]
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    _sent: datetime = _NEVER

    def execute(self) -> Summary:
        """Run every step; independent ones go on after a failure.

        Raises StateError if the record, journal or ledger cannot be written: then nothing further is sent.
        """
        summary = Summary(self.id, tasks=self.plan.tasks)
        if not (self.plan.pending or self._awaiting_moved()):
            return summary
        self._ledger("begin", {"plan": digest(self.plan), "revision": self.plan.binding.revision, "steps": len(self.plan.steps)})
        self._record_only(summary)
        self._steps(summary)
        self._ledger("end", _counts(summary))
        if not self.session.in_flight():
            self.session.backend.journal().close_run()
        return summary

    def _ledger(self, event: str, what: dict[str, object]) -> None:
        self.session.backend.ledger().append([LedgerEntry(self.id, event, dict(self.session.who), what)])

    def _steps(self, summary: Summary) -> None:
        changes, begun = {change.address: change for change in self.plan.changes}, self.session.provider.clock.now()
        for position, step in enumerate(self.plan.steps):
            if self.stop():
                summary.stopped = "stopped on request"
            if not summary.stopped:
                self._where(position, begun)
                self._step(step, intents([changes[address] for address in step.covers]), summary)
            if summary.stopped:
                tried = any(done.step is step for done in summary.done)
                summary.not_tried = list(self.plan.steps[position + tried :])
                return

    def _where(self, position: int, begun: datetime) -> None:
        """Say how far the run is, with what is left of the time that the plan expects."""
        spent = (self.session.provider.clock.now() - begun).total_seconds()
        left = max(sum(price.seconds for price in self.plan.prices) - spent, 0.0)
        self.report(Notice(stage=Stage(position + 1, len(self.plan.steps), left)))

    def _step(self, step: Step, meant: Sequence[Intent], summary: Summary) -> None:
        journal = self.session.backend.journal()
        journal.append("begin", run=self.id, **begin_facts(step, meant))
        reference, outcomes = self._send(step, summary)
        done = Done(step, outcomes, reference)
        summary.done.append(done)
        self.tell(self.id, done)
        if any(outcome.result is Result.UNKNOWN for outcome in outcomes.values()):
            return  # the step stays open in the journal: the next run looks again
        journal.append("verified", run=self.id, step=step.id, outcomes=write_outcomes(outcomes))
        self._finish(step, meant, outcomes, reference)

    def _finish(self, step: Step, meant: Sequence[Intent], outcomes: Outcomes, reference: str) -> None:
        entry = ledger_entry(self.id, self.session.who, step, meant, outcomes, reference)
        self.record = finish(self.session.backend, self.record, meant, outcomes, entry)

    def _send(self, step: Step, summary: Summary) -> tuple[str, Outcomes]:
        """Send and follow one step; the channel's reference and the outcomes. A failure is an outcome, not an exception."""
        provider = self.session.provider
        try:
            receipt = provider.send(step, self._note(step), self.report)
        except Unclear:
            receipt = Receipt("", self._sent)
        except ProviderError as error:
            return "", self._failed(step, error, Result.FAILED, summary)
        try:
            return receipt.reference, provider.settle(step, receipt, self.report)
        except ProviderError as error:
            return receipt.reference, self._failed(step, error, Result.UNKNOWN, summary)

    def _failed(self, step: Step, error: ProviderError, result: Result, summary: Summary) -> Outcomes:
        summary.error = error
        if isinstance(error, (Unauthorized, RateLimited)):
            summary.stopped = error.message
        return dict.fromkeys(step.covers, Outcome(result, error.message))

    def _note(self, step: Step) -> Callable[..., None]:
        def note(event: str, **facts: str) -> None:
            self._sent = self.session.provider.clock.now()
            moment = self._sent.astimezone(UTC).isoformat()
            self.session.backend.journal().append(event, run=self.id, step=step.id, moment=moment, **facts)

        return note

    def _record_only(self, summary: Summary) -> None:
        """Adoptions, things to forget, and what is awaited: one step without a channel."""
        changes = [change for change in self.plan.changes if change.verdict.verb.record_only]
        if not changes and not self._awaiting_moved():
            return
        covers = tuple(change.address for change in changes)
        step = Step(RECORD_STEP, "", "record", f"Bring the record up to date ({len(covers):,})", covers, {}, 0, 0)
        meant = intents(changes)
        outcomes = {change.address: Outcome(Result.LANDED, _lapsed(change)) for change in changes}
        self.session.backend.journal().append("begin", run=self.id, **begin_facts(step, meant))
        self.session.backend.journal().append("verified", run=self.id, step=step.id, outcomes=write_outcomes(outcomes))
        summary.recorded, summary.awaited = len(covers), self._awaiting_moved()
        if summary.awaited:
            self._await()
            self.record = self.session.backend.save(self.record, self.record.serial)
        self._finish(step, meant, outcomes, "")

    def _await(self) -> None:
        self.record.awaiting = {}
        for item in self.plan.awaiting:
            self.record.put_awaiting(item.address.kind, item.address.name, item.since)

    def _awaiting_moved(self) -> int:
        """How many things are awaited that were not before, or not any more."""
        planned = {(item.address.kind, item.address.name) for item in self.plan.awaiting}
        return len(planned ^ {(kind, name) for kind, names in self.record.awaiting.items() for name in names})


def _lapsed(change: Change) -> str:
    """What an auditor is told of a request that ended and that nobody performed."""
    return KINDS[change.verdict.kind].lapses if change.verdict.verb is Verb.ADOPT else ""


def _counts(summary: Summary) -> dict[str, object]:
    landed, taken = (sum(getattr(done, name) for done in summary.done) for name in ("landed", "taken"))
    tried = sum(len(done.outcomes) for done in summary.done)
    words: Mapping[str, object] = {
        "landed": landed,
        "failed": tried - landed - taken,
        "not_tried": sum(len(step.covers) for step in summary.not_tried),
        "recorded": summary.recorded,
        "tasks": [str(change.address) for change in summary.tasks],
    }
    return {**words, **({"taken": taken} if taken else {}), **({"stopped": summary.stopped} if summary.stopped else {})}
