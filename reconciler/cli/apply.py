"""`reconciler apply`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from reconciler.apply import Run, check_allowed
from reconciler.cli.lock import locked
from reconciler.cli.log import listener
from reconciler.cli.options import excludes, folder, targets
from reconciler.cli.output import say
from reconciler.cli.progress import progress
from reconciler.consent import check_consent
from reconciler.errors import GuardRefused, PartlyApplied, ReconcilerError
from reconciler.freeze import frozen
from reconciler.outcome import Done, Summary, told
from reconciler.plan import Plan
from reconciler.provider import Report
from reconciler.recover import recover
from reconciler.render import text
from reconciler.render.document import digest, load_plan
from reconciler.render.outcome import render_summary
from reconciler.selection import Selection
from reconciler.session import Session, connect
from reconciler.stale import check_binding, check_landed, check_unmoved, check_unused
from state.record import Record


@click.command()
@folder
@targets
@excludes
@click.option("--plan", "saved", type=click.Path(path_type=Path), help="Apply this saved plan, or refuse it with what moved.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(folder: Path, targets: tuple[str, ...], excludes: tuple[str, ...], saved: Path | None, yes: bool) -> int:
    """Make the organization equal to the configuration, and prove it.

    Applies a saved plan, or plans anew and asks. Ends with what was done, what failed, what was not tried, and what a person must do.

    Exit code: 0 all landed, 4 refused by a guard, 5 stale, 6 rate-limited, 7 partly applied, 8 locked by another run, 130 interrupted.
    """
    if saved is None and not yes and not sys.stdin.isatty():
        raise ReconcilerError("There is no terminal to ask on.", "Apply a reviewed plan with --plan FILE, or say --yes.")
    if saved is not None and (targets or excludes):
        raise ReconcilerError("A saved plan is applied whole.", "Give --target and --exclude to `reconciler plan --out`, not to --plan.")
    selection = Selection(frozenset(targets), frozenset(excludes))
    with connect(folder, os.environ) as session, locked(session), _stopping() as stop:
        summary = _apply(session, selection, saved, yes, stop)
        unseen = bool(session.in_flight())
    if summary is None:
        return 0
    say(render_summary(summary))
    return _exit_code(summary, unseen)


def _apply(session: Session, selection: Selection, saved: Path | None, yes: bool, stop: Callable[[], bool]) -> Summary | None:
    with progress() as report:
        recover(session, report, say)
        plan, record = _saved(session, saved, report) if saved else session.plan(report, selection)
    say(text.render(plan))
    check_allowed(plan)
    _check_today(session, plan)
    if plan.pending and not saved and not yes:
        if stop() or not _ask():
            say("Nothing was changed.")
            return None
        with progress() as report:  # a person may have taken an hour to answer
            check_unmoved(plan, session.observe(record, report))
    with progress() as report:
        return Run(session, plan, record, report, stop, _tell).execute()


def _tell(run: str, done: Done) -> None:
    say(f"{done.step.title}: {told(done)}")
    listener().step(run, done)


def _check_today(session: Session, plan: Plan) -> None:
    """A saved plan may meet a freeze that had not begun; and who approved it is known only now."""
    settings = session.configuration.settings
    refused = frozen(plan.changes, settings, session.configuration.today)
    if refused:
        raise GuardRefused(f"{'. '.join(one.message for one in refused)}.", "Apply it later, or plan anew: the plan shows the approval.")
    check_consent(plan, settings.consents, session.backend.ledger())


def _ask() -> bool:
    """Ctrl-C at the question leaves at once: no step is in hand."""
    with _on_signals(signal.default_int_handler):
        return click.confirm("Apply this plan?")


def _saved(session: Session, path: Path, report: Report) -> tuple[Plan, Record]:
    plan, record = load_plan(path), session.backend.record()
    check_unused(digest(plan), session.backend.ledger())
    check_binding(plan, session.provider.identity(), record)
    check_landed(plan, session.in_flight())
    check_unmoved(plan, session.observe(record, report))
    return plan, record


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Ctrl-C finishes the step in hand; a second one leaves at once (the journal knows)."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        listener().message("\nFinishing the step in hand; press Ctrl-C again to leave at once.")

    with _on_signals(ask):
        yield lambda: bool(asked)


@contextmanager
def _on_signals(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _exit_code(summary: Summary, unseen: bool) -> int:
    """`unseen`: an earlier run's write has no known end yet, so that a job which waits for "all landed" must not be told so."""
    if summary.complete:
        return PartlyApplied.exit_code if unseen else 0
    if not any(done.landed for done in summary.done) and summary.error is not None:
        return summary.error.exit_code
    return 130 if summary.stopped == "stopped on request" else PartlyApplied.exit_code
